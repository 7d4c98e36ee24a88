import { expect, test } from "bun:test";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { streamPosition } from "./positions.ts";
import {
  FieldError,
  flag,
  int32,
  int53,
  list,
  nullable,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  textMap,
} from "./shapes.ts";

interface Inner {
  readonly count: number;
}

interface Outer {
  readonly name: string;
  readonly size: number;
  readonly on: boolean;
  readonly inner: readonly Inner[];
  readonly left: number | null;
  readonly map: ReadonlyMap<string, string | null>;
  readonly mode: "fsync" | "memory";
}

const outer = record<Outer>({
  name: text,
  size: int53(-1),
  on: flag,
  inner: list(record<Inner>({ count: int32() }), 2),
  left: nullable(int32()),
  map: textMap(nullable(text)),
  mode: oneOf("fsync", "memory"),
});

const good: Outer = {
  name: "a name with ümlauts and 🙂",
  size: Number.MAX_SAFE_INTEGER,
  on: false,
  inner: [{ count: 0 }, { count: 2 ** 31 - 1 }],
  left: null,
  map: new Map([
    ["set", "yes"],
    ["taken back", null],
    ["__proto__", "a key like any other"],
  ]),
  mode: "memory",
};

function overTheWire<T>(shape: Shape<T>, value: T): T {
  return shape.read(decodeCbor(encodeCbor(shape.write(value))));
}

test("what is written is read again", () => {
  expect(overTheWire(outer, good)).toEqual(good);
  const also: Outer = { ...good, size: -1, left: 3, inner: [], map: new Map() };
  expect(overTheWire(outer, also)).toEqual(also);
});

test.each([
  0,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40 + 1,
  2 ** 53 - 1,
  -1,
])("the number %d is written as a whole number and in no more bytes than it needs", (value) => {
  const bytes = encodeCbor(int53(-1).write(value));
  const [first = 0] = bytes;
  expect(first >> 5).toBe(value < 0 ? 1 : 0);
  expect(bytes.length).toBeLessThanOrEqual(value < 24 ? 1 : value < 2 ** 32 ? 5 : 9);
  expect(int53(-1).read(decodeCbor(bytes))).toBe(value);
});

test("fields that are left out", () => {
  expect(nullable(text).read(undefined)).toBeNull();
  expect(optional(flag, true).read(undefined)).toBe(true);
  expect(optional(flag, true).read(false)).toBe(false);
  expect(optional(flag, true).write(true)).toBeUndefined();
  expect(optional(flag, true).write(false)).toBe(false);
  expect(optional(list(text, 1), []).write([])).toBeUndefined();
  expect(optional(textMap(text), new Map()).write(new Map())).toBeUndefined();
  expect(optional(list(text, 1), []).write(["x"])).toEqual(["x"]);
  const shape = record<{ readonly a: number | null }>({ a: nullable(int32()) });
  expect([...encodeCbor(shape.write({ a: null }))]).toEqual([0xa0]);
});

const entry = new Map<unknown, unknown>([["count", 1]]);

test.each<[string, unknown, string]>([
  ["not a map", [], ": has to be a map"],
  ["a missing field", ["size", undefined], "size: has to be a whole number"],
  ["a text for a number", ["size", "7"], "size: has to be a whole number"],
  ["a fraction", ["size", 0.5], "size: has to be a whole number"],
  ["not a number", ["size", Number.NaN], "size: has to be a whole number"],
  ["infinity", ["size", Number.POSITIVE_INFINITY], "size: has to be a whole number"],
  ["too small", ["size", -2], "size: has to be from -1 to 9007199254740991"],
  ["too large for a double", ["size", 2n ** 53n], "size: has to be from -1 to 9007199254740991"],
  ["a date", ["size", new Date(0)], "size: has to be a whole number"],
  ["bytes for a text", ["name", new Uint8Array(2)], "name: has to be a text"],
  ["null for a text", ["name", null], "name: has to be a text"],
  ["a number for a flag", ["on", 1], "on: has to be true or false"],
  ["another text", ["mode", "disk"], "mode: has to be fsync or memory"],
  ["an object for a list", ["inner", { length: 1 }], "inner: has to be a list"],
  ["a long list", ["inner", [entry, entry, entry]], "inner: may have 2 entries at most"],
  ["a bad entry", ["inner", [entry, 7]], "inner[1]: has to be a map"],
  [
    "a bad field of an entry",
    ["inner", [entry, new Map([["count", -1]])]],
    "inner[1].count: has to be from 0 to 2147483647",
  ],
  ["a key that is no text", ["map", new Map([[7, "x"]])], "map: has to be a text"],
  ["a bad value of a key", ["map", new Map([["k", 7]])], "map.k: has to be a text"],
])("%s", (_, change, message) => {
  const fields = new Map<unknown, unknown>(Object.entries(outer.write(good) as object));
  fields.set("inner", [entry]);
  let value: unknown = fields;
  if (Array.isArray(change) && change.length === 2) fields.set(change[0], change[1]);
  else value = change;
  let refused: unknown = null;
  try {
    outer.read(value);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(FieldError);
  const { field, problem } = refused as FieldError;
  expect(`${field}: ${problem}`).toBe(message);
});

test.each(["other", "inner[0].other"])("the unknown %s is refused by who is strict", (field) => {
  const entries = [new Map<unknown, unknown>([["count", 1]])];
  const fields = new Map<unknown, unknown>(Object.entries(outer.write(good) as object));
  fields.set("inner", entries);
  (field === "other" ? fields : entries[0])?.set("other", 1);
  expect(outer.read(fields)).toEqual({ ...good, inner: [{ count: 1 }] });
  expect(() => outer.read(fields, true)).toThrow(`${field}: is not known here`);
});

test("each field has a line that says what it may hold", () => {
  expect(outer.lines("it")).toEqual([
    "it",
    "it.name: a text",
    "it.size: from -1 to 9007199254740991",
    "it.on: true or false",
    "it.inner[]",
    "it.inner[].count: from 0 to 2147483647",
    "it.left?: from 0 to 2147483647",
    "it.map{}?: a text",
    "it.mode: fsync or memory",
  ]);
});

test.each([
  { kind: "earliest" },
  { kind: "latest" },
  { kind: "max-timestamp" },
  { kind: "at-time", timestampMs: 2 ** 41 },
  { kind: "offset", offset: 2 ** 52 },
] as const)("the position %o", (position) => {
  expect(overTheWire(streamPosition, position)).toEqual(position);
});

test.each([
  [
    [["kind", "middle"]],
    "kind: has to be earliest, latest, max-timestamp, at-time, offset or nearest",
  ],
  [[["kind", "offset"]], "offset: is missing"],
  [
    [
      ["kind", "at-time"],
      ["offset", 1],
    ],
    "timestampMs: is missing",
  ],
] as const)("the position %o is refused", (fields, message) => {
  expect(() =>
    streamPosition.read(new Map<string, unknown>(fields.map(([k, v]) => [k, v]))),
  ).toThrow(message);
});
