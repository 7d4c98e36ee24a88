import { FRAME_ALIGN_BYTES } from "./journal/journal-frame.ts";
import type { Durability } from "./partition-log.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * What the records of a batch may expand to, where the broker has to open it: to recompress it, or
 * to look for keys. A batch that goes into a compacted log is refused beyond it.
 */
export const MAX_EXPANDED_BYTES = 64 * MIB;

/** Where the storage draws its lines. Not settings for people: tests need them small. */
export interface StorageLimits {
  /** A turn is written in groups of at most so many bytes: it bounds a frame of the journal. */
  readonly groupBytes: number;
  /**
   * A log that gets so much in one turn has it written straight to its segment, the journal only
   * learning where: writing it twice would cost more than syncing one more file.
   */
  readonly directBytes: Readonly<Record<Durability, number>>;
  /** Batches that are in memory and the journal, not yet in segments; more are written down. */
  readonly tailBytes: number;
  /** So many logs' tails are written at most in one turn, unless memory grows too fast. */
  readonly drainedPerTurn: number;
  /** A checkpoint begins when the journal is so large ... */
  readonly checkpointAtBytes: number;
  /** ... and appends wait for it when the journal is so large. */
  readonly journalBytes: number;
  /** One also begins when segments have got so much: a restart reads what isn't known as synced. */
  readonly checkpointAtWrittenBytes: number;
  /** The journal moves on to the next file when a frame would take this one beyond it. */
  readonly journalFileBytes: number;
  /** The first file of an empty directory begins this small, so that a broker is ready at once. */
  readonly firstJournalFileBytes: number;
  /** So much is kept on the disk for what makes room on a full one. */
  readonly reserveBytes: number;
  /** A file for later is filled with zeros in pieces of this size: each holds up the loop. */
  readonly zeroFillBytes: number;
  /** How many journal files without content are kept to be used again. */
  readonly sparesKept: number;
  /** A broker that hardly writes needs no next file: one is made ready from this size on. */
  readonly prepareSpareAtBytes: number;
  /** A checkpoint writes so many logs to their segments before other work gets its turn. */
  readonly checkpointLogsPerTurn: number;
  /** So many idempotent producers are remembered, each counted once in every log it writes to. */
  readonly maxProducers: number;
  /** Free space is asked for each time so much has been appended. */
  readonly spaceCheckBytes: number;
  /** Segments are no larger, whatever their log's settings: only closed ones can be deleted. */
  readonly largestSegmentBytes: number;
}

/** What a broker uses. */
export const DEFAULT_LIMITS: StorageLimits = {
  groupBytes: 4 * MIB,
  directBytes: { fsync: 64 * KIB, memory: 4 * KIB },
  tailBytes: 16 * MIB,
  drainedPerTurn: 64,
  checkpointAtBytes: 128 * MIB,
  checkpointAtWrittenBytes: 512 * MIB,
  journalBytes: 512 * MIB,
  journalFileBytes: 32 * MIB,
  firstJournalFileBytes: 1 * MIB,
  reserveBytes: 128 * KIB,
  zeroFillBytes: 256 * KIB,
  sparesKept: 4,
  prepareSpareAtBytes: 256 * KIB,
  checkpointLogsPerTurn: 64,
  maxProducers: 100_000,
  spaceCheckBytes: 8 * MIB,
  largestSegmentBytes: Number.MAX_SAFE_INTEGER,
};

/** Disks that are smaller get a smaller journal and tails, in proportion. */
const LARGE_DISK_BYTES = 2048 * MIB;

/** What a broker uses on a disk of this size. */
export function limitsFor(capacityBytes: number): StorageLimits {
  const limits = { ...DEFAULT_LIMITS, largestSegmentBytes: capacityBytes / 32 };
  const share = capacityBytes / LARGE_DISK_BYTES;
  if (share >= 1) return limits;
  const scaled = (bytes: number, least: number) => Math.max(least, Math.round(bytes * share));
  return {
    ...limits,
    groupBytes: scaled(limits.groupBytes, 1 * MIB),
    tailBytes: scaled(limits.tailBytes, 1 * MIB),
    checkpointAtBytes: scaled(limits.checkpointAtBytes, 2 * MIB),
    journalBytes: scaled(limits.journalBytes, 8 * MIB),
    journalFileBytes: scaled(limits.journalFileBytes, 1 * MIB),
    zeroFillBytes: 256 * KIB,
    sparesKept: 1,
    spaceCheckBytes: scaled(limits.spaceCheckBytes, 256 * KIB),
  };
}

/** What is kept free of records on a disk of this size: what is under way must find its place. */
export function usualMinFreeBytes(capacityBytes: number): number {
  return Math.min(48 * MIB, Math.floor(capacityBytes / 8));
}

/**
 * Where limits don't fit each other, so that one of them couldn't be kept, or what it bounds would
 * stand still; null where they do.
 */
export function limitsFault(limits: StorageLimits): string | null {
  const { journalBytes, journalFileBytes, checkpointAtBytes, largestSegmentBytes } = limits;
  const rules: readonly [keyof StorageLimits, least: number, most: number][] = [
    // What comes a few at a time has to come at all.
    ["drainedPerTurn", 1, Number.POSITIVE_INFINITY],
    ["checkpointLogsPerTurn", 1, Number.POSITIVE_INFINITY],
    ["zeroFillBytes", 1, journalFileBytes],
    ["largestSegmentBytes", 1, largestSegmentBytes],
    // A checkpoint lets whole files go, and has to be begun before appends wait for it.
    ["journalFileBytes", FRAME_ALIGN_BYTES, checkpointAtBytes],
    ["checkpointAtBytes", journalFileBytes, journalBytes],
    // What is only in memory stands in the journal, and one turn's frame has its place there.
    ["tailBytes", 0, journalBytes],
    ["groupBytes", 0, journalBytes],
    ["firstJournalFileBytes", FRAME_ALIGN_BYTES, journalFileBytes],
    ["prepareSpareAtBytes", 0, journalFileBytes],
    // What makes room on a full disk is a frame.
    ["reserveBytes", FRAME_ALIGN_BYTES, journalFileBytes],
  ];
  for (const [name, least, most] of rules) {
    const value = Number(limits[name]);
    if (!(value >= least && value <= most)) return `${name} is ${value}, not ${least} to ${most}`;
  }
  return null;
}
