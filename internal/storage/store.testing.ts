/** A storage on a disk in memory, for the tests of this folder and below. */
import type { Log } from "../platform/log.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { type Crash, type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import { batchSizeBytes, lastOffset } from "../record/batch.ts";
import { BatchBuilder, type BatchProducer } from "../record/builder.ts";
import type { Codec } from "../record/layout.ts";
import { type LogRecord, recordsOf } from "../record/records.ts";
import type { CompactionSettings } from "./compaction/compactor.ts";
import type { StorageEvents } from "./events.ts";
import { DEFAULT_LIMITS, type StorageLimits } from "./limits.ts";
import { LogStore } from "./log-store.ts";
import type { LogConfig, PartitionLog } from "./partition-log.ts";

const KIB = 1024;

/** Small enough that files roll within a few batches. */
export const SMALL_LIMITS: StorageLimits = {
  ...DEFAULT_LIMITS,
  directBytes: { fsync: 1 * KIB, memory: 1 * KIB },
  tailBytes: 4 * KIB,
  journalFileBytes: 64 * KIB,
  firstJournalFileBytes: 16 * KIB,
  reserveBytes: 16 * KIB,
  zeroFillBytes: 16 * KIB,
  prepareSpareAtBytes: 32 * KIB,
};

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Compaction that rests no longer than for a turn. */
const UNBOUNDED_COMPACTION: CompactionSettings = {
  keyMapBytes: 1024 * KIB,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  intervalMs: 15_000,
  hashSeed: 1,
  log: SILENT,
};

/** Logs whose segments hold a few batches. */
export const SMALL_LOG: LogConfig = {
  durability: "fsync",
  segmentBytes: 1 * KIB,
  segmentMs: Number.MAX_SAFE_INTEGER,
};

/** A storage, and the disk and clock that it has. */
export interface TestStore {
  readonly store: LogStore;
  readonly disk: MemoryDisk;
  readonly clock: ManualClock;
}

/** Starts the storage on what `disk` holds. */
export async function openStore(
  disk = memoryDisk(),
  clock = manualClock(),
  compaction: Partial<CompactionSettings> = {},
  events?: StorageEvents,
  acceptLosses = false,
  limits = SMALL_LIMITS,
): Promise<TestStore> {
  const store = await LogStore.open({
    clock,
    disk,
    directory: "/data",
    config: SMALL_LOG,
    maxOpenFiles: 8,
    minFreeBytes: 0,
    limits,
    compaction: { ...UNBOUNDED_COMPACTION, ...compaction },
    scrub: { bytesPerSecond: Number.POSITIVE_INFINITY, intervalMs: 1000 },
    ...(events && { events }),
    ...(acceptLosses && { acceptLosses }),
  });
  return { store, disk, clock };
}

/** What a test sends: a key and a value, null for none. */
export type Pair = readonly [key: string | null, value: string | null];

/** How a test's batch is made. */
export interface BatchOptions {
  readonly codec?: Codec;
  readonly producer?: BatchProducer;
  readonly timestampMs?: number;
}

/** A batch of these pairs. */
export function batchOfPairs(pairs: readonly Pair[], options: BatchOptions = {}): Uint8Array {
  const { codec = "none", producer, timestampMs = 1_700_000_000_000 } = options;
  const builder = new BatchBuilder();
  for (const [key, value] of pairs) {
    builder.append({ timestampMs, key: bytes(key), value: bytes(value), headers: [] });
  }
  return builder.build(codec, producer);
}

/** Appends a batch; resolves with its base offset when it is durable. */
export async function appendPairs(
  store: LogStore,
  log: PartitionLog,
  pairs: readonly Pair[],
  options: BatchOptions = {},
): Promise<number> {
  const batch = batchOfPairs(pairs, options);
  return (await store.append(log, batch, 0, batch.length, 0)).baseOffset;
}

/** All records of a log from `offset` on, as a reader sees them. */
export async function readRecords(
  store: LogStore,
  log: PartitionLog,
  offset = log.startOffset,
  endOffset = log.durableOffset,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let next = offset; next < endOffset; ) {
    const chunks = await store.read(log, next, endOffset, 700);
    if (chunks.length === 0) throw new Error(`nothing is at offset ${next} of ${endOffset}`);
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        for (const record of recordsOf(chunk, at, KIB * KIB)) {
          if (record.offset >= offset) records.push(record);
        }
        next = lastOffset(chunk, at) + 1;
      }
    }
  }
  return records;
}

/** The ends of a process that tests go through. */
const CRASHES: readonly Crash[] = ["kill", "power-loss", "names-kept"];

/**
 * Lives the same life again and again, each time up to another change of the disk, and has
 * `check` look at what each kind of crash leaves there.
 *
 * `live` notes in its state what the storage has promised; `check` gets it as it was at the crash.
 */
export async function crashAtEachChange<State>(
  begin: State,
  live: (test: TestStore, state: State) => Promise<void>,
  check: (test: TestStore, state: State, where: string) => Promise<void>,
): Promise<void> {
  for (let change = 1; ; change++) {
    const left: { crash: Crash; disk: MemoryDisk; state: State }[] = [];
    const disk = memoryDisk();
    const state = structuredClone(begin);
    disk.beforeChange(change, () => {
      for (const crash of CRASHES) {
        left.push({ crash, disk: disk.afterCrash(crash), state: structuredClone(state) });
      }
    });
    const test = await openStore(disk);
    await live(test, state);
    await test.store.close();
    if (left.length === 0) return;
    for (const { crash, disk, state } of left) {
      const again = await openStore(disk);
      await check(again, state, `${crash} before change ${change}`);
      await again.store.close();
    }
  }
}

function bytes(text: string | null): Uint8Array | null {
  return text === null ? null : new TextEncoder().encode(text);
}
