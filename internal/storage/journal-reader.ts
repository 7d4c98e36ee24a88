import type { Disk } from "../platform/disk.ts";
import { StorageError } from "./errors.ts";
import { type FoundEntry, wholeEntries } from "./frame-payload.ts";
import type { JournalFile } from "./journal.ts";
import { alignedSize, FRAME_ALIGN_BYTES, type FrameHead, readFrameHead } from "./journal-frame.ts";
import { digits20 } from "./layout.ts";
import { readWholeFile } from "./whole-file.ts";

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

/** What the journal holds. */
export interface ReadJournal {
  readonly files: readonly ReadJournalFile[];
  /** Files whose frames the checkpoint has; they can be used again. */
  readonly obsolete: readonly JournalFile[];
  readonly lastSequence: number;
  readonly lastFrame: number;
  /** Frames up to this one were durable: they must be whole, later ones may be torn. */
  readonly syncedFrame: number;
}

/**
 * Finds the journal's frames, from the file `fromSequence` on.
 *
 * A frame that isn't whole was torn when the power went, and the restart after that gave its
 * number to another, in a later file. So the frames end where the next number isn't found whole
 * anywhere. But if a frame says that the missing one had been synced, it was there, and was
 * acknowledged: then this throws `StorageError` `damaged` instead of losing it in silence.
 */
export function readJournal(
  disk: Disk,
  directory: string,
  fromSequence: number,
  lastFrame: number,
): ReadJournal {
  const files: ReadJournalFile[] = [];
  const obsolete: JournalFile[] = [];
  let lastSequence = fromSequence - 1;
  let frameNumber = lastFrame;
  let syncedFrame = lastFrame;
  let end = `${directory}, file ${fromSequence}`;
  for (const sequence of journalSequences(disk, directory)) {
    const path = `${directory}/${digits20(sequence)}.journal`;
    lastSequence = Math.max(lastSequence, sequence);
    if (sequence < fromSequence) {
      obsolete.push({ sequence, path, writtenBytes: 0 });
      continue;
    }
    const frames: FoundFrame[] = [];
    let writtenBytes = 0;
    const bytes = readWholeFile(disk, path);
    for (const { at, head } of headsIn(bytes, sequence)) {
      syncedFrame = Math.max(syncedFrame, head.syncedFrame);
      if (head.frameNumber !== frameNumber + 1) continue;
      end = `${path}, position ${at}`;
      const entries = wholeEntries(bytes, at, head);
      if (!entries) continue;
      frames.push({ ...head, at, entries });
      frameNumber++;
      writtenBytes = at + sizeOnDisk(head);
      end = `${path}, position ${writtenBytes}`;
    }
    files.push({ sequence, path, writtenBytes, frames });
  }
  if (syncedFrame > frameNumber) {
    const what = `frame ${frameNumber + 1} of the journal was synced and can't be read any more`;
    throw new StorageError("damaged", `${what} (${end})`);
  }
  return { files, obsolete, lastSequence, lastFrame: frameNumber, syncedFrame };
}

/** The frames of this use of the file whose heads are whole, wherever they stand. */
function* headsIn(bytes: Uint8Array, sequence: number): Generator<{ at: number; head: FrameHead }> {
  for (let at = 0; at < bytes.length; ) {
    const head = readFrameHead(bytes, at, sequence);
    if (head) yield { at, head };
    at += head ? sizeOnDisk(head) : FRAME_ALIGN_BYTES;
  }
}

/** How many bytes of its file a frame takes. */
export function sizeOnDisk(head: FrameHead): number {
  return alignedSize(head.headBytes + head.payloadBytes);
}

function journalSequences(disk: Disk, directory: string): number[] {
  const names = disk.list(directory).filter((name) => name.endsWith(".journal"));
  return names.map((name) => Number(name.slice(0, -".journal".length))).sort((a, b) => a - b);
}
