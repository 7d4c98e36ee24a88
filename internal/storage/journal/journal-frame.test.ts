import { expect, test } from "bun:test";
import { readEntries } from "./frame-payload.ts";
import {
  EntryKind,
  type FrameSize,
  frameBytes,
  type JournalEntry,
  makeFrame,
  putEntry,
  readEntry,
  readFrameHead,
  sealFrame,
} from "./journal-frame.ts";
import { UNUSED } from "./journal-records.ts";

const BATCH: JournalEntry = {
  kind: EntryKind.batch,
  logId: 3,
  offset: 2 ** 40,
  segmentBase: 7,
  position: 4_000_000_000,
  sizeBytes: 61,
  leaderEpoch: -1,
  crc: 0xffffffff,
  lastOffsetDelta: 5,
};
const entry = (kind: EntryKind, fields: Partial<JournalEntry> = {}): JournalEntry => {
  return { ...UNUSED, kind, logId: 3, ...fields };
};
const payload = { sizeBytes: 9, crc: 77 };

/** A frame with one entry, behind 11 bytes that aren't its own. */
function frameOf(one: JournalEntry, size: Partial<FrameSize> = {}): Uint8Array {
  const whole = { entryCount: 1, headerCount: 0, payloadBytes: one.sizeBytes, ...size };
  const frame = makeFrame(whole);
  putEntry(frame, 0, one);
  sealFrame(frame, 1, 1, 0);
  const bytes = new Uint8Array(11 + frameBytes(whole));
  bytes.set(frame.bytes, 11);
  return bytes;
}

test.each([
  BATCH,
  { ...BATCH, kind: EntryKind.placedBatch },
  { ...BATCH, kind: EntryKind.unsyncedBatch },
  entry(EntryKind.created, { offset: 12, ...payload }),
  entry(EntryKind.removed),
  entry(EntryKind.logStart, { offset: 12, segmentBase: 5 }),
  entry(EntryKind.logEnd, { offset: 12 }),
  entry(EntryKind.compacted, payload),
])("an entry is read as it was put: %p", (one) => {
  expect(readEntry(frameOf(one), 11, 0)).toEqual(one);
});

test.each([
  entry(EntryKind.removed, { offset: 1 }),
  entry(EntryKind.removed, { sizeBytes: 1 }),
  entry(EntryKind.created, { ...payload, segmentBase: 1 }),
  entry(EntryKind.logStart, { offset: 12, crc: 1 }),
  entry(EntryKind.logEnd, { offset: 12, leaderEpoch: 1 }),
  entry(EntryKind.compacted, { ...payload, lastOffsetDelta: 1 }),
  { ...BATCH, sizeBytes: 60 },
  { ...BATCH, segmentBase: 2 ** 40 + 1 },
  { ...BATCH, offset: 2 ** 60 },
])("an entry of which this Weir can't know what it means is none: %p", (one) => {
  expect(readEntry(frameOf(one), 11, 0)).toBeNull();
});

test("a frame whose entries don't add up to it has none", () => {
  const head = (bytes: Uint8Array) => {
    const found = readFrameHead(bytes, 11, 1);
    if (typeof found === "string" || !found) throw new Error("no frame");
    return found;
  };
  const fitting = frameOf(entry(EntryKind.compacted, payload));
  expect(readEntries(fitting, 11, head(fitting))).toHaveLength(1);
  for (const size of [{ payloadBytes: 10 }, { payloadBytes: 8 }, { headerCount: 1 }]) {
    const bytes = frameOf(entry(EntryKind.compacted, payload), size);
    expect(readEntries(bytes, 11, head(bytes))).toBeNull();
  }
});
