import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
});
afterAll(() => bench[Symbol.asyncDispose]());

const base64 = (...bytes: number[]): string => Uint8Array.from(bytes).toBase64();

/** Records with everything that text can't hold. */
const awkward = [
  { key: null, value: "plain", headers: [] },
  { key: "", value: "", headers: [] },
  { key: "tombstone", value: null, headers: [] },
  { key: "line\nend\t\\ \u0000 \u2028 é😀", value: "\ufeffmark", headers: [] },
  {
    key: base64(0xff, 0, 10),
    key_encoding: "base64",
    value: base64(0xed, 0xa0, 0x80),
    value_encoding: "base64",
    headers: [],
  },
  {
    key: "with headers",
    value: "v",
    headers: [
      { name: "twice", value: "1" },
      { name: "twice", value: null },
      { name: "", value: base64(0xfe), value_encoding: "base64" },
      { name: "ü", value: "" },
    ],
  },
].map((record, index) => ({ ...record, timestamp_ms: Date.now() - 1000 + index }));

async function consumed(topic: string): Promise<object[]> {
  const { stdout } = await bench.weir(["consume", topic, "-o", "ndjson"]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { topic, partition, offset, timestamp, ...record } = JSON.parse(line);
      return record;
    });
}

describe("records as JSON", () => {
  test.each(["none", "gzip", "snappy", "lz4", "zstd"])("are the same behind %s", async (codec) => {
    const input = `${awkward.map((record) => JSON.stringify(record)).join("\n")}\n`;
    const from = `from-${codec}`;
    const to = `to-${codec}`;
    const produce = ["produce", from, "--input", "ndjson", "--compression", codec];
    expect(await bench.weir(produce, { stdin: input })).toMatchObject({ code: 0, stdout: "" });
    expect(await consumed(from)).toEqual(awkward);
    await bench.bash(`weir consume ${from} -o ndjson | weir produce ${to} --input ndjson`);
    expect(await consumed(to)).toEqual(awkward);
  });

  test("that are wrong are named, and those before them are written", async () => {
    const stdin = '{"value":"good"}\n{"value":1}\n{"value":"never"}\n';
    const { code, stderr } = await bench.weir(["produce", "half", "--input", "ndjson"], { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain("error: invalid-input: line 2: value is neither a string nor null");
    expect(stderr).toContain("; 1 acked\n");
    expect(await bench.weir(["consume", "half"])).toMatchObject({ stdout: "good\n" });
  });
});

describe("lines", () => {
  test("too long for the broker are refused, and those before them are written", async () => {
    const line = "{ echo before; head -c 3000000 /dev/zero | tr '\\\\0' x; } | weir produce long";
    const { code, stderr } = await bench.bash(line);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: batch-too-large: .*1 acked, 1 not$/m);
    expect(await bench.weir(["consume", "long"])).toMatchObject({ stdout: "before\n" });
  });

  test("with keys, headers and formats", async () => {
    const stdin = "a:1\nno key\nb::2:3\n:empty key\n";
    const args = ["produce", "keyed", "-K", ":", "-H", "h=1", "-H", "i=x=y", "-p", "0"];
    expect(await bench.weir(args, { stdin })).toMatchObject({ code: 0 });
    const format = ["--format", "%t %p %o [%k %K] %v %V (%h)\\n"];
    const { stdout } = await bench.weir(["consume", "keyed", ...format]);
    expect(stdout).toBe(
      [
        "keyed 0 0 [a 1] 1 1 (h=1,i=x=y)",
        "keyed 0 1 [ -1] no key 6 (h=1,i=x=y)",
        "keyed 0 2 [b 1] :2:3 4 (h=1,i=x=y)",
        "keyed 0 3 [ 0] empty key 9 (h=1,i=x=y)",
        "",
      ].join("\n"),
    );
  });

  test("of any bytes, with and without a last line's end", async () => {
    const stdin = new Uint8Array([0xff, 0, 10, 10, 13, 10, 0xc3]);
    await bench.weir(["produce", "bytes", "-k", "k"], { stdin });
    const { stdout } = await bench.bash("weir consume bytes | od -An -tx1");
    expect(stdout.trim()).toBe("ff 00 0a 0a 0d 0a c3 0a");
  });
});

describe("a receipt", () => {
  test("says where a batch is and what its ack is worth", async () => {
    const { stdout } = await bench.weir(["produce", "receipts", "--json"], { stdin: "a\nb\nc\n" });
    const { time, time_ms, ...receipt } = JSON.parse(stdout);
    expect(receipt).toEqual({
      topic: "receipts",
      partition: 0,
      base_offset: 0,
      last_offset: 2,
      records: 3,
      acks: "all",
      durability: "memory",
      copies: 1,
      duplicate: false,
    });
    expect(Date.parse(time)).toBe(time_ms);
  });

  test("promises nothing where no ack was asked for", async () => {
    const args = ["produce", "unacked", "--json", "--acks", "0"];
    const { stdout } = await bench.weir(args, { stdin: "a\n" });
    expect(JSON.parse(stdout)).toMatchObject({
      acks: "0",
      base_offset: null,
      durability: null,
      copies: 0,
    });
  });
});

describe("a range", () => {
  beforeAll(async () => {
    await bench.bash(`
      weir topic create ranges -p 2 > /dev/null
      seq 10 | weir produce ranges -p 0
      seq 11 20 | weir produce ranges -p 1
      for ms in 1000 2000 2000 3000; do
        echo "{\\"value\\":\\"at $ms\\",\\"timestamp_ms\\":$ms}"
      done | weir produce times --input ndjson`);
  });

  test.each([
    ["ranges -p 1", "11 12 13 14 15 16 17 18 19 20"],
    ["ranges -p 0 --from 7", "8 9 10"],
    ["ranges -p 0 --from 3 --until 5", "4 5"],
    ["ranges -p 0 --from 8 --until 100", "9 10"],
    ["ranges -p 0 --from -2", "9 10"],
    ["ranges -p 0 --from -100 -n 2", "1 2"],
    ["ranges --from -1 -p 0 -p 1", "10 20"],
    ["ranges -n 0", ""],
    ["ranges --from end", ""],
    ["ranges -p 0 --from 5 --until 5", ""],
    ["ranges -p 0 --from 11", ""],
    ["ranges -p 0 -n 3 -f", "1 2 3"],
    ["ranges -p 0 -f --until 3", "1 2 3"],
    ["times --from @2000", "at 2000 at 2000 at 3000"],
    ["times --from @1001 --until @3000", "at 2000 at 2000"],
    ["times --from @1970-01-01T00:00:03Z", "at 3000"],
    ["times --from @now", ""],
    ["times --until @2001", "at 1000 at 2000 at 2000"],
    ["ranges ranges times -n 24 --format %v\\\\n", null],
  ])("%s", async (args, expected) => {
    const { code, stdout, stderr } = await bench.bash(`weir consume ${args} | sort -V | xargs`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    if (expected !== null) expect(stdout.trim()).toBe(expected);
    else expect(stdout.trim().split(" ")).toHaveLength(20 + 2 * 4);
  });

  test("of many partitions is merged fairly, in order within each", async () => {
    const { stdout } = await bench.bash(`
      weir topic create wide -p 3 > /dev/null
      for p in 0 1 2; do seq 300000 | weir produce wide -p $p; done
      weir consume wide --format '%p %v\\n' > merged
      for p in 0 1 2; do grep "^$p " merged | cut -d' ' -f2 | cmp - <(seq 300000) && echo $p; done
      head -450000 merged | cut -d' ' -f1 | sort | uniq -c | awk '$1 > 50000' | wc -l`);
    expect(stdout).toBe("0\n1\n2\n3\n");
  });
});
