import { int32At, int64At, putInt32, putInt64, uint32At } from "../../record/big-endian.ts";
import { crc32c } from "../../record/crc32c.ts";
import { HEADER_BYTES } from "../../record/layout.ts";
import { formatAge } from "../format-age.ts";

/**
 * A journal frame: what all logs appended in one turn, written and synced as one.
 *
 *      0  u32  magic, the format version in its last byte
 *      4  u32  headBytes: this header, the entries and the batch headers
 *      8  u64  fileSequence: tells a frame from one that an earlier use of the file left behind
 *     16  u64  frameNumber: counts up by one from frame to frame, through all files
 *     24  u64  syncedFrame: frames up to this one were durable when this one was written, so if
 *              one of them can't be read it is damaged; a later one may just never have arrived
 *     32  u32  entryCount
 *     36  u32  payloadBytes: what follows the head, before padding to FRAME_ALIGN_BYTES
 *     40  u32  CRC-32C of the head, with this field zero
 *     44  u32  headerCount
 *     48       entries, ENTRY_BYTES each; headers of the batches that went straight to their
 *              segments; then the payloads of the other entries, each in the entries' order
 *
 * An entry:
 *
 *      0  u32  kind          4  u32  logId          8  u64  offset
 *     16  u64  segmentBase  24  u32  position      28  u32  sizeBytes
 *     32  i32  leaderEpoch  36  u32  crc          40  u32  lastOffsetDelta
 *
 * A batch's own CRC-32C stands in its entry, and its entry in the head's: so every byte is covered
 * once, and a large batch is not summed again on its way to the disk. What its entry tells of a
 * batch is enough to say which offsets are lost with it. The header of a batch that
 * went straight to its segment is all that a restart needs of it: the segment is not read for it,
 * and may have been removed since.
 */
export const FRAME_HEADER_BYTES = 48;
/** Frames begin at multiples of this: no block with synced bytes is ever written again. */
export const FRAME_ALIGN_BYTES = 4096;
/** The size of one entry. */
export const ENTRY_BYTES = 44;
const MAGIC = 0x57454a02;

/** What an entry tells; the numbers are on disk and keep their meaning. */
export const EntryKind = {
  /** A batch, its bytes in the payload: `offset` is its base offset. */
  batch: 1,
  /** A batch whose records stand only in its segment, at `position`. */
  placedBatch: 2,
  /** A `placedBatch` that no sync of this frame covers: only its bytes tell whether it is there. */
  unsyncedBatch: 7,
  /** A log exists from here on; the payload is its name and incarnation, as text. */
  created: 3,
  /** The log and all its files are gone. */
  removed: 4,
  /** Records before `offset` are gone, and the files of all segments before `segmentBase`. */
  logStart: 5,
  /** Batches from `offset` on in the frames before never arrived; the log goes on from there. */
  logEnd: 8,
  /** Compaction has put a segment in the place of others; the payload says which. */
  compacted: 6,
} as const;

/** One of the numbers in `EntryKind`. */
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** The fields that only batches have. */
const OF_BATCHES = ["position", "leaderEpoch", "lastOffsetDelta"] as const;
/** The fields that are 0 in what isn't a batch. */
const UNUSED_FIELDS = {
  [EntryKind.created]: [...OF_BATCHES, "segmentBase"],
  [EntryKind.removed]: [...OF_BATCHES, "segmentBase", "offset", "sizeBytes", "crc"],
  [EntryKind.logStart]: [...OF_BATCHES, "sizeBytes", "crc"],
  [EntryKind.logEnd]: [...OF_BATCHES, "segmentBase", "sizeBytes", "crc"],
  [EntryKind.compacted]: [...OF_BATCHES, "segmentBase", "offset"],
} as const;

/** One line of a frame: what happened to a log. Fields that a kind doesn't use are 0. */
export interface JournalEntry {
  readonly kind: EntryKind;
  readonly logId: number;
  readonly offset: number;
  readonly segmentBase: number;
  readonly position: number;
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  readonly crc: number;
  readonly lastOffsetDelta: number;
}

/** A frame as it is written: `bytes` is its size on disk, padding included. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Where the payload begins. */
  readonly headBytes: number;
}

/** The fixed part of a frame that was read. */
export interface FrameHead {
  readonly frameNumber: number;
  readonly syncedFrame: number;
  readonly entryCount: number;
  readonly headBytes: number;
  readonly payloadBytes: number;
}

/** What a frame is to hold: `headerCount` counts the batches of which it has only the header. */
export interface FrameSize {
  readonly entryCount: number;
  readonly headerCount: number;
  readonly payloadBytes: number;
}

/** The size on disk of a frame. */
export function frameBytes({ entryCount, headerCount, payloadBytes }: FrameSize): number {
  return alignedSize(headBytesOf(entryCount, headerCount) + payloadBytes);
}

/** Where in a frame the headers of batches begin. */
export function headersAt(entryCount: number): number {
  return headBytesOf(entryCount, 0);
}

/**
 * Begins a frame; what it holds is left to put in. It is made in `bytes`, of the size that
 * `frameBytes` says, whatever they held.
 */
export function makeFrame(
  size: FrameSize,
  bytes: Uint8Array = new Uint8Array(frameBytes(size)),
): Frame {
  const { entryCount, headerCount, payloadBytes } = size;
  const headBytes = headBytesOf(entryCount, headerCount);
  putInt32(bytes, 0, MAGIC);
  putInt32(bytes, 4, headBytes);
  putInt32(bytes, 32, entryCount);
  putInt32(bytes, 36, payloadBytes);
  putInt32(bytes, 44, headerCount);
  bytes.fill(0, headBytes + payloadBytes);
  return { bytes, headBytes };
}

/** Writes entry number `index` of a frame. */
export function putEntry(frame: Frame, index: number, entry: JournalEntry): void {
  const { bytes } = frame;
  const at = FRAME_HEADER_BYTES + index * ENTRY_BYTES;
  putInt32(bytes, at, entry.kind);
  putInt32(bytes, at + 4, entry.logId);
  putInt64(bytes, at + 8, entry.offset);
  putInt64(bytes, at + 16, entry.segmentBase);
  putInt32(bytes, at + 24, entry.position);
  putInt32(bytes, at + 28, entry.sizeBytes);
  putInt32(bytes, at + 32, entry.leaderEpoch);
  putInt32(bytes, at + 36, entry.crc);
  putInt32(bytes, at + 40, entry.lastOffsetDelta);
}

/** Numbers a frame and sums its head; nothing in the head may change afterwards. */
export function sealFrame(
  frame: Frame,
  fileSequence: number,
  frameNumber: number,
  syncedFrame: number,
): void {
  const { bytes } = frame;
  putInt64(bytes, 8, fileSequence);
  putInt64(bytes, 16, frameNumber);
  putInt64(bytes, 24, syncedFrame);
  putInt32(bytes, 40, 0);
  putInt32(bytes, 40, crc32c(bytes, 0, frame.headBytes));
}

/**
 * The head of the frame at `at`, or null if no whole frame of this file begins there; "newer" or
 * "older" for one that another Weir has written.
 */
export function readFrameHead(
  bytes: Uint8Array,
  at: number,
  sequence: number,
): FrameHead | "newer" | "older" | null {
  if (at + FRAME_HEADER_BYTES > bytes.length) return null;
  const age = formatAge(uint32At(bytes, at), MAGIC);
  if (age === null || int64At(bytes, at + 8) !== sequence) return null;
  const headBytes = uint32At(bytes, at + 4);
  if (headBytes < FRAME_HEADER_BYTES || at + headBytes > bytes.length) return null;
  if (headSum(bytes, at, headBytes) !== uint32At(bytes, at + 40)) return null;
  if (age !== "own") return age;
  const entryCount = uint32At(bytes, at + 32);
  const payloadBytes = uint32At(bytes, at + 36);
  if (headBytes !== headBytesOf(entryCount, uint32At(bytes, at + 44))) return null;
  if (at + headBytes + payloadBytes > bytes.length) return null;
  return {
    frameNumber: int64At(bytes, at + 16),
    syncedFrame: int64At(bytes, at + 24),
    entryCount,
    headBytes,
    payloadBytes,
  };
}

/** The CRC-32C of a head as its field has to say it: of the head with that field zero. */
function headSum(bytes: Uint8Array, at: number, headBytes: number): number {
  const head = bytes.slice(at, at + headBytes);
  head.fill(0, 40, 44);
  return crc32c(head, 0, headBytes);
}

/**
 * Entry number `index` of the frame at `at`, whose head has been read; null if this Weir doesn't
 * know it: its kind, or what stands in a field that its kind doesn't use. So a later one may use
 * that field, and this one won't take the entry for something else.
 */
export function readEntry(bytes: Uint8Array, at: number, index: number): JournalEntry | null {
  const from = at + FRAME_HEADER_BYTES + index * ENTRY_BYTES;
  const kind = entryKind(uint32At(bytes, from));
  if (kind === null) return null;
  const entry = {
    kind,
    logId: uint32At(bytes, from + 4),
    offset: int64At(bytes, from + 8),
    segmentBase: int64At(bytes, from + 16),
    position: uint32At(bytes, from + 24),
    sizeBytes: uint32At(bytes, from + 28),
    leaderEpoch: int32At(bytes, from + 32),
    crc: uint32At(bytes, from + 36),
    lastOffsetDelta: uint32At(bytes, from + 40),
  };
  return isPlausible(entry) ? entry : null;
}

/** Whether an entry has nothing where its kind has nothing, and sizes and places that can be. */
function isPlausible(entry: JournalEntry): boolean {
  const { kind, offset, segmentBase, sizeBytes } = entry;
  if (kind === EntryKind.batch || isPlaced(kind)) {
    return sizeBytes >= HEADER_BYTES && segmentBase <= offset && Number.isSafeInteger(offset);
  }
  return UNUSED_FIELDS[kind].every((field) => entry[field] === 0);
}

/** Whether the frame has only the header of such an entry's batch. */
export function isPlaced(
  kind: EntryKind,
): kind is typeof EntryKind.placedBatch | typeof EntryKind.unsyncedBatch {
  return kind === EntryKind.placedBatch || kind === EntryKind.unsyncedBatch;
}

/** The bytes that a frame with so much in it takes on disk. */
export function alignedSize(bytes: number): number {
  return Math.ceil(bytes / FRAME_ALIGN_BYTES) * FRAME_ALIGN_BYTES;
}

function headBytesOf(entryCount: number, headerCount: number): number {
  return FRAME_HEADER_BYTES + entryCount * ENTRY_BYTES + headerCount * HEADER_BYTES;
}

function entryKind(value: number): EntryKind | null {
  for (const kind of Object.values(EntryKind)) if (kind === value) return kind;
  return null;
}
