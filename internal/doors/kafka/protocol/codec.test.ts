import { describe, expect, test } from "bun:test";
import { seeded } from "../../../record/samples.testing.ts";
import { MalformedMessage, UnencodableField } from "./errors.ts";
import { message } from "./message.ts";
import { Reader } from "./reader.ts";
import { plain, randomValue, samples, versionsOf } from "./samples.testing.ts";
import {
  array,
  type Encodable,
  type Fields,
  int8,
  int32,
  int64,
  MAX_INT64,
  records,
  string,
  struct,
  uuid,
} from "./table.ts";
import { REFERENCED_BYTES, Writer } from "./writer.ts";

const small = message({
  name: "Small",
  versions: "0-3",
  flexible: "2+",
  fields: {
    name: string("0+", { nullable: "1+" }),
    ids: array("0+", { nullable: "1+" }).of(int32),
    size: int64("0+"),
    parts: array("0+").of({ key: uuid("0+"), weight: int8("3+", { default: -1 }) }),
    hint: int32("1+", { default: 7, ignorable: true }),
    near: struct("2+", { tag: 0 }).of({ host: string("2+"), port: int32("2+", { default: -1 }) }),
    late: string("3+", { nullable: "3+", default: null, tag: 5 }),
  },
});

const KEY = "ZGVmZ2hpamtsbW5vcHFycw";
const value = { name: "n", ids: [1], size: 2, parts: [{ key: KEY }], near: { host: "" } };

type Small = Encodable<(typeof small)["fields"]>;

function encoded(version: number, of: Small): Buffer {
  const writer = new Writer();
  small.encode(writer, version, of);
  return Buffer.concat(writer.take());
}

function decoded(version: number, hex: string) {
  return small.decode(new Reader(Buffer.from(hex.replaceAll(" ", ""), "hex")), version);
}

describe("what a version lacks", () => {
  test("is decoded as its default", () => {
    const bytes = encoded(0, value);
    expect(small.decode(new Reader(bytes), 0)).toEqual({
      ...value,
      parts: [{ key: KEY, weight: -1 }],
      hint: 7,
      near: { host: "", port: -1 },
      late: null,
    });
  });

  test("is dropped when ignorable, and refused when it matters", () => {
    expect(encoded(0, { ...value, hint: 8 })).toEqual(encoded(0, value));
    const place = (version: number, of: Small) => {
      try {
        return encoded(version, of);
      } catch (error) {
        return error instanceof UnencodableField ? error.field : error;
      }
    };
    expect(place(2, { ...value, late: "x" })).toBe("late");
    expect(place(2, { ...value, parts: [{ key: KEY }, { key: KEY, weight: 2 }] })).toBe(
      "parts[1].weight",
    );
    expect(place(1, { ...value, near: { host: "h" } })).toBe("near");
    expect(place(0, { ...value, name: null })).toBe("name");
  });
});

describe("what does not fit its type is refused", () => {
  const cases: readonly (readonly [field: string, of: Partial<Small>])[] = [
    ["size", { size: 2 ** 53 }],
    ["size", { size: 0.5 }],
    ["ids[1]", { ids: [1, 2 ** 31] }],
    ["parts[0].key", { parts: [{ key: "short" }] }],
    ["parts[0].key", { parts: [{ key: "*".repeat(22) }] }],
    ["parts[0].weight", { parts: [{ key: KEY, weight: 128 }] }],
    ["near.port", { near: { host: "", port: 2 ** 40 } }],
  ];
  for (const [field, of] of cases) {
    test(`${field} = ${JSON.stringify(of).slice(0, 50)}`, () => {
      expect(() => encoded(3, { ...value, ...of })).toThrow(new RegExp(`^${escaped(field)}: `));
    });
  }
});

test.each([
  ["x".repeat(0x8000), 0x7fff],
  ["é".repeat(0x4000), 0x3fff],
  ["\u{1f404}".repeat(0x2000), 2 * 0x1fff],
])("a string that is too long ends with the last character that fits", (name, fitting) => {
  const bytes = encoded(0, { ...value, name });
  const decoded = small.decode(new Reader(bytes), 0);
  expect(decoded.name).toBe(name.slice(0, fitting));
});

describe("bytes that lie are malformed, and the error says where", () => {
  const uuidHex = "00".repeat(16);
  const cases: readonly (readonly [what: string, version: number, hex: string, at: string])[] = [
    ["null without permission", 0, "ffff", "name"],
    ["null of the compact form", 2, "00 00 0000000000000000 00", "parts"],
    ["a length below null", 1, "fffe", "name"],
    ["a string longer than the frame", 0, "0003 6161", "name"],
    ["a count below null", 0, "0000 fffffffe", "ids"],
    ["a count that cannot fit", 0, "0000 7fffffff 00000000", "ids"],
    ["a compact count that cannot fit", 2, "01 ffffffff0f 00000000", "ids"],
    ["a varint of six bytes", 2, "808080808000", "name"],
    ["a varint of 33 bits", 2, "8080808010", "name"],
    ["a number beyond 2^53", 0, "0000 00000000 0020000000000000", "size"],
    ["an element cut off", 0, `0000 00000000 0000000000000000 00000002 ${uuidHex}`, "parts"],
    ["a tag larger than its message", 2, "01 01 0000000000000000 01 00000007 01 00 09 00", "near"],
    [
      "a tag larger than its value",
      2,
      `01 01 ${"00".repeat(8)} 01 00000007 01 00 07 01 00000000 00 00`,
      "near",
    ],
    [
      "a tag smaller than its value",
      2,
      `01 01 ${"00".repeat(8)} 01 00000007 01 00 03 01 00000000 00`,
      "near.port",
    ],
    ["more tags than can fit", 2, `01 01 ${"00".repeat(8)} 01 00000007 7f 00`, ""],
  ];
  for (const [what, version, hex, at] of cases) {
    test(what, () => {
      expect(() => decoded(version, hex)).toThrow(MalformedMessage);
      expect(() => decoded(version, hex)).toThrow(new RegExp(`^${escaped(at || "message")}: `));
    });
  }

  test("the offset is counted from the start of the frame", () => {
    const reader = new Reader(Buffer.from("aaaaaa00ff", "hex"), 3, 5);
    expect(() => small.decode(reader, 0)).toThrow(
      "name: 255 bytes are needed and 0 remain (at byte 2)",
    );
  });
});

test("unknown tags are passed over, also between known ones and inside of structs", () => {
  const tagged = "03  00 06 01 00000009 00  03 02 ffff  05 02 02 78";
  expect(decoded(3, `00 00 ${"00".repeat(8)} 01 00000007 ${tagged}`)).toEqual({
    name: null,
    ids: null,
    size: 0,
    parts: [],
    hint: 7,
    near: { host: "", port: 9 },
    late: "x",
  });
});

test("null and empty stay apart", () => {
  for (const version of [1, 2]) {
    for (const ids of [null, []]) {
      for (const name of [null, ""]) {
        const bytes = encoded(version, { ...value, ids, name });
        expect(small.decode(new Reader(bytes), version)).toMatchObject({ ids, name });
      }
    }
  }
});

test("the largest int64 passes in both directions", () => {
  const bytes = encoded(0, { ...value, ids: [], name: "", size: MAX_INT64 });
  expect(bytes.subarray(6, 14).toString("hex")).toBe("7fffffffffffffff");
  expect(small.decode(new Reader(bytes), 0).size).toBe(MAX_INT64);
});

test("a version outside of the table is a mistake of the caller", () => {
  expect(() => encoded(4, value)).toThrow(RangeError);
  expect(() => decoded(-1, "")).toThrow(RangeError);
});

describe("records", () => {
  const carrier = message({
    name: "Carrier",
    versions: "0-1",
    flexible: "1",
    fields: { records: records("0+", { nullable: "0+" }), end: int8("0+") },
  });

  function chunks(of: Encodable<(typeof carrier)["fields"]>, version = 0): Uint8Array[] {
    const writer = new Writer();
    carrier.encode(writer, version, of);
    return writer.take();
  }

  test("large pieces are passed on and not copied, in their place between small ones", () => {
    const large = new Uint8Array(REFERENCED_BYTES).fill(1);
    const little = new Uint8Array([2, 2]);
    const taken = chunks({ records: [little, large, little, large], end: 3 });
    expect(taken.map((chunk) => chunk.length)).toEqual([6, large.length, 2, large.length, 1]);
    expect(taken[1]?.buffer).toBe(large.buffer);
    expect(taken[3]?.buffer).toBe(large.buffer);
    const { buffer, from, to } = records0(Buffer.concat(taken));
    expect(to - from).toBe(4 + 2 * large.length);
    expect(buffer.subarray(from, from + 3)).toEqual(Buffer.from([2, 2, 1]));
  });

  test("a decoded range can be sent as it is", () => {
    const range = { buffer: Buffer.from("..abc.."), from: 2, to: 5 };
    for (const version of [0, 1]) {
      const bytes = Buffer.concat(chunks({ records: range, end: 1 }, version));
      const { records: read, end } = carrier.decode(new Reader(bytes), version);
      expect([plain(read), end]).toEqual([plain(Buffer.from("abc")), 1]);
    }
  });

  test("a range is not copied when read", () => {
    const bytes = Buffer.concat(chunks({ records: Buffer.from("abc"), end: 1 }));
    expect(records0(bytes)).toEqual({ buffer: bytes, from: 4, to: 7 });
    expect(records0(bytes).buffer).toBe(bytes);
  });

  function records0(bytes: Buffer) {
    const { records: range } = carrier.decode(new Reader(bytes), 0);
    if (range === null) throw new Error("no records");
    return range;
  }
});

test("any value of any message in any version is read as it was written", () => {
  const random = seeded(1);
  for (const { message: sample } of samples) {
    for (const version of versionsOf(sample)) {
      for (let round = 0; round < 5; round++) {
        const sent = randomValue(sample.fields, version, random);
        const writer = new Writer();
        sample.encode(writer, version, sent);
        const reader = new Reader(Buffer.concat(writer.take()));
        expect(plain(sample.decode(reader, version))).toEqual(plain(sent));
        expect(reader.remaining).toBe(0);
      }
    }
  }
});

test("no bytes whatsoever make decoding fail in another way than by MalformedMessage", () => {
  const random = seeded(2);
  const noise = (bytes: Uint8Array) => bytes.map(() => Math.floor(random() * random() * 256));
  for (const { message: sample } of samples) {
    for (const version of versionsOf(sample)) {
      for (let round = 0; round < 20; round++) {
        decodeAnything(sample, version, noise(new Uint8Array(round * 5)));
        decodeAnything(sample, version, damaged(sample, version, random));
      }
    }
  }
});

type Sample = (typeof samples)[number]["message"];

function damaged(sample: Sample, version: number, random: () => number): Uint8Array {
  const writer = new Writer();
  sample.encode(writer, version, randomValue(sample.fields, version, random));
  const bytes = Buffer.concat(writer.take());
  bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

function decodeAnything(sample: Sample, version: number, bytes: Uint8Array): void {
  try {
    sample.decode(new Reader(bytes), version);
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
  }
}

test("no element of any array can be of no bytes: a count is always bounded by the frame", () => {
  for (const { message: sample } of samples) {
    for (const version of versionsOf(sample)) {
      expect(emptyElements(sample.fields, version)).toEqual([]);
    }
  }
});

/** The arrays whose elements have no field in `version`. */
function emptyElements(fields: Fields, version: number): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const inRange = version >= field.versions.min && version <= field.versions.max;
    if (!inRange) return [];
    const type = field.type.kind === "array" ? field.type.element : field.type;
    if (type.kind !== "struct") return [];
    const inner = Object.values(type.fields);
    const present = inner.filter((f) => version >= f.versions.min && version <= f.versions.max);
    return present.length === 0 ? [name] : emptyElements(type.fields, version);
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[[\].]/g, "\\$&");
}
