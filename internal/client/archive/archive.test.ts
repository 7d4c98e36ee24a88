import { describe, expect, test } from "bun:test";
import { stampBatch } from "../../record/batch.ts";
import { putInt32 } from "../../record/big-endian.ts";
import { crc32c } from "../../record/crc32c.ts";
import { gapBatch } from "../../record/gap-batch.ts";
import { batchOf, sampleRecords, seeded } from "../../record/samples.testing.ts";
import { ArchiveError, FrameField, PREFACE_BYTES } from "./format.ts";
import { type ArchiveEntry, ArchiveReader } from "./reader.ts";
import { ArchiveWriter } from "./writer.ts";

const TOPIC = { name: "orders", partitionCount: 2, config: { "retention.ms": "-1" } };

/** A batch of some records at that offset. */
function batchAt(offset: number, count: number, seed: number): Uint8Array {
  const batch = batchOf(sampleRecords(seeded(seed), count), seed % 2 === 0 ? "none" : "gzip");
  stampBatch(batch, 0, offset, 3);
  return batch;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The pieces of an archive of two partitions, the second without a record. */
function pieces(): Uint8Array[] {
  const writer = new ArchiveWriter();
  const partition = { topic: "orders", startOffset: 12, endOffset: 40 };
  return [
    writer.preface(),
    writer.topic(TOPIC),
    writer.partition({ ...partition, partition: 0 }),
    writer.partition({ ...partition, partition: 1, startOffset: 7, endOffset: 7 }),
    writer.batches(0, joined([batchAt(10, 5, 1), batchAt(15, 1, 2)])),
    writer.batches(0, joined([gapBatch(20, 30, 0), batchAt(30, 10, 3)])),
    writer.end(),
  ];
}

/** Everything that an archive tells, fed in pieces of that size. */
function read(archive: Uint8Array, pieceBytes = archive.length): ArchiveEntry[] {
  const reader = new ArchiveReader();
  const entries: ArchiveEntry[] = [];
  for (let at = 0; at < archive.length; at += pieceBytes) {
    reader.feed(archive.subarray(at, at + pieceBytes));
    for (let entry = reader.next(); entry !== null; entry = reader.next()) {
      entries.push(entry.kind === "batches" ? { ...entry, batches: entry.batches.slice() } : entry);
    }
  }
  reader.end();
  return entries;
}

const codeOf = (archive: Uint8Array): string => {
  try {
    read(archive);
    return "whole";
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    return error.code;
  }
};

/** The frame with another body, and everything else as it has to be. */
function changed(frame: Uint8Array, change: (frame: Uint8Array) => void): Uint8Array {
  const copy = frame.slice();
  change(copy);
  putInt32(copy, FrameField.crc, crc32c(copy, FrameField.number, copy.length));
  return copy;
}

describe("an archive", () => {
  test.each([1, 7, 4096, 1 << 20])("is read in pieces of %d bytes as it was written", (size) => {
    const [topic, first, second, ...batches] = read(joined(pieces()), size);
    expect(topic).toEqual({ kind: "topic", ...TOPIC });
    expect(first).toMatchObject({ index: 0, partition: 0, startOffset: 12, endOffset: 40 });
    expect(second).toMatchObject({ index: 1, partition: 1, startOffset: 7, endOffset: 7 });
    const kept = batches.map((entry) => (entry.kind === "batches" ? entry.batches : null));
    expect(kept).toEqual([
      joined([batchAt(10, 5, 1), batchAt(15, 1, 2)]),
      joined([gapBatch(20, 30, 0), batchAt(30, 10, 3)]),
    ]);
  });

  test("of nothing is one", () => {
    const writer = new ArchiveWriter();
    expect(read(joined([writer.preface(), writer.end()]))).toEqual([]);
  });
});

describe("damage", () => {
  test("of any byte is found", () => {
    const archive = joined(pieces());
    for (let at = 0; at < archive.length; at++) {
      const damaged = archive.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      const version = at >= 8 && at < PREFACE_BYTES;
      const expected = at < 8 ? "not-an-archive" : version ? "newer-archive" : "damaged-archive";
      expect([at, codeOf(damaged)]).toEqual([at, expected]);
    }
  });

  test("at any place where it was cut is found", () => {
    const archive = joined(pieces());
    for (let end = 0; end < archive.length; end++) {
      expect([end, codeOf(archive.subarray(0, end))]).toEqual([end, "damaged-archive"]);
    }
  });

  test("is found where frames are missing, doubled or moved, or something stands behind", () => {
    const [preface = never(), ...frames] = pieces();
    for (const at of frames.keys()) {
      const without = frames.toSpliced(at, 1);
      const doubled = frames.toSpliced(at, 0, frames[at] ?? never());
      const moved = [...frames.slice(at + 1), ...frames.slice(0, at + 1)];
      for (const order of [without, doubled, ...(at < frames.length - 1 ? [moved] : [])]) {
        expect(codeOf(joined([preface, ...order]))).toBe("damaged-archive");
      }
    }
  });

  test.each([
    ["a partition that the topic hasn't", 2, '"partition":0', '"partition":9'],
    ["an end before the start", 2, '"endOffset":40', '"endOffset":11'],
    ["records behind the end", 2, '"endOffset":40', '"endOffset":39'],
    ["fields of another type", 1, '"partitionCount":2', '"partitionCount":"'],
    ["totals that aren't right", 6, '"records":16', '"records":17'],
  ])("that has right checksums is found: %s", (_, at, from, to) => {
    const all = pieces();
    const text = new TextDecoder("latin1").decode(all[at]);
    expect(text).toContain(from);
    const bytes = Uint8Array.from(text.replace(from, to.padEnd(from.length)), (c) =>
      c.charCodeAt(0),
    );
    all[at] = changed(bytes, () => {});
    expect(codeOf(joined(all))).toBe("damaged-archive");
  });

  test("of a batch under a right checksum is found", () => {
    const all = pieces();
    all[4] = changed(all[4] ?? never(), (frame) => {
      frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ 1;
    });
    expect(codeOf(joined(all))).toBe("damaged-archive");
  });

  test("in masses costs no more memory than comes", () => {
    const random = seeded(5);
    for (let round = 0; round < 300; round++) {
      const archive = joined(pieces());
      for (let hits = 0; hits < 8; hits++) {
        archive[PREFACE_BYTES + Math.floor(random() * (archive.length - PREFACE_BYTES))] =
          Math.floor(random() * 256);
      }
      expect(["damaged-archive", "whole"]).toContain(codeOf(archive));
    }
  });
});

function never(): never {
  throw new Error("there is none");
}
