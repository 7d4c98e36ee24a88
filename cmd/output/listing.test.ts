import { describe, expect, test } from "bun:test";
import { type Listing, type ListingFormat, printListing } from "./listing.ts";
import { humanBytes, humanCount, humanDuration } from "./numbers.ts";
import { Output } from "./output.ts";
import { listingShape } from "./shape.ts";
import { printStream } from "./stream.ts";

interface Thing {
  readonly name: string;
  readonly size: number;
}

const listing = (items: readonly Thing[]): Listing<Thing> => ({
  shape: listingShape("things", {}),
  items,
  rows: items,
  columns: [
    { header: "NAME", align: "left", text: ({ name }) => name },
    {
      header: "SIZE",
      align: "right",
      text: ({ size }) => humanBytes(size),
      plain: ({ size }) => String(size),
    },
    { header: "LENGTH", align: "right", text: ({ name }) => `${name.length}`, wideOnly: true },
  ],
});

async function printed(format: ListingFormat, items: readonly Thing[]): Promise<string> {
  let text = "";
  const output = new Output(async (bytes, from, to) => {
    text += new TextDecoder().decode(bytes.subarray(from, to));
    return to - from;
  });
  printListing(output, format, listing(items));
  await output.flush();
  return text;
}

const things = [
  { name: "a", size: 1 },
  { name: "naïve 😀", size: 12_345 },
];

describe("a listing", () => {
  test("as a table: aligned, one line an item, no trailing blanks", async () => {
    expect(await printed("table", things)).toBe(
      ["NAME      SIZE", "a           1B", "naïve 😀  12kB", ""].join("\n"),
    );
  });

  test("wide: more columns", async () => {
    expect(await printed("wide", things)).toContain("SIZE  LENGTH\n");
  });

  test("keeps a line a line, and its columns countable, whatever a cell holds", async () => {
    const text = await printed("table", [{ name: "a\nb\x1b[2J\t", size: 0 }]);
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toContain("a\\nb\\x1b[2J\\t");
    expect(await printed("table", [{ name: "", size: 0 }])).toContain("\n-  ");
  });

  test("as tsv: plain numbers, every column, escaped", async () => {
    expect(await printed("tsv", [{ name: "a\tb\\", size: 12_345 }])).toBe(
      "name\tsize\tlength\na\\tb\\\\\t12345\t4\n",
    );
  });

  test("as json and ndjson; none is an empty list", async () => {
    expect(await printed("json", [])).toBe('{"kind":"things","version":1,"items":[]}\n');
    expect(await printed("ndjson", [])).toBe("");
    expect(await printed("ndjson", things)).toBe(
      '{"name":"a","size":1}\n{"name":"naïve 😀","size":12345}\n',
    );
  });
});

test.each([
  [0, "0B"],
  [999, "999B"],
  [1000, "1.0kB"],
  [9949, "9.9kB"],
  [9950, "10kB"],
  [999_499, "999kB"],
  [999_500, "1.0MB"],
  [5e15, "5.0PB"],
  [5e18, "5000PB"],
])("%d bytes are %s", (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text);
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1_234_567, "1,234,567"],
])("%d is %s", (count, text) => {
  expect(humanCount(count)).toBe(text);
});

test.each([
  [0, "0.0s"],
  [59_900, "59.9s"],
  [59_960, "1m00s"],
  [192_000, "3m12s"],
  [3_600_000, "1h00m"],
  [86_400_000 * 9 + 3_600_000, "9d01h"],
])("%d ms are %s", (durationMs, text) => {
  expect(humanDuration(durationMs)).toBe(text);
});

describe("a listing that comes row by row", () => {
  const streamed = async (format: ListingFormat, items: readonly Thing[]): Promise<string> => {
    let text = "";
    const output = new Output(async (bytes, from, to) => {
      text += new TextDecoder().decode(bytes.subarray(from, to));
      return to - from;
    });
    const { shape, columns } = listing([]);
    async function* rows() {
      yield* items;
    }
    await printStream(output, format, { shape, columns, item: (row) => row }, rows());
    await output.flush();
    return text;
  };

  test.each(["table", "wide", "json", "ndjson", "tsv"] as const)(
    "is the same as %s",
    async (format) => {
      for (const items of [[], things]) {
        expect(await streamed(format, items)).toBe(await printed(format, items));
      }
    },
  );

  test("has one header, and commas between all items", async () => {
    const many = Array.from({ length: 1200 }, (_, size) => ({ name: `n${size}`, size }));
    const lines = (await streamed("table", many)).split("\n");
    expect(lines).toHaveLength(1202);
    expect(lines.filter((line) => line.includes("NAME"))).toHaveLength(1);
    expect(JSON.parse(await streamed("json", many)).items).toEqual(many);
  });
});
