import { describe, expect, test } from "bun:test";
import {
  computedCrc,
  deleteHorizonMs,
  lastOffset,
  producerId,
  recordCount,
  stampBatch,
} from "../../record/batch.ts";
import { putInt16, putInt32 } from "../../record/big-endian.ts";
import { checkStoredBatch } from "../../record/check.ts";
import { ATTRIBUTES_AT, CODECS, CONTROL_BIT, CRC_AT } from "../../record/layout.ts";
import { recordsOf } from "../../record/records.ts";
import { PartitionLog } from "../partition-log.ts";
import { type BatchOptions, batchOfPairs, type Pair, SMALL_LOG } from "../store.testing.ts";
import { compactBatch, type Pass } from "./compact-batch.ts";
import { KeyOffsets } from "./key-offsets.ts";

const NOW_MS = 1_700_000_100_000;
const RETENTION_MS = 1000;

/** A pass that has seen these keys at these offsets. */
function passOf(seen: Readonly<Record<string, number>>, endOffset: number): Pass {
  const keys = new KeyOffsets(100_000, 100, 1);
  for (const [key, offset] of Object.entries(seen)) {
    const bytes = new TextEncoder().encode(key);
    keys.put(bytes, 0, bytes.length, offset);
  }
  const log = new PartitionLog(1, "orders-0", "a", "/logs", SMALL_LOG);
  return { log, keys, endOffset, nowMs: NOW_MS, deleteRetentionMs: RETENTION_MS };
}

/** A batch that begins at offset 10. */
function batchAt10(pairs: readonly Pair[], options: BatchOptions = {}): Uint8Array {
  const batch = batchOfPairs(pairs, options);
  stampBatch(batch, 0, 10, 3);
  return batch;
}

/** The keys that stay; "all" for the very same batch, "none" for none at all. */
function staying(pass: Pass, batch: Uint8Array): string {
  const stays = compactBatch(pass, batch, 0);
  if (stays === "all") return "all";
  if (stays === null) return "none";
  expect(checkStoredBatch(stays, 0, stays.length)).toBeUndefined();
  expect(lastOffset(stays, 0)).toBe(lastOffset(batch, 0));
  const records = [...recordsOf(stays, 0, 100_000)];
  return records.map(({ key }) => new TextDecoder().decode(key ?? undefined)).join(" ");
}

describe("which records of a batch stay", () => {
  const abc: Pair[] = [
    ["a", "1"],
    ["b", "2"],
    ["c", "3"],
  ];
  const table = [
    ["those that didn't come again", abc, { a: 10, b: 50 }, 99, "a c"],
    ["all, if none came again", abc, { a: 10, b: 11, c: 12 }, 99, "all"],
    ["none, if all came again", abc, { a: 51, b: 52, c: 53 }, 99, "none"],
    ["all, if the pass ends before", abc, { a: 51, b: 52, c: 53 }, 10, "all"],
    ["all from where the pass ends", abc, { a: 51, b: 52, c: 53 }, 11, "b c"],
    [
      "none without a key",
      [
        ["a", "1"],
        [null, "2"],
      ],
      { a: 10 },
      99,
      "a",
    ],
    ["what was emptied before, at the pass's end", [[null, "1"]], {}, 11, ""],
  ] as const;
  for (const codec of CODECS) {
    test.each(table)(`%s (${codec})`, (_, pairs, seen, endOffset, expected) => {
      expect(staying(passOf(seen, endOffset), batchAt10(pairs, { codec }))).toBe(expected);
    });
  }

  test("none before the log's start", () => {
    const pass = passOf({ a: 10, b: 11, c: 12 }, 99);
    pass.log.startOffset = 12;
    expect(staying(pass, batchAt10(abc))).toBe("c");
  });
});

describe("a record that deletes its key", () => {
  const pairs: Pair[] = [
    ["a", null],
    ["b", "2"],
  ];
  const seen = { a: 10, b: 11 };

  test("gets its horizon when the pass is over its batch, and goes at the horizon", () => {
    const first = compactBatch(passOf(seen, 12), batchAt10(pairs), 0);
    if (!(first instanceof Uint8Array)) throw new Error("there is no horizon");
    expect(deleteHorizonMs(first, 0)).toBe(NOW_MS + RETENTION_MS);
    const before = { ...passOf({}, 99), nowMs: NOW_MS + RETENTION_MS - 1 };
    expect(staying(before, first)).toBe("all");
    expect(staying({ ...before, nowMs: NOW_MS + RETENTION_MS }, first)).toBe("b");
  });

  test("gets none as long as the pass ends within its batch", () => {
    expect(compactBatch(passOf(seen, 11), batchAt10(pairs), 0)).toBe("all");
  });
});

test("a producer's last batch stays without its records", () => {
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 4, transactional: false };
  const batch = batchAt10([["a", "1"]], { producer, codec: "zstd" });
  const pass = passOf({ a: 50 }, 99);
  expect(staying(pass, batch)).toBe("none");
  pass.log.producers.admit(batch, 0, NOW_MS);
  const stays = compactBatch(pass, batch, 0);
  if (!(stays instanceof Uint8Array)) throw new Error("it doesn't stay");
  expect([recordCount(stays, 0), producerId(stays, 0), lastOffset(stays, 0)]).toEqual([0, 7, 10]);
  expect(compactBatch(pass, stays, 0)).toBe("all");
});

test("a control batch stays as it is, and so does one that can't be read", () => {
  const pass = passOf({ a: 50 }, 99);
  const control = batchAt10([["a", "1"]]);
  putInt16(control, ATTRIBUTES_AT, CONTROL_BIT);
  expect(compactBatch(pass, control, 0)).toBe("all");
  const broken = batchAt10([["a", "1"]]);
  broken.fill(0xff, broken.length - 4);
  putInt32(broken, CRC_AT, computedCrc(broken, 0));
  expect(compactBatch(pass, broken, 0)).toBe("all");
});
