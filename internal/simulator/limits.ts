import { DEFAULT_LIMITS, type StorageLimits } from "../storage/limits.ts";
import type { SimulatedRandom } from "./random.ts";

/** Draws limits of the storage, so small that every one of them is met often. */
export function drawLimits(random: SimulatedRandom): StorageLimits {
  const journalFileBytes = random.pick([16, 32, 64]) * 1024;
  const directBytes = random.pick([600, 2000, 4000]);
  const limits = {
    ...DEFAULT_LIMITS,
    groupBytes: random.pick([2000, 10_000]),
    directBytes: { fsync: directBytes, memory: random.pick([directBytes, 1000]) },
    tailBytes: random.pick([500, 4000, 20_000]),
    drainedPerTurn: random.pick([1, 3]),
    checkpointAtBytes: random.pick([1, 2, 4]) * journalFileBytes,
    journalBytes: random.pick([4, 5, 8]) * journalFileBytes,
    journalFileBytes,
    firstJournalFileBytes: 8 * 1024,
    reserveBytes: 8 * 1024,
    zeroFillBytes: 8 * 1024,
    sparesKept: random.pick([0, 1, 2]),
    prepareSpareAtBytes: random.pick([0, 8 * 1024]),
    spaceCheckBytes: 10_000,
    checkpointLogsPerTurn: random.pick([1, 2, 64]),
  };
  return { ...limits, checkpointAtWrittenBytes: 4 * limits.checkpointAtBytes };
}
