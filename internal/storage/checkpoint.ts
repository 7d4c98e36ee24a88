import type { Disk } from "../platform/disk.ts";
import { putInt32, uint32At } from "../record/big-endian.ts";
import { crc32c } from "../record/crc32c.ts";
import type { EpochStart } from "./epoch-history.ts";
import { StorageError } from "./errors.ts";
import type { ProducerState } from "./producers.ts";
import type { SegmentState } from "./segment.ts";
import { readWholeFile } from "./whole-file.ts";

/**
 * What is durable in the segments, and from which journal file on the rest stands: so a restart
 * reads this file and the journal's tail, and neither lists folders nor reads segments.
 *
 *     0  u32  magic, the format version in its last byte
 *     4  u32  CRC-32C of what follows
 *     8       JSON text
 *
 * It is written whole, beside the old one, and put in its place by a rename.
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

const MAGIC = 0x57454301;
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
  directory: string,
  path: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const text = new TextEncoder().encode(JSON.stringify(checkpoint));
  const bytes = new Uint8Array(HEADER_BYTES + text.length);
  bytes.set(text, HEADER_BYTES);
  putInt32(bytes, 0, MAGIC);
  putInt32(bytes, 4, crc32c(bytes, HEADER_BYTES, bytes.length));
  const file = disk.open(`${path}.new`, "create");
  try {
    file.truncate(0);
    file.write(bytes, 0, bytes.length, 0);
    await file.sync();
  } finally {
    file.close();
  }
  disk.rename(`${path}.new`, path);
  await disk.syncDirectory(directory);
}

/**
 * Reads the checkpoint at `path`; null if there is none.
 *
 * Throws `StorageError`: `damaged` if its sum is wrong, `newer-format` if a newer Weir wrote it.
 */
export function readCheckpoint(disk: Disk, path: string): Checkpoint | null {
  if (!disk.exists(path)) return null;
  const bytes = readWholeFile(disk, path);
  const magic = bytes.length < HEADER_BYTES ? 0 : uint32At(bytes, 0);
  if (magic > MAGIC && magic >>> 8 === MAGIC >>> 8) {
    throw new StorageError("newer-format", `${path} was written by a newer Weir; use that one`);
  }
  if (magic !== MAGIC || uint32At(bytes, 4) !== crc32c(bytes, HEADER_BYTES, bytes.length)) {
    throw new StorageError("damaged", `${path} is damaged: its checksum does not fit its content`);
  }
  const text = new TextDecoder().decode(bytes.subarray(HEADER_BYTES));
  // The sum has been checked: what stands here is what `writeCheckpoint` was given.
  const checkpoint: Checkpoint = JSON.parse(text);
  return checkpoint;
}
