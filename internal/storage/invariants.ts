import type { LogState } from "./checkpoint.ts";
import type { PartitionLog } from "./partition-log.ts";

/**
 * What holds in the storage whatever its clients and its disk do, and is looked at where it could
 * be broken, once a log and group commit at most:
 *
 * - A log's offsets: `startOffset` and `durableOffset` are never behind `endOffset`, and nothing is
 *   committed that isn't durable here (`checkAdvance`, `checkCommit`).
 * - No frame is called durable that hasn't been written (`checkSynced`).
 * - What a checkpoint says of a log fits together, and follows from what the last one said
 *   (`stateFault`). Segments ascend; they needn't touch, where compaction or damage left a gap.
 *
 * Where one doesn't hold, the code is wrong, and what it would do next is unknown: it throws,
 * before anybody is told of a promise, and before the checkpoint replaces the last good one. The
 * data is as a crash at this moment leaves it.
 */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/** The log is about to call all before `endOffset` durable. */
export function checkAdvance(
  { name, startOffset, endOffset: end }: PartitionLog,
  to: number,
): void {
  if (to <= end && startOffset <= end) return;
  throw new BrokenInvariant(`${name} is durable up to ${to}: it has ${startOffset} up to ${end}`);
}

/** The log is about to call all before `to` committed. */
export function checkCommit({ name, durableOffset }: PartitionLog, to: number): void {
  if (to <= durableOffset) return;
  throw new BrokenInvariant(`${name} is committed up to ${to}, and durable up to ${durableOffset}`);
}

/** Frames up to `frameNumber` are about to be called durable. */
export function checkSynced(frameNumber: number, lastFrame: number): void {
  if (frameNumber <= lastFrame) return;
  throw new BrokenInvariant(`frame ${frameNumber} is synced, and the last one is ${lastFrame}`);
}

/** Throws unless a checkpoint may say this of a log, `before` being what the last one said. */
export function checkState(state: LogState, before: LogState | undefined): void {
  const fault = stateFault(state, before);
  if (fault) throw new BrokenInvariant(`${state.name} is to be in a checkpoint with ${fault}`);
}

/** What is wrong with what a checkpoint is to say of a log; null for nothing. */
export function stateFault(state: LogState, before?: LogState): string | null {
  const { startOffset, firstDirtyOffset, highWatermark = 0, appliedFrame } = state;
  const endOffset = state.segments.at(-1)?.endOffset ?? startOffset;
  const beyond = { startOffset, firstDirtyOffset, highWatermark };
  for (const [what, offset] of Object.entries(beyond)) {
    if (offset > endOffset) return `${what} ${offset} behind its end, ${endOffset}`;
  }
  if (before && startOffset < before.startOffset) {
    return `startOffset ${startOffset}, which was ${before.startOffset}`;
  }
  if (before && appliedFrame < before.appliedFrame) {
    return `frame ${appliedFrame}, which was ${before.appliedFrame}`;
  }
  return segmentsFault(state, endOffset) ?? epochsFault(state);
}

function segmentsFault({ segments }: LogState, endOffset: number): string | null {
  let lastBase = -1;
  for (const { baseOffset, endOffset: end, sizeBytes } of segments) {
    if (baseOffset <= lastBase) return `segment ${baseOffset} behind segment ${lastBase}`;
    if (end < baseOffset || end > endOffset || sizeBytes < 0) {
      return `segment ${baseOffset} of ${sizeBytes} bytes up to ${end}, of ${endOffset}`;
    }
    lastBase = baseOffset;
  }
  return null;
}

function epochsFault({ epochs = [] }: LogState): string | null {
  for (const [i, { epoch, startOffset }] of epochs.entries()) {
    const next = epochs[i + 1];
    if (!next || (epoch < next.epoch && startOffset < next.startOffset)) continue;
    return `epoch ${epoch} from ${startOffset} on, and ${next.epoch} from ${next.startOffset} on`;
  }
  return null;
}
