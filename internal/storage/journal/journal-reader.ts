import type { Disk } from "../../platform/disk.ts";
import { foreignFormat } from "../format-age.ts";
import { digits20 } from "../layout.ts";
import { readWholeFile } from "../whole-file.ts";
import { type FoundEntry, readEntries } from "./frame-payload.ts";
import { alignedSize, FRAME_ALIGN_BYTES, type FrameHead, readFrameHead } from "./journal-frame.ts";
import { readMark } from "./journal-mark.ts";
import type { JournalFile } from "./journal-start.ts";

/** A frame that was found in the journal's files. */
export interface FoundFrame extends FrameHead {
  /** Where it begins in its file. */
  readonly at: number;
  readonly entries: readonly FoundEntry[];
}

/** One file's frames, in order. */
export interface ReadJournalFile extends JournalFile {
  readonly frames: readonly FoundFrame[];
}

/** Frames that were durable and can't be read any more: `[from, to]`, behind this place. */
export interface MissingFrames {
  readonly from: number;
  readonly to: number;
  readonly path: string;
  readonly position: number;
}

/** Where reading the journal begins, as the checkpoint knows it. */
export interface JournalPart {
  /** The first file that has something to read. */
  readonly fromSequence: number;
  /** Frames up to this one are left out; null: there are none before the first that is found. */
  readonly lastFrame: number | null;
  /** Frames up to this one were durable. */
  readonly syncedFrame: number;
}

/** What the journal holds. */
export interface ReadJournal {
  readonly files: readonly ReadJournalFile[];
  /** Files whose frames the checkpoint has; they can be used again. */
  readonly obsolete: readonly JournalFile[];
  readonly lastSequence: number;
  readonly lastFrame: number;
  /** Frames up to this one were durable: they must be whole, later ones may be torn. */
  readonly syncedFrame: number;
  readonly missing: readonly MissingFrames[];
}

/**
 * Finds the journal's frames in a part of it.
 *
 * A frame that isn't whole was torn when the power went, and the restart after that gave its
 * number to another, in a later file. So the frames end where the next number isn't found whole
 * anywhere. But if a later frame or the mark says that the missing one had been synced, it was
 * there, and was acknowledged: then it is damaged, and those behind it count.
 *
 * Throws `StorageError` `newer-format` or `older-format`.
 */
export function readJournal(
  disk: Disk,
  directory: string,
  { fromSequence, lastFrame, syncedFrame: checkpointed }: JournalPart,
): ReadJournal {
  // Before the files: a broker that runs may add frames meanwhile, and mark them.
  const marked = readMark(disk, directory);
  const found: ReadJournalFile[] = [];
  const obsolete: JournalFile[] = [];
  let lastSequence = fromSequence - 1;
  // One after the other into the same memory: fresh pages cost more than reading into them.
  let memory: Uint8Array = new Uint8Array(0);
  for (const sequence of journalSequences(disk, directory)) {
    const path = `${directory}/${digits20(sequence)}.journal`;
    lastSequence = Math.max(lastSequence, sequence);
    if (sequence < fromSequence) {
      obsolete.push({ sequence, path, writtenBytes: 0 });
      continue;
    }
    const bytes = readWholeFile(disk, path, memory);
    if (bytes.length > memory.length) memory = bytes;
    found.push(framesOf(bytes, path, sequence));
  }
  const files = withoutStale(found);
  const frames = files.flatMap((file) => file.frames);
  const before = lastFrame ?? (frames[0]?.frameNumber ?? 1) - 1;
  const known = Math.max(before, marked, checkpointed);
  const syncedFrame = frames.reduce((max, frame) => Math.max(max, frame.syncedFrame), known);
  const row = rowOfFrames(files, before, syncedFrame, directory);
  return { ...row, obsolete, lastSequence, syncedFrame };
}

function framesOf(bytes: Uint8Array, path: string, sequence: number): ReadJournalFile {
  const frames: FoundFrame[] = [];
  let writtenBytes = 0;
  for (let at = 0; at < bytes.length; ) {
    const head = readFrameHead(bytes, at, sequence);
    if (head === "newer" || head === "older") throw foreignFormat(path, head);
    if (head) {
      const entries = readEntries(bytes, at, head);
      if (!entries) throw foreignFormat(path, "newer");
      frames.push({ ...head, at, entries });
      writtenBytes = at + sizeOnDisk(head);
    }
    at += head ? sizeOnDisk(head) : FRAME_ALIGN_BYTES;
  }
  return { sequence, path, writtenBytes, frames };
}

/** The files without frames that were given up: a later file has others of their numbers. */
function withoutStale(files: readonly ReadJournalFile[]): ReadJournalFile[] {
  const kept: ReadJournalFile[] = [];
  let firstLater = Number.POSITIVE_INFINITY;
  for (const file of [...files].reverse()) {
    const frames = file.frames.filter(({ frameNumber }) => frameNumber < firstLater);
    for (const { frameNumber } of frames) firstLater = Math.min(firstLater, frameNumber);
    kept.unshift({ ...file, frames });
  }
  return kept;
}

/** The frames that follow each other up to the last one that counts, and those that are missing. */
function rowOfFrames(
  files: readonly ReadJournalFile[],
  before: number,
  syncedFrame: number,
  directory: string,
): Pick<ReadJournal, "files" | "lastFrame" | "missing"> {
  const missing: MissingFrames[] = [];
  let lastFrame = before;
  let end = { path: files[0]?.path ?? directory, position: 0 };
  let ended = false;
  const take = (file: ReadJournalFile, frame: FoundFrame): boolean => {
    const { frameNumber, entries, at } = frame;
    if (frameNumber <= lastFrame || ended) return false;
    const gap = frameNumber > lastFrame + 1;
    const torn = frameNumber > syncedFrame && entries.some(({ whole }) => !whole);
    ended = torn || (gap && lastFrame >= syncedFrame);
    if (ended) return false;
    const inFile = end.path === file.path ? end : { path: file.path, position: 0 };
    const place = at > inFile.position ? inFile : end;
    if (gap) missing.push({ from: lastFrame + 1, to: frameNumber - 1, ...place });
    lastFrame = frameNumber;
    end = { path: file.path, position: at + sizeOnDisk(frame) };
    return true;
  };
  const inRow = files.map((file) => {
    return { ...file, frames: file.frames.filter((frame) => take(file, frame)) };
  });
  if (lastFrame < syncedFrame) missing.push({ from: lastFrame + 1, to: syncedFrame, ...end });
  return { files: inRow, missing, lastFrame: Math.max(lastFrame, syncedFrame) };
}

/** How many bytes of its file a frame takes. */
export function sizeOnDisk(head: FrameHead): number {
  return alignedSize(head.headBytes + head.payloadBytes);
}

function journalSequences(disk: Disk, directory: string): number[] {
  const names = disk.list(directory).filter((name) => name.endsWith(".journal"));
  return names.map((name) => Number(name.slice(0, -".journal".length))).sort((a, b) => a - b);
}
