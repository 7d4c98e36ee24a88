import { expect, spyOn, test } from "bun:test";
import type { LogStore } from "../storage/log-store.ts";
import type { LogConfig, PartitionLog } from "../storage/partition-log.ts";
import { appendPairs, openStore, readRecords, SMALL_LOG } from "../storage/store.testing.ts";
import type { GroupChange } from "./changes.ts";
import { CopiedLog } from "./copied-log.ts";
import { GroupLog } from "./group-log.ts";

const COMPACTED: LogConfig = {
  ...SMALL_LOG,
  compaction: { minDirtyRatio: 0, deleteRetentionMs: 1000, minLagMs: 0, maxLagMs: 1e15 },
};

/** A copy, and the one who writes to its log. */
async function openCopy(config = SMALL_LOG) {
  const { store, clock } = await openStore();
  const log = store.openLog("__consumer_offsets-0", "a", config);
  const writer = new GroupLog(clock, store, log, () => {});
  const copy = new CopiedLog(store, log);
  return { store, clock, log, copy, write: (change: GroupChange) => writer.write([change]) };
}

/** A group has come to an offset; null: that is forgotten. */
function offsetOf(groupId: string, offset: number | null, metadata = ""): GroupChange {
  const rest = { leaderEpoch: -1, metadata, committedAtMs: 0, expiresAtMs: null };
  const committed = offset === null ? null : { offset, ...rest };
  return { kind: "offset", groupId, topic: "orders", partition: 0, committed };
}

function toldOf({ told }: CopiedLog, groupId: string): number | null {
  return told.group(groupId)?.offsets.get("orders", 0)?.offset ?? null;
}

/** From where the log is read, by each reading. */
function watchReads(store: LogStore): number[] {
  const offsets: number[] = [];
  const read = store.read.bind(store);
  spyOn(store, "read").mockImplementation((log, offset, end, maxBytes) => {
    offsets.push(offset);
    return read(log, offset, end, maxBytes);
  });
  return offsets;
}

test("only what has come since is read, once for all who ask", async () => {
  const { store, copy, write } = await openCopy();
  const reads = watchReads(store);
  await copy.catchUp();
  expect(reads).toEqual([]);
  await write(offsetOf("g", 1));
  await write(offsetOf("h", 2));
  expect(toldOf(copy, "g")).toBeNull(); // nobody has asked
  await Promise.all(Array.from({ length: 10 }, () => copy.catchUp()));
  expect([toldOf(copy, "g"), toldOf(copy, "h")]).toEqual([1, 2]);
  await copy.catchUp();
  expect(reads).toEqual([0]);
  await write(offsetOf("g", 3));
  await copy.catchUp();
  expect([toldOf(copy, "g"), toldOf(copy, "h")]).toEqual([3, 2]);
  expect(reads).toEqual([0, 2]);
});

test("who asks while it is read sees what was committed before he asked", async () => {
  const { copy, write } = await openCopy();
  await write(offsetOf("g", 1));
  const first = copy.catchUp();
  await write(offsetOf("g", 2));
  const second = copy.catchUp();
  await first;
  await second;
  expect(toldOf(copy, "g")).toBe(2);
});

test("what isn't committed isn't told", async () => {
  const { log, copy, write } = await openCopy();
  let committed = 1;
  log.commitRule = (durable) => Math.min(durable, committed);
  await write(offsetOf("g", 1));
  const later = write(offsetOf("g", 2));
  while (log.durableOffset < 2) await new Promise((resolve) => setImmediate(resolve));
  await copy.catchUp();
  expect(toldOf(copy, "g")).toBe(1);
  committed = 2;
  log.applyRule();
  await later;
  await copy.catchUp();
  expect(toldOf(copy, "g")).toBe(2);
});

test("a log that was cut is read anew, also if it has grown beyond its end again", async () => {
  const { store, log, copy, write } = await openCopy();
  await write(offsetOf("g", 1));
  await write(offsetOf("g", 2));
  await write(offsetOf("h", 3));
  await copy.catchUp();
  expect(toldOf(copy, "h")).toBe(3);
  await store.truncate([{ log, offset: 1 }]);
  await copy.catchUp();
  expect([toldOf(copy, "g"), toldOf(copy, "h")]).toEqual([1, null]);
  await copy.catchUp();
  await store.truncate([{ log, offset: 0 }]);
  for (const offset of [7, 8, 9]) await write(offsetOf("i", offset));
  await copy.catchUp();
  expect([toldOf(copy, "g"), toldOf(copy, "i")]).toEqual([null, 9]);
});

test("a log that is cut while it is read is read anew", async () => {
  const { store, log, copy, write } = await openCopy();
  for (let offset = 0; offset < 5; offset++) await write(offsetOf(`g${offset}`, offset));
  const read = store.read.bind(store);
  const spy = spyOn(store, "read").mockImplementation(async (...question) => {
    spy.mockRestore();
    await store.truncate([{ log, offset: 2 }]);
    const [, , end, maxBytes] = question;
    return read(log, 4, end, maxBytes); // as if it had come so far
  });
  await copy.catchUp();
  expect([toldOf(copy, "g1"), toldOf(copy, "g2")]).toEqual([1, null]);
});

test("a log that begins elsewhere is read anew", async () => {
  const { store, log, copy, write } = await openCopy();
  await write(offsetOf("g", 1));
  await copy.catchUp();
  await store.cutBefore(log, 5);
  await write(offsetOf("h", 2));
  await copy.catchUp();
  expect([toldOf(copy, "g"), toldOf(copy, "h")]).toEqual([null, 2]);
});

/** Lets the closed segments of a log be compacted, after the time that tombstones stay. */
async function compact({ store, clock, write }: Awaited<ReturnType<typeof openCopy>>) {
  clock.advance(1000);
  await write(offsetOf("filler", 0, "x".repeat(2000)));
  await write(offsetOf("filler", 0, "x".repeat(2000)));
  await store.compactor.run();
}

test("tombstones that compaction has taken delete all the same", async () => {
  const opened = await openCopy(COMPACTED);
  const { store, log, copy, write } = opened;
  await write(offsetOf("g", 1));
  await write(offsetOf("h", 1));
  await copy.catchUp();
  expect(toldOf(copy, "g")).toBe(1);
  await write(offsetOf("g", null));
  await compact(opened);
  await compact(opened);
  await compact(opened);
  expect((await readRecords(store, log)).filter(({ value }) => value === null)).toEqual([]);
  await copy.catchUp();
  expect([toldOf(copy, "g"), toldOf(copy, "h")]).toEqual([null, 1]);
  const reads = watchReads(store);
  await copy.catchUp();
  expect(reads).toEqual([]);
});

test("what can't be read is an error, and what was known before stays", async () => {
  const { store, log, copy, write } = await openCopy();
  await write(offsetOf("g", 1));
  await copy.catchUp();
  await appendPairs(store, log, [[null, "no key"]]);
  expect(copy.catchUp()).rejects.toMatchObject({ code: "damaged" });
  await copy.catchUp().catch(() => {});
  expect(toldOf(copy, "g")).toBe(1);
  await cutLast(store, log);
  await write(offsetOf("g", 2));
  await copy.catchUp();
  expect(toldOf(copy, "g")).toBe(2);
});

async function cutLast(store: LogStore, log: PartitionLog): Promise<void> {
  await store.truncate([{ log, offset: log.endOffset - 1 }]);
}
