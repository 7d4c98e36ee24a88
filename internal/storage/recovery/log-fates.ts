import type { LogState } from "../checkpoint.ts";
import { EntryKind, type JournalEntry } from "../journal/journal-frame.ts";
import type { ReadJournal } from "../journal/journal-reader.ts";

/** What a log loses in the part of the journal that is about to be replayed. */
interface LogFate {
  removed: boolean;
  firstSegmentBase: number;
  readonly ends: { readonly frameNumber: number; readonly offset: number }[];
}

/**
 * What becomes of each log later in the journal. An entry before that may tell of a file that is
 * not there any more, or is another log's: files are removed as soon as the entry which says so is
 * durable. Or of a batch that a restart has missed already.
 */
export class LogFates {
  readonly #fates = new Map<number, LogFate>();

  /** Looks through the whole journal, but for entries that the logs in the checkpoint have. */
  constructor({ files }: ReadJournal, logs: readonly LogState[]) {
    const applied = new Map(logs.map(({ id, appliedFrame }) => [id, appliedFrame]));
    for (const { frames } of files) {
      for (const { frameNumber, entries } of frames) {
        for (const { entry } of entries) {
          if (frameNumber > (applied.get(entry.logId) ?? 0)) this.#add(entry, frameNumber);
        }
      }
    }
  }

  /** The log is removed with all its files, which may by now be those of a log of its name. */
  isRemoved(logId: number): boolean {
    return this.#fates.get(logId)?.removed ?? false;
  }

  /** The entry's segment is removed: its file is gone, or may be. */
  isGone({ logId, segmentBase }: JournalEntry): boolean {
    return segmentBase < (this.#fates.get(logId)?.firstSegmentBase ?? 0);
  }

  /** The entry tells of a batch that never arrived. */
  isVoid({ kind, logId, offset }: JournalEntry, frameNumber: number): boolean {
    const { batch, placedBatch, unsyncedBatch } = EntryKind;
    if (kind !== batch && kind !== placedBatch && kind !== unsyncedBatch) return false;
    const ends = this.#fates.get(logId)?.ends ?? [];
    return ends.some((end) => end.frameNumber > frameNumber && end.offset <= offset);
  }

  #add({ kind, logId, segmentBase, offset }: JournalEntry, frameNumber: number): void {
    const { removed, logStart, logEnd } = EntryKind;
    if (kind !== removed && kind !== logStart && kind !== logEnd) return;
    const fate = this.#fates.get(logId) ?? { removed: false, firstSegmentBase: 0, ends: [] };
    this.#fates.set(logId, fate);
    if (kind === removed) fate.removed = true;
    else if (kind === logEnd) fate.ends.push({ frameNumber, offset });
    else fate.firstSegmentBase = Math.max(fate.firstSegmentBase, segmentBase);
  }
}
