import { describe, expect, test } from "bun:test";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { stampBatch } from "../record/batch.ts";
import { SequenceError } from "./errors.ts";
import { PartitionLog } from "./partition-log.ts";
import { ProducerBounds } from "./producer-bounds.ts";
import { ProducerTable } from "./producers.ts";
import { batchOfPairs, openStore, type Pair, SMALL_LOG } from "./store.testing.ts";

const LAST_SEQUENCE = 2 ** 31 - 1;

/** A batch of `count` records of a producer, at `offset`. */
function batchOf(id: number, epoch: number, baseSequence: number, count = 1, offset = 0) {
  const producer = { producerId: id, producerEpoch: epoch, baseSequence, transactional: false };
  const pairs = Array.from({ length: count }, (): Pair => ["k", "v"]);
  const batch = batchOfPairs(pairs, { producer });
  stampBatch(batch, 0, offset, 0);
  return batch;
}

/** What becomes of a batch: the offset of the one that it repeats, "new", or why it is refused. */
function outcome(table: ProducerTable, batch: Uint8Array): number | string {
  try {
    return table.check(batch, 0)?.baseOffset ?? "new";
  } catch (error) {
    if (error instanceof SequenceError) return error.code;
    throw error;
  }
}

describe("which batch may come next", () => {
  const gap = "out-of-order-sequence";
  const table = [
    ["the next one", 7, 1, 5, 2, "new"],
    ["a gap", 7, 1, 6, 1, gap],
    ["the last one again", 7, 1, 3, 2, 30],
    ["one before it again", 7, 1, 0, 3, 0],
    ["a part of the last one", 7, 1, 3, 1, gap],
    ["another epoch from its beginning", 7, 2, 0, 1, "new"],
    ["another epoch from elsewhere", 7, 2, 5, 1, gap],
    ["an epoch that is over", 7, 0, 5, 1, "invalid-producer-epoch"],
    ["another producer, wherever it begins", 8, 0, 99, 1, "new"],
    ["no idempotent producer", -1, -1, -1, 1, "new"],
  ] as const;
  test.each(table)("%s", (_, id, epoch, sequence, count, expected) => {
    const producers = new ProducerTable();
    producers.admit(batchOf(7, 1, 0, 3, 0), 0, 1000);
    producers.admit(batchOf(7, 1, 3, 2, 30), 0, 1000);
    expect(outcome(producers, batchOf(id, epoch, sequence, count))).toBe(expected);
  });

  test("sequences begin again behind the last one there is", () => {
    const producers = new ProducerTable();
    producers.admit(batchOf(7, 0, LAST_SEQUENCE - 1, 3, 10), 0, 1000);
    expect(outcome(producers, batchOf(7, 0, 1, 1))).toBe("new");
    expect(outcome(producers, batchOf(7, 0, LAST_SEQUENCE - 1, 3))).toBe(10);
    expect(outcome(producers, batchOf(7, 0, LAST_SEQUENCE, 1))).toBe("out-of-order-sequence");
  });

  test("five batches are known again, no more", () => {
    const producers = new ProducerTable();
    for (let i = 0; i < 6; i++) producers.admit(batchOf(7, 0, i, 1, i * 10), 0, 1000);
    const outcomes = [0, 1, 2, 3, 4, 5, 6].map((i) => outcome(producers, batchOf(7, 0, i)));
    expect(outcomes).toEqual(["out-of-order-sequence", 10, 20, 30, 40, 50, "new"]);
  });
});

test("producers that were not seen for long are forgotten", () => {
  const producers = new ProducerTable();
  for (let id = 0; id < 10; id++) producers.admit(batchOf(id, 0, 0), 0, 1000 + id);
  producers.admit(batchOf(3, 0, 1), 0, 2000);
  expect(producers.forget(1005, 3)).toBe(3);
  expect(producers.forget(1005, 100)).toBe(2);
  expect([...producers.entries()].map(([id]) => id)).toEqual([3, 6, 7, 8, 9]);
});

describe("all logs together", () => {
  /** Logs to which producers come one by one, each millisecond or all in the same one. */
  function logsWith(maxProducers: number, count: number, stepMs: number) {
    const logs = [1, 2, 3].map((id) => new PartitionLog(id, `t-${id}`, "a", "/logs", SMALL_LOG));
    const changed = new Set<PartitionLog>();
    const bounds = new ProducerBounds(
      () => logs,
      maxProducers,
      (log) => changed.add(log),
    );
    let most = 0;
    for (let id = 0; id < count; id++) {
      if (logs[id % 3]?.producers.admit(batchOf(id, 0, 0), 0, id * stepMs)) bounds.added();
      most = Math.max(most, sizeOf(logs));
    }
    return { logs, bounds, changed, most };
  }

  function sizeOf(logs: readonly PartitionLog[]): number {
    return logs.reduce((sum, { producers }) => sum + producers.size, 0);
  }

  for (const stepMs of [0, 1]) {
    test(`remember so many producers, and the latest (${stepMs} ms apart)`, () => {
      const { logs, changed, most } = logsWith(80, 1000, stepMs);
      expect(most).toBe(80);
      expect(sizeOf(logs)).toBeGreaterThanOrEqual(70);
      expect(changed.size).toBe(3);
      if (stepMs > 0) expect(logs[999 % 3]?.producers.get(999)).toBeDefined();
    });
  }

  test("forget those that expire", () => {
    const { logs, bounds } = logsWith(80, 60, 1);
    bounds.expire(29);
    expect(sizeOf(logs)).toBe(30);
  });
});

test("a restart remembers producers until they expire", async () => {
  const clock = manualClock();
  const disk = memoryDisk();
  const batch = batchOf(7, 0, 0);
  const first = await openStore(disk, clock);
  const log = first.store.openLog("orders-0", "a", SMALL_LOG);
  await first.store.append(log, batch.slice(), 0, batch.length, 0);
  const atMs = clock.nowMs();
  await first.store.close();
  clock.advance(5000);
  const second = await openStore(disk, clock);
  const same = second.store.openLog("orders-0", "a", SMALL_LOG);
  const again = await second.store.append(same, batch.slice(), 0, batch.length, 0);
  expect(again.duplicate).toBe(true);
  second.store.expireProducers(atMs - 1);
  expect(same.producers.size).toBe(1);
  second.store.expireProducers(atMs);
  expect(same.producers.size).toBe(0);
});
