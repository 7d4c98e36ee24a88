import type { Disk } from "../platform/disk.ts";
import { putInt32, uint32At } from "../record/big-endian.ts";
import { crc32c } from "../record/crc32c.ts";
import type { EpochStart } from "./epoch-history.ts";
import { formatAge } from "./format-age.ts";
import type { JournalPart } from "./journal/journal-reader.ts";
import type { DataLayout } from "./layout.ts";
import type { ProducerState } from "./producers.ts";
import type { SegmentState } from "./segments/segment.ts";
import { readWholeFile, replaceFile } from "./whole-file.ts";

/**
 * What is durable in the segments, and from which journal file on the rest stands: so a restart
 * reads this file and the journal's tail, and neither lists folders nor reads segments.
 *
 *     0  u32  magic, the format version in its last byte
 *     4  u32  CRC-32C of the magic and of what follows
 *     8       JSON text
 *
 * It is written whole, beside the old one, and put in its place by a rename; then its copy is. The
 * journal lets nothing go before both are durable, so that either of them is enough.
 */
export interface Checkpoint {
  /** The first journal file that has something which isn't in here. */
  readonly journalSequence: number;
  /** The number of the last frame that is in here with certainty. */
  readonly frameNumber: number;
  readonly nextLogId: number;
  readonly logs: readonly LogState[];
}

/** One log in a checkpoint. */
export interface LogState {
  readonly id: number;
  readonly name: string;
  readonly incarnation: string;
  readonly startOffset: number;
  /** Compaction has been over all before this offset. */
  readonly firstDirtyOffset: number;
  /** Entries of frames up to this one are in here; later ones are to be applied again. */
  readonly appliedFrame: number;
  readonly segments: readonly SegmentState[];
  readonly producers: readonly (readonly [number, ProducerState])[];
  /** Missing where an earlier Weir wrote the file. */
  readonly epochs?: readonly EpochStart[];
  readonly highWatermark?: number;
}

const MAGIC = 0x57454302;
const FIRST_MAGIC = 0x57454301;
const HEADER_BYTES = 8;

/** The checkpoint of a data directory in which nothing has been written. */
export const EMPTY_CHECKPOINT: Checkpoint = {
  journalSequence: 1,
  frameNumber: 0,
  nextLogId: 1,
  logs: [],
};

/** Puts a checkpoint in the place of the last one; it is durable when this resolves. */
export async function writeCheckpoint(
  disk: Disk,
  { root, checkpoint: path, checkpointCopy }: DataLayout,
  checkpoint: Checkpoint,
): Promise<void> {
  const bytes = encode(checkpoint);
  for (const each of [path, checkpointCopy]) {
    await replaceFile(disk, each, bytes);
    await disk.syncDirectory(root);
  }
}

/** What the files tell of the checkpoint: it, or why there is none. */
export type FoundCheckpoint =
  | { readonly checkpoint: Checkpoint; readonly problem: null }
  | {
      readonly checkpoint: null;
      readonly problem: "missing" | "damaged" | "older-format" | "newer-format";
    };

/** Reads the checkpoint, or its copy if it isn't whole. */
export function findCheckpoint(disk: Disk, layout: DataLayout): FoundCheckpoint {
  const found = [layout.checkpoint, layout.checkpointCopy].map((path) => readOne(disk, path));
  const whole = found.find(({ checkpoint }) => checkpoint !== null);
  if (whole) return whole;
  const problems = found.map(({ problem }) => problem);
  const worst = (["newer-format", "older-format", "damaged"] as const).find((each) =>
    problems.includes(each),
  );
  return { checkpoint: null, problem: worst ?? "missing" };
}

/**
 * What of the journal isn't in a checkpoint; all of it, where that is lost. What a log in it has of
 * later frames than the others was made durable with it.
 */
export function journalBehind(checkpoint: Checkpoint | null): JournalPart {
  if (!checkpoint) return { fromSequence: 1, lastFrame: null, syncedFrame: 0 };
  const { journalSequence, frameNumber, logs } = checkpoint;
  const syncedFrame = logs.reduce((max, log) => Math.max(max, log.appliedFrame), 0);
  return { fromSequence: journalSequence, lastFrame: frameNumber, syncedFrame };
}

/** Which of the checkpoint and its copy can't be read. */
export function checkpointFaults(disk: Disk, layout: DataLayout): string[] {
  const paths = [layout.checkpoint, layout.checkpointCopy];
  return paths.filter((path) => readOne(disk, path).checkpoint === null);
}

/** Writes the one that can't be read anew from the other; resolves with those it wrote. */
export async function restoreCheckpoint(
  disk: Disk,
  layout: DataLayout,
  checkpoint: Checkpoint,
): Promise<string[]> {
  const damaged = checkpointFaults(disk, layout);
  for (const path of damaged) await replaceFile(disk, path, encode(checkpoint));
  if (damaged.length > 0) await disk.syncDirectory(layout.root);
  return damaged;
}

function readOne(disk: Disk, path: string): FoundCheckpoint {
  if (!disk.exists(path)) return { checkpoint: null, problem: "missing" };
  const bytes = readWholeFile(disk, path);
  const age = bytes.length < HEADER_BYTES ? null : formatAge(uint32At(bytes, 0), MAGIC);
  if (age === null || uint32At(bytes, 4) !== sumOf(bytes)) {
    return { checkpoint: null, problem: "damaged" };
  }
  if (age !== "own") return { checkpoint: null, problem: `${age}-format` };
  const text = new TextDecoder().decode(bytes.subarray(HEADER_BYTES));
  // The sum has been checked: what stands here is what `writeCheckpoint` was given.
  const checkpoint: Checkpoint = JSON.parse(text);
  return { checkpoint, problem: null };
}

function encode(checkpoint: Checkpoint): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(checkpoint));
  const bytes = new Uint8Array(HEADER_BYTES + text.length);
  bytes.set(text, HEADER_BYTES);
  putInt32(bytes, 0, MAGIC);
  putInt32(bytes, 4, sumOf(bytes));
  return bytes;
}

/** The sum as the file has to say it; that of the first format left the magic out. */
function sumOf(bytes: Uint8Array): number {
  const before = uint32At(bytes, 0) === FIRST_MAGIC ? 0 : crc32c(bytes, 0, 4);
  return crc32c(bytes, HEADER_BYTES, bytes.length, before);
}
