/**
 * The file that keeps partitions: docs/archive-format.md.
 *
 * ```
 *   0         8         12
 *   +---------+---------+-----------------------------------------------
 *   | WEIRLOGS| version | frames, the last of which says that it is
 *   |         | uint32  |
 *   +---------+---------+-----------------------------------------------
 *
 *   0        4        8        12     13                 4 + length + 4
 *   +--------+--------+--------+------+-------------------------+
 *   | length | CRC-32C| number | kind | body                    |
 *   | uint32 | uint32 | uint32 | uint8| JSON, or record batches |
 *   +--------+--------+--------+------+-------------------------+
 *                     ^ the length counts from here, and the CRC covers it all
 * ```
 *
 * Numbers are big-endian. A frame's number is its place, counted from 0: a frame that is missing,
 * doubled or moved shows.
 */
export const MAGIC = new TextEncoder().encode("WEIRLOGS");
/** The only version that is written and read. */
export const VERSION = 1;
/** The size of what stands before the frames. */
export const PREFACE_BYTES = MAGIC.length + 4;

/** Where the fields of a frame stand in it. */
export const FrameField = { length: 0, crc: 4, number: 8, kind: 12, body: 13 } as const;

/** What no frame is longer than: more than a broker sends of a partition at a time. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024;

/** The bodies of all but batches are JSON; batches have their partition's number in front. */
export const FrameKind = { topic: 1, partition: 2, batches: 3, end: 4 } as const;

/** A topic; its partitions follow. */
export interface ArchivedTopic {
  readonly name: string;
  readonly partitionCount: number;
  /** The settings that were given to the topic itself. */
  readonly config: Readonly<Record<string, string>>;
}

/** A partition: what there was of it, whether it has records or not. Its batches follow. */
export interface ArchivedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Its first offset; the first batch may begin before it. */
  readonly startOffset: number;
  /** Behind its last offset. */
  readonly endOffset: number;
}

/** What an archive holds; the last frame tells it. */
export interface ArchiveTotals {
  readonly partitions: number;
  readonly batches: number;
  readonly records: number;
  readonly bytes: number;
}

/** Nothing yet. */
export const noTotals: ArchiveTotals = { partitions: 0, batches: 0, records: 0, bytes: 0 };

/** Bytes that aren't a whole archive that can be read: a stable code, where, and why. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
  readonly code: "not-an-archive" | "newer-archive" | "damaged-archive";

  constructor(code: ArchiveError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
