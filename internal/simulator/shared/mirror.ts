import {
  baseOffset,
  batchSizeBytes,
  lastOffset,
  partitionLeaderEpoch,
  storedCrc,
} from "../../record/batch.ts";
import { HEADER_BYTES } from "../../record/layout.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { Segment } from "../../storage/segments/segment.ts";
import { runFrom } from "../../storage/tail.ts";
import { FileContent } from "../disk/file-content.ts";
import type { FileSystem } from "../disk/file-system.ts";
import { must } from "../failure.ts";

/** A batch that stands in a log: what tells it from others, and where it is. */
export interface MirroredBatch {
  readonly offset: number;
  readonly endOffset: number;
  readonly epoch: number;
  readonly crc: number;
  /** The base offset of its segment, and the position behind it there. */
  readonly segment: number;
  readonly endPosition: number;
}

/** Whether two batches are the same one, by the same leader. */
export function isSame(one: MirroredBatch, other: MirroredBatch | undefined): boolean {
  if (!other || one.crc !== other.crc || one.epoch !== other.epoch) return false;
  return one.offset === other.offset && one.endOffset === other.endOffset;
}

/** A broker's copies by the keys of their logs, as they are seen from outside. */
export interface CopyHolder {
  readonly copies: ReadonlyMap<string, { readonly mirror: LogMirror }>;
}

/**
 * Looks at what is new in a holder's copy of a log, from its batch number `from` on: epochs never
 * go back, and where another holder has a batch of the same epoch at that offset, it is the same.
 */
export function checkNew(
  name: string,
  key: string,
  holder: CopyHolder,
  holders: readonly CopyHolder[],
  from: number,
): void {
  const batches = holder.copies.get(key)?.mirror.batches ?? [];
  const others = holders.flatMap((other) => {
    return other === holder ? [] : (other.copies.get(key)?.mirror ?? []);
  });
  for (let i = from; i < batches.length; i++) {
    const batch = batches[i];
    if (!batch) break;
    const { offset, epoch } = batch;
    const before = batches[i - 1]?.epoch ?? 0;
    must(epoch >= before, () => `${name}: epoch ${epoch} follows ${before} at ${offset}`);
    for (const other of others) {
      const same = other.at(offset);
      const parted = same !== undefined && same.epoch === epoch && !isSame(same, batch);
      must(!parted, () => `${name}: copies part at ${offset}, both in epoch ${epoch}`);
    }
  }
}

/**
 * What one broker's copy of a log holds, looked up event by event behind the broker's back: in its
 * memory, and in the files as processes see them.
 */
export class LogMirror {
  readonly batches: MirroredBatch[] = [];
  /** All before it is durable: whatever happens to the process, it stays. */
  durableOffset = 0;

  /** The end of what it has. */
  get endOffset(): number {
    return this.batches.at(-1)?.endOffset ?? 0;
  }

  /** How many of its batches end at or before `offset`. */
  countBefore(offset: number): number {
    let low = 0;
    let high = this.batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.batches[middle]?.endOffset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The batch that begins at `offset`. */
  at(offset: number): MirroredBatch | undefined {
    const batch = this.batches[this.countBefore(offset)];
    return batch?.offset === offset ? batch : undefined;
  }

  /** Forgets what a crash may have taken. */
  keepDurable(): void {
    this.batches.length = this.countBefore(this.durableOffset);
  }

  /** Follows the log: returns whether it was cut, and the number of the first new batch. */
  follow(log: PartitionLog, files: FileSystem): { cut: boolean; from: number } {
    const end = log.endOffset;
    const cut = end < this.endOffset;
    if (cut) this.batches.length = this.countBefore(end);
    const from = this.batches.length;
    while (this.endOffset < end) this.batches.push(this.#next(log, files));
    this.durableOffset = log.durableOffset;
    return { cut, from };
  }

  #next(log: PartitionLog, files: FileSystem): MirroredBatch {
    const last = this.batches.at(-1);
    const offset = last?.endOffset ?? 0;
    const segment = log.segmentFrom(offset);
    must(segment !== undefined, () => `${log.name} has no segment at ${offset}`);
    const position = last?.segment === segment.baseOffset ? last.endPosition : 0;
    const { bytes, at } = headerAt(log, segment, position, files);
    const base = baseOffset(bytes, at);
    must(base === offset, () => `${log.name} has ${base} at ${offset}`);
    return {
      offset,
      endOffset: lastOffset(bytes, at) + 1,
      epoch: partitionLeaderEpoch(bytes, at),
      crc: storedCrc(bytes, at),
      segment: segment.baseOffset,
      endPosition: position + batchSizeBytes(bytes, at),
    };
  }
}

/** The header of the batch at this position of a segment: in the tail, or in the file. */
function headerAt(log: PartitionLog, segment: Segment, position: number, files: FileSystem) {
  for (let i = runFrom(log.tail, segment.baseOffset); i < log.tail.length; i++) {
    const run = log.tail[i];
    if (run?.segment !== segment || run.position > position) break;
    const at = run.at + position - run.position;
    if (position < run.position + run.sizeBytes) return { bytes: run.bytes, at };
  }
  const file = files.find(segment.logPath);
  must(file instanceof FileContent, () => `${segment.logPath} is missing`);
  const bytes = new Uint8Array(HEADER_BYTES);
  const count = file.read(bytes, 0, HEADER_BYTES, position);
  must(count === HEADER_BYTES, () => `${segment.logPath} ends at ${position + count}`);
  return { bytes, at: 0 };
}
