import { describe, expect, test } from "bun:test";
import type { LogRecord } from "../../internal/client/reader-api.ts";
import { Output } from "../output/output.ts";
import { ParseError } from "../parse/values.ts";
import { appendRecord, parseFormat } from "./format.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const plain: LogRecord = {
  offset: 7,
  timestampMs: Date.UTC(2026, 0, 31, 12),
  key: bytes("k"),
  value: bytes("hello"),
  headers: [],
};

async function formatted(template: string, record: LogRecord): Promise<Uint8Array> {
  let taken = new Uint8Array(0);
  const output = new Output(async (buffer, from, to) => {
    taken = buffer.slice(from, to);
    return to - from;
  });
  appendRecord(output, parseFormat(template), "orders", 3, record);
  await output.flush();
  return taken;
}

describe("a format", () => {
  const full: LogRecord = {
    ...plain,
    headers: [
      ["a", bytes("1")],
      ["b", null],
    ],
  };

  test.each([
    ["%v\\n", "hello\n"],
    ["%t/%p@%o", "orders/3@7"],
    ["%k=%v", "k=hello"],
    ["%K %V", "1 5"],
    ["[%h]", "[a=1,b=]"],
    ["%d|%T", "2026-01-31T12:00:00.000Z|1769860800000"],
    ["100%%\\t\\\\\\x41\\0", "100%\t\\A\0"],
    ["", ""],
    ["ü\n", "ü\n"],
  ])("%j", async (template, text) => {
    expect(await formatted(template, full)).toEqual(bytes(text));
  });

  test("prints nothing for null, and bytes as they are", async () => {
    const record = { ...plain, key: null, value: new Uint8Array([0xff, 0, 10]), timestampMs: -1 };
    expect(await formatted("%k", record)).toEqual(new Uint8Array(0));
    expect(await formatted("%K%d", record)).toEqual(bytes("-1"));
    expect(await formatted("%v", record)).toEqual(new Uint8Array([0xff, 0, 10]));
  });

  test.each(["%", "%x", "%v%", "\\", "\\q", "\\x80", "%\n"])("refuses %j", (template) => {
    expect(() => parseFormat(template)).toThrow(ParseError);
  });
});
