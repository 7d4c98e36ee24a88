/** What other implementations wrote is read as what they meant. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  baseOffset,
  baseSequence,
  codecOf,
  isControl,
  isTransactional,
  lastOffset,
  maxTimestampMs,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
} from "./batch.ts";
import { checkBatch, checkStoredBatch } from "./check.ts";
import { CODECS } from "./layout.ts";
import { decompressLz4 } from "./lz4-frame.ts";
import { type LogRecord, recordsOf } from "./records.ts";
import { batchOf } from "./samples.testing.ts";
import { decompressSnappy } from "./snappy.ts";

const encoder = new TextEncoder();
const LIMIT_BYTES = 1 << 20;

function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../testdata/record/${name}`, import.meta.url)));
}

/** The records that the Java client was given. */
const expected: LogRecord[] = Array.from({ length: 60 }, (_, i) => ({
  offset: i,
  timestampMs: 1_700_000_000_000 + i * 10 - (i % 4) * 25,
  key: i % 3 === 0 ? null : encoder.encode(`key-${i}`),
  value: i % 7 === 6 ? null : encoder.encode(`value ${i} of the river`),
  headers:
    i % 20 === 3
      ? [
          ["trace-é", encoder.encode(`t${i}`)],
          ["none", null],
        ]
      : [],
}));

describe("batches of Kafka's Java client", () => {
  test.each([...CODECS])("%s", (codec) => {
    const batch = golden(`java-${codec}.bin`);
    expect(checkBatch(batch, 0, batch.length)).toBeUndefined();
    expect(codecOf(batch, 0)).toBe(codec);
    expect(recordCount(batch, 0)).toBe(60);
    expect(maxTimestampMs(batch, 0)).toBe(1_700_000_000_560);
    expect([...recordsOf(batch, 0, LIMIT_BYTES)]).toEqual(expected);
  });

  test("ours is the same, byte for byte", () => {
    const java = golden("java-none.bin");
    expect(batchOf(expected, "none")).toEqual(java);
  });

  test("a transactional producer", () => {
    const batch = golden("java-zstd.bin");
    expect(isTransactional(batch, 0)).toBe(true);
    expect(producerId(batch, 0)).toBe(4_000_000_000);
    expect(producerEpoch(batch, 0)).toBe(7);
    expect(baseSequence(batch, 0)).toBe(2_147_483_600);
  });

  test("a commit marker is stored, but not taken from a producer", () => {
    const batch = golden("java-commit-marker.bin");
    expect(checkStoredBatch(batch, 0, batch.length)).toBeUndefined();
    expect(checkBatch(batch, 0, batch.length)).toBe("bad-offset");
    expect(isControl(batch, 0)).toBe(true);
    expect(partitionLeaderEpoch(batch, 0)).toBe(5);
    expect([baseOffset(batch, 0), lastOffset(batch, 0)]).toEqual([42, 42]);
    const [marker] = recordsOf(batch, 0, LIMIT_BYTES);
    expect(marker?.key).toEqual(Uint8Array.of(0, 0, 0, 1));
  });
});

describe("frames that others write and we do not", () => {
  const text = Array.from({ length: 8000 }, (_, i) => `line ${i % 40} of the weir\n`).join("");
  const lines = encoder.encode(text);

  test("LZ4 with dependent blocks and every checksum", () => {
    const frame = golden("linked-checked.lz4");
    expect(decompressLz4(frame, 0, frame.length, lines.length)).toEqual(lines);
  });

  test("snappy without framing", () => {
    const block = golden("raw.snappy");
    expect(decompressSnappy(block, 0, block.length, 5000)).toEqual(lines.subarray(0, 5000));
  });
});
