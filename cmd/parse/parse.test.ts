import { describe, expect, test } from "bun:test";
import { parseFrom, parseUntil } from "./position.ts";
import { parseTimeMs } from "./time.ts";
import {
  addressText,
  ParseError,
  parseAddress,
  parseDurationMs,
  parsePair,
  parseWhole,
} from "./values.ts";

const nowMs = Date.UTC(2026, 0, 31, 12);

describe("whole numbers", () => {
  test.each([
    ["0", 0],
    ["-1", -1],
    ["+7", 7],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("%s", (text, value) => {
    expect(parseWhole(text, -1, Number.MAX_SAFE_INTEGER)).toBe(value);
  });

  test.each(["", " 1", "1 ", "1.0", "1e3", "0x10", "one", "-2", "9007199254740993", "1_000"])(
    "not %p",
    (text) => {
      expect(() => parseWhole(text, -1, Number.MAX_SAFE_INTEGER)).toThrow(ParseError);
    },
  );
});

describe("addresses", () => {
  test.each([
    ["localhost:9093", "localhost", 9093, "localhost:9093"],
    ["localhost", "localhost", 9092, "localhost:9092"],
    ["10.0.0.1:0", "10.0.0.1", 0, "10.0.0.1:0"],
    ["[::1]:9092", "::1", 9092, "[::1]:9092"],
    ["[fe80::1%eth0]", "fe80::1%eth0", 9092, "[fe80::1%eth0]:9092"],
  ])("%s", (text, host, port, written) => {
    expect(parseAddress(text)).toEqual({ host, port });
    expect(addressText({ host, port })).toBe(written);
  });

  test.each(["", ":9092", "::1", "a:b", "host:65536", "host:", "http://host:1", "a b:1"])(
    "not %p",
    (text) => {
      expect(() => parseAddress(text)).toThrow(ParseError);
    },
  );
});

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["5s", 5000],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1h30m", 5_400_000],
    ["1d", 86_400_000],
    ["0s", 0],
  ])("%s", (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  test.each(["", "5", "s", "5 s", "-5s", "5sec", "1h 30m", "..s"])("not %p", (text) => {
    expect(() => parseDurationMs(text)).toThrow(ParseError);
  });
});

describe("pairs", () => {
  test.each([
    ["a=b", "a", "b"],
    ["a=", "a", ""],
    ["a==b=c", "a", "=b=c"],
  ])("%s", (text, name, value) => {
    expect(parsePair(text)).toEqual([name, value]);
  });

  test.each(["", "a", "=b"])("not %p", (text) => {
    expect(() => parsePair(text)).toThrow(ParseError);
  });
});

describe("times", () => {
  test.each([
    ["now", "2026-01-31T12:00:00.000Z"],
    ["-1h", "2026-01-31T11:00:00.000Z"],
    ["-1d12h", "2026-01-30T00:00:00.000Z"],
    ["0", "1970-01-01T00:00:00.000Z"],
    ["1767225600000", "2026-01-01T00:00:00.000Z"],
    ["2026-01-30", "2026-01-30T00:00:00.000Z"],
    ["2026-01-30T10:11:12Z", "2026-01-30T10:11:12.000Z"],
    ["2026-01-30t10:11z", "2026-01-30T10:11:00.000Z"],
    ["2026-01-30 10:11:12.5+01:00", "2026-01-30T09:11:12.500Z"],
    ["2026-01-30T10:11:12.123456789-02:30", "2026-01-30T12:41:12.123Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("%s", (text, written) => {
    expect(new Date(parseTimeMs(text, nowMs)).toISOString()).toBe(written);
  });

  test.each([
    "",
    "yesterday",
    "-1",
    "-1x",
    "2026-02-30",
    "2026-13-01",
    "2026-01-30T25:00:00Z",
    "2026-01-30T10:11:60Z",
    "2026-01-30T10:11:12",
    "2026-01-30T10Z",
    "2026-01-30T10:11:12+24:00",
    "9999999999999999",
  ])("not %p", (text) => {
    expect(() => parseTimeMs(text, nowMs)).toThrow(ParseError);
  });
});

describe("positions", () => {
  test.each([
    ["start", { kind: "start" }],
    ["end", { kind: "end" }],
    ["0", { kind: "offset", offset: 0 }],
    ["42", { kind: "offset", offset: 42 }],
    ["-5", { kind: "last", count: 5 }],
    ["@now", { kind: "time", timestampMs: nowMs }],
    ["@-1h", { kind: "time", timestampMs: nowMs - 3_600_000 }],
  ] as const)("from %s", (text, position) => {
    expect(parseFrom(text, nowMs)).toEqual(position);
  });

  test.each(["", "begin", "1.5", "+5", "--5", "@", "@tomorrow", "99999999999999999"])(
    "not from %p",
    (text) => {
      expect(() => parseFrom(text, nowMs)).toThrow(ParseError);
    },
  );

  test.each(["start", "-5"])("not until %p", (text) => {
    expect(() => parseUntil(text, nowMs)).toThrow("end, OFFSET or @TIME");
  });
});
