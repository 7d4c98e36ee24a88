import { expect, test } from "bun:test";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { DamagedRange } from "../../storage/segments/damaged-range.ts";
import { openStore, SMALL_LOG } from "../../storage/store.testing.ts";
import { EventLog } from "../observability/event-log.ts";
import { CopyRepairs } from "./copy-repairs.ts";
import { noLinks } from "./links.ts";

const RETRY_MS = 10_000;
const other = { id: 2, host: "two", port: 9092, rack: null };

function rangeAt(offset: number, sizeBytes = 100): DamagedRange {
  const place = { path: "/data/x.log", position: 0, endPosition: sizeBytes };
  return { fromOffset: offset, toOffset: offset + 1, ...place, fault: "CRC" };
}

/** Two logs, of which all is committed, and another broker that answers what `answer` says. */
async function setUp(answer: () => "unreachable" | "other batches" | "whole") {
  const { store } = await openStore();
  const logs = ["a-0", "b-0"].map((name) => store.openLog(name, name, SMALL_LOG));
  for (const log of logs) log.highWatermark = 1e6;
  const clock = manualClock();
  const told: string[] = [];
  const note = (kind: string, { subject }: { subject?: unknown }) =>
    told.push(`${subject} ${kind}`);
  const events = new EventLog(clock, { info: note, warn: note, error: note });
  const read = async () => {
    if (answer() === "unreachable") throw new Error("broker 2 can't be reached");
    return new Uint8Array(0);
  };
  const replaceRange = async (log: PartitionLog, range: DamagedRange) => {
    if (answer() === "other batches") return false;
    log.damage.forget(range);
    return true;
  };
  const repairs = new CopyRepairs({ clock, events, links: { ...noLinks, read } });
  const settled = async () => {
    const left = () => logs.reduce((sum, { damage }) => sum + damage.ranges.length, 0);
    for (let was = -1; was !== left(); ) {
      was = left();
      for (let turn = 0; turn < 5000; turn++) await Promise.resolve();
    }
    return left();
  };
  const begin = () =>
    repairs.begin({ logs: store.logs, replaceRange }, { partitions: { otherCopy: () => other } });
  return { logs, clock, told, repairs, begin, settled };
}

test("however many ranges there are, all are repaired without a restart", async () => {
  let answer: "unreachable" | "whole" = "unreachable";
  const { logs, clock, told, repairs, begin, settled } = await setUp(() => answer);
  begin();
  for (const log of logs) {
    for (let i = 0; i < 700; i++) {
      log.damage.add(rangeAt(2 * i));
      repairs.found();
    }
  }
  expect(await settled()).toBe(1400);
  clock.advance(RETRY_MS);
  expect(await settled()).toBe(1400);
  expect(told.filter((line) => line.endsWith("repair-failed"))).toHaveLength(1400);

  for (let i = 0; i < 5; i++) {
    clock.advance(RETRY_MS);
    await settled();
  }
  expect(told).toHaveLength(1400); // each was told once

  answer = "whole";
  clock.advance(RETRY_MS);
  expect(await settled()).toBe(0);
  expect(told.filter((line) => line.endsWith("records-repaired"))).toHaveLength(1400);
});

test("what nobody has, and what is too large, is told once, and left", async () => {
  const { logs, clock, told, begin, settled } = await setUp(() => "other batches");
  logs[0]?.damage.add(rangeAt(0));
  logs[1]?.damage.add(rangeAt(0, 65 * 2 ** 20));
  begin();
  for (let i = 0; i < 3; i++) {
    expect(await settled()).toBe(2);
    clock.advance(RETRY_MS);
  }
  expect(told).toEqual(["a-0 records-not-repaired", "b-0 records-not-repaired"]);
});

test("damage that is found while repairs run is repaired next", async () => {
  const { logs, clock, repairs, begin, settled } = await setUp(() => "whole");
  logs[0]?.damage.add(rangeAt(0));
  begin();
  logs[1]?.damage.add(rangeAt(4));
  repairs.found();
  await settled();
  clock.advance(RETRY_MS);
  expect(await settled()).toBe(0);
});
