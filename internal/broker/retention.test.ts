import { describe, expect, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { memoryNetwork } from "../platform/testing/memory-network.ts";
import { BatchBuilder } from "../record/builder.ts";
import { PartitionLog } from "../storage/partition-log.ts";
import { Segment } from "../storage/segments/segment.ts";
import { openBroker } from "./open-broker.ts";
import { retentionOffset } from "./retention.ts";
import { topicSettings } from "./settings/topic-settings.ts";

const NOW_MS = 1_000_000;

/** A log of segments of ten offsets and 100 bytes each, whose newest records have these times. */
function logOf(newestMs: readonly number[], durableOffset: number): PartitionLog {
  const settings = topicSettings(new Map(), new Map());
  const log = new PartitionLog(1, "orders-0", "a", "/logs", settings);
  log.segments = newestMs.map((maxTimestampMs, i) => {
    const segment = Segment.create(log.directory, i * 10);
    const state = { endOffset: i * 10 + 10, sizeBytes: 100, maxTimestampMs };
    return Object.assign(segment, { ...state, firstAppendMs: NOW_MS - 5000 });
  });
  log.durableOffset = durableOffset;
  return log;
}

describe("what is deleted of a log", () => {
  const times = [NOW_MS - 3000, NOW_MS - 2000, NOW_MS - 1000];
  const table = [
    ["nothing that is young enough", times, 30, { "retention.ms": "3000" }, 0],
    ["segments whose newest record is too old", times, 30, { "retention.ms": "1999" }, 20],
    ["the last one, too, if all is too old", times, 30, { "retention.ms": "1" }, 30],
    ["nothing that isn't durable", times, 19, { "retention.ms": "1" }, 10],
    ["none behind one that stays", [...times].reverse(), 30, { "retention.ms": "1999" }, 0],
    [
      "by the time of arrival, where records have none",
      [-1, ...times],
      40,
      { "retention.ms": "4999" },
      10,
    ],
    ["as many as it is too large by", times, 30, { "retention.bytes": "150" }, 10],
    ["none while it would become too small", times, 30, { "retention.bytes": "201" }, 0],
    ["all, if it is to have no size", times, 30, { "retention.bytes": "0" }, 30],
    ["nothing without a bound", [0, 0, 0], 30, { "retention.ms": "-1" }, 0],
    [
      "nothing of a compacted one",
      times,
      30,
      { "retention.ms": "1", "cleanup.policy": "compact" },
      0,
    ],
    [
      "of one that is compacted and deleted",
      times,
      30,
      { "retention.ms": "1", "cleanup.policy": "compact,delete" },
      30,
    ],
  ] as const;
  test.each(table)("%s", (_, newestMs, durableOffset, config, expected) => {
    const settings = topicSettings(new Map(Object.entries(config)), new Map());
    expect(retentionOffset(logOf(newestMs, durableOffset), settings, NOW_MS)).toBe(expected);
  });
});

test("a sweep goes on where files can't be removed, and says so", async () => {
  const clock = manualClock();
  const disk = memoryDisk();
  const random = { below: () => 0, bytes: (count: number) => new Uint8Array(count) };
  const broker = await openBroker(
    { clock, disk, random, network: memoryNetwork(clock) },
    {
      dataDirectory: "/data",
      version: "0.1.0",
      advertised: { host: "broker-1", port: 9092 },
      config: new Map([["log.retention.check.interval.ms", "1000"]]),
      log: { info() {}, warn() {}, error() {} },
    },
  );
  await broker.serve();
  const config = new Map(Object.entries({ "retention.bytes": "0", "segment.bytes": "1048576" }));
  const asked = { partitionCount: 1, replicationFactor: null, config, validateOnly: false };
  await broker.createTopic({ name: "orders", ...asked });
  const produce = async (): Promise<void> => {
    const builder = new BatchBuilder();
    const value = new Uint8Array(600_000);
    builder.append({ timestampMs: clock.nowMs(), key: null, value, headers: [] });
    const buffer = builder.build("none");
    const batch = { topic: "orders", partition: 0, buffer, from: 0, to: buffer.length };
    await broker.produce({ ...batch, acks: 1 });
  };
  for (let i = 0; i < 3; i++) await produce();
  const remove = disk.remove.bind(disk);
  disk.remove = (path) => {
    if (!path.endsWith(".log")) return remove(path);
    throw new DiskError("denied", "remove", path, new Error("EPERM"));
  };
  clock.advance(1000);
  const stuck = () => broker.events.after(0).filter(({ kind }) => kind === "file-not-removed");
  while (stuck().length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(stuck()[0]?.message).toContain(`/orders-0/${"0".repeat(20)}.log: EPERM; nothing needs it`);
  expect(broker.partition("orders", 0)?.logStartOffset).toBe(3);
  await produce();
  expect(broker.partition("orders", 0)?.highWatermark).toBe(4);
  await broker.close();
});
