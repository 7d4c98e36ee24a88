import { crc32c } from "../../record/crc32c.ts";
import type { PartitionLog } from "../partition-log.ts";
import { EntryKind, type Frame, type JournalEntry, makeFrame, putEntry } from "./journal-frame.ts";

/** An entry together with its payload. */
export interface EntryWithPayload {
  readonly entry: JournalEntry;
  readonly payload: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** The fields of an entry that isn't a batch's. */
export const UNUSED = {
  offset: 0,
  segmentBase: 0,
  position: 0,
  sizeBytes: 0,
  leaderEpoch: 0,
  crc: 0,
  lastOffsetDelta: 0,
} as const;

/** That a log exists: its name and incarnation, a line each. */
export function createdEntry(log: PartitionLog): EntryWithPayload {
  const payload = new TextEncoder().encode(`${log.name}\n${log.incarnation}`);
  const entry = {
    ...UNUSED,
    kind: EntryKind.created,
    logId: log.id,
    offset: log.startOffset,
    sizeBytes: payload.length,
    crc: crc32c(payload, 0, payload.length),
  };
  return { entry, payload };
}

/** The name and incarnation that a `created` entry's payload tells. */
export function readCreated(payload: Uint8Array): { name: string; incarnation: string } {
  const [name = "", incarnation = ""] = new TextDecoder().decode(payload).split("\n");
  return { name, incarnation };
}

/** That a log and its files are gone. */
export function removedEntry(log: PartitionLog): EntryWithPayload {
  return { entry: { ...UNUSED, kind: EntryKind.removed, logId: log.id }, payload: NOTHING };
}

/** That a log's records before `offset` are gone, and the segments that this empties. */
export function logStartEntry(log: PartitionLog, offset: number): EntryWithPayload {
  const segmentBase = log.segments[log.countEmptied(offset)]?.baseOffset ?? 0;
  const entry = { ...UNUSED, kind: EntryKind.logStart, logId: log.id, offset, segmentBase };
  return { entry, payload: NOTHING };
}

/** That a log's batches from `offset` on, in the frames before this one, are not in the log. */
export function logEndEntry(log: PartitionLog, offset: number): EntryWithPayload {
  const entry = { ...UNUSED, kind: EntryKind.logEnd, logId: log.id, offset };
  return { entry, payload: NOTHING };
}

/** A frame of entries that aren't batches. */
export function entriesFrame(entries: readonly EntryWithPayload[]): Frame {
  const payloadBytes = entries.reduce((sum, { payload }) => sum + payload.length, 0);
  const frame = makeFrame({ entryCount: entries.length, headerCount: 0, payloadBytes });
  let at = frame.headBytes;
  for (const [index, { entry, payload }] of entries.entries()) {
    putEntry(frame, index, entry);
    frame.bytes.set(payload, at);
    at += payload.length;
  }
  return frame;
}
