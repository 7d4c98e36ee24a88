import { describe, expect, test } from "bun:test";
import type { BatchReceipt } from "../../internal/client/api.ts";
import { CommandError } from "../errors.ts";
import { Output, OutputClosedError } from "../output/output.ts";
import { jsonLines, keyedLines, type LineToRecord, valueLines } from "./line-record.ts";
import { LineSplitter } from "./lines.ts";
import { type AckedBatch, ReceiptPrinter } from "./receipts.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const template = { key: null, headers: [] };

/** Key and value of each line of `text`, as text. */
function records(text: string, toRecord: LineToRecord) {
  const lines = new LineSplitter(1000);
  lines.feed(encoder.encode(`#${text}`).subarray(1));
  const found: (readonly [string | null, string | null])[] = [];
  while (lines.next()) {
    const { key, value } = toRecord(lines);
    found.push([key && decoder.decode(key), value && decoder.decode(value)]);
  }
  return found;
}

describe("a line becomes a record", () => {
  test("as its value", () => {
    expect(records("a\n\nb\n", valueLines(template))).toEqual([
      [null, "a"],
      [null, ""],
      [null, "b"],
    ]);
  });

  test.each([
    [":", "k:v\n", "k", "v"],
    [":", "k::v:\n", "k", ":v:"],
    [":", ":v\n", "", "v"],
    [":", "k:\n", "k", ""],
    [":", "no key\n", null, "no key"],
    [":", "\nk:v\n", null, ""],
    ["::", "a:b::c\n", "a:b", "c"],
    ["::", "a:\n:b\n", null, "a:"],
    ["aab", "aaab\n", "a", ""],
    ["é", "keyéé\n", "key", "é"],
  ])("split at the first %s of %j", (delimiter, text, key, value) => {
    const [first] = records(text, keyedLines(template, encoder.encode(delimiter)));
    expect(first).toEqual([key, value]);
  });

  test("of JSON, with its line's number where that is wrong", () => {
    expect(records('{"key":"k","value":null}\n', jsonLines(undefined))).toEqual([["k", null]]);
    expect(() => records('{"value":""}\n{}\n', jsonLines(1))).toThrow("line 2: ");
    expect(() => records("{}\n", jsonLines(1))).toThrow(CommandError);
    const lines = new LineSplitter(10);
    lines.feed(Uint8Array.of(0x22, 0xff, 0x22, 10));
    lines.next();
    expect(() => jsonLines(undefined)(lines)).toThrow("line 1: not UTF-8");
  });
});

const receipt: BatchReceipt = {
  topic: "t",
  partition: 0,
  baseOffset: 5,
  lastOffset: 6,
  logAppendTimeMs: -1,
  logStartOffset: 0,
  durability: "fsync",
  copies: 1,
  duplicate: false,
};
const batch: AckedBatch = { receipt, acks: -1, recordCount: 2, ackedAtMs: 0 };

describe("receipts", () => {
  test("that come while others are being printed are printed, too", async () => {
    let text = "";
    const gate = Promise.withResolvers<void>();
    const printer = new ReceiptPrinter(
      new Output(async (bytes, from, to) => {
        await gate.promise;
        text += decoder.decode(bytes.subarray(from, to));
        return to - from;
      }),
    );
    printer.add(batch);
    printer.add(batch);
    const settled = printer.settled();
    printer.add(batch);
    gate.resolve();
    await settled;
    expect(text.trimEnd().split("\n")).toHaveLength(3);
    printer.add(batch);
    await printer.settled();
    expect(text.trimEnd().split("\n")).toHaveLength(4);
  });

  test("that nobody reads any more are no failure, others that can't be printed are", async () => {
    const closed = new ReceiptPrinter(new Output(() => Promise.reject(new OutputClosedError(""))));
    closed.add(batch);
    await closed.settled();
    closed.add(batch);
    await closed.settled();
    const full = new ReceiptPrinter(new Output(() => Promise.reject(new Error("no space"))));
    full.add(batch);
    await expect(full.settled()).rejects.toThrow("no space");
  });
});
