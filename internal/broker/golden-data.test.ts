import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { batchSizeBytes } from "../record/batch.ts";
import { recordsOf } from "../record/records.ts";
import {
  GOLDEN_CONFIG,
  GOLDEN_GROUP,
  GOLDEN_RECORDS,
  type GoldenRecord,
  goldenFiles,
  openOn,
} from "./golden-data.testing.ts";
import type { LocalBroker } from "./local-broker.ts";

const root = path.resolve(import.meta.dir, "../../testdata/data");
const formats = readdirSync(root).filter((name) => name.startsWith("v"));

function filesOf(format: string): Map<string, Uint8Array> {
  const folder = path.join(root, format);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  return new Map(paths.map((name) => [name, readFileSync(path.join(folder, name))]));
}

/** A broker on a copy of these files. */
function openCopy(files: ReadonlyMap<string, Uint8Array>): Promise<LocalBroker> {
  const disk = memoryDisk();
  for (const [name, bytes] of files) {
    const file = `/data/${name}`;
    disk.makeDirectory(path.dirname(file));
    disk.open(file, "create").write(bytes, 0, bytes.length, 0);
  }
  return openOn(disk);
}

async function recordsIn(broker: LocalBroker): Promise<GoldenRecord[]> {
  const fetcher = broker.openFetcher();
  const bounds = { maxBytes: 100_000, currentLeaderEpoch: -1 };
  fetcher.watch({ topic: "orders", partition: 0, offset: 0, ...bounds });
  const wait = { minBytes: 1, maxWaitMs: 0, includeUnchanged: false };
  const fetched = await fetcher.poll({ ...wait, maxBytes: 100_000 });
  fetcher.close();
  const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? undefined);
  const records: GoldenRecord[] = [];
  for (const chunk of fetched.flatMap((partition) => partition.records)) {
    for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
      for (const { offset, key, value } of recordsOf(chunk, at, 100_000)) {
        records.push({ offset, key: text(key), value: text(value) });
      }
    }
  }
  return records;
}

async function expectAll(broker: LocalBroker): Promise<void> {
  expect(broker.topics().filter(({ internal }) => !internal)).toMatchObject([{ name: "orders" }]);
  expect(await recordsIn(broker)).toEqual([...GOLDEN_RECORDS]);
  const [name, value] = GOLDEN_CONFIG;
  const setting = broker.topicConfig("orders").find((entry) => entry.name === name);
  expect(setting?.value).toBe(value);
  expect(broker.producers("orders", 0)).toMatchObject([{ producerId: 7, lastSequence: 0 }]);
  const { groupId, offset, metadata } = GOLDEN_GROUP;
  await broker.serve();
  const asked = { groupId, topics: [{ topic: "orders", partitions: [0] }] };
  const [topic] = await broker.groups.fetchOffsets(asked);
  expect(topic?.partitions[0]).toMatchObject({ offset, metadata });
  expect(broker.status().writable).toBe(true);
}

describe("a data directory", () => {
  test.each(formats)("of format %s is opened with all it has", async (format) => {
    const broker = await openCopy(filesOf(format));
    await expectAll(broker);
    await broker.close();
  });

  test("that is written now is of the last format that is kept", async () => {
    const files = await goldenFiles();
    const broker = await openCopy(files);
    await expectAll(broker);
    await broker.close();
    const version = files.get("checkpoint")?.[3];
    expect(formats.at(-1)).toBe(`v${version}`);
    const kept = filesOf(`v${version}`);
    expect([...kept.keys()].sort()).toEqual([...files.keys()].sort());
  });
});
