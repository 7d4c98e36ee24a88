import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "../../internal/client/client.ts";
import { bunPlatform } from "../../internal/platform/bun/platform.ts";
import { parseAddress } from "../parse/values.ts";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let from: Workbench;
let to: Workbench;
beforeAll(async () => {
  [from, to] = await Promise.all([openWorkbench(), openWorkbench()]);
  await from.bash(`
    weir topic create orders -p 3 --config retention.ms=-1 --config segment.bytes=1048576
    weir topic create orders-0 other
    seq 3000 | weir produce orders -p 0 --compression zstd
    printf 'k1:v1\\nk2:\\n' | weir produce orders -K : -H who=me -H who= --compression gzip
    printf '\\377\\000\\n' | weir produce orders -p 1
    printf '{"key":"gone","value":null,"timestamp_ms":1234567890123}' |
      weir produce orders -p 2 --input ndjson
    seq 50 | weir produce orders -p 1 --compression zstd
    seq 10 | weir produce other; seq 7 | weir produce orders-0`);
  const client = await connect(bunPlatform(), parseAddress(from.address), {
    timeoutMs: 5000,
    clientName: "test",
  });
  await client.deleteRecords("orders", 0, 2);
  await client.deleteRecords("other", 0, 10);
  await client.close();
});
afterAll(async () => {
  await from[Symbol.asyncDispose]();
  await to[Symbol.asyncDispose]();
});

/** All records of a topic, whatever it is called, in the order of partitions. */
async function records(bench: Workbench, topic: string): Promise<string[]> {
  const { code, stdout } = await bench.weir(["consume", topic, "-o", "ndjson"]);
  expect(code).toBe(0);
  const lines = stdout.replaceAll(`"topic":"${topic}"`, "").trimEnd().split("\n");
  return lines.sort();
}

async function partitions(bench: Workbench, topic: string) {
  const { stdout } = await bench.weir(["topic", "describe", topic, "--json"]);
  const [item] = JSON.parse(stdout).items;
  return item.partitions.map(({ log_start_offset, high_watermark }: Record<string, number>) => {
    return [log_start_offset, high_watermark];
  });
}

describe("a topic", () => {
  test("is the same on another broker, through a pipe", async () => {
    const { code, stderr } = await from.bash(
      `weir log export orders | gzip | gunzip | weir -b ${to.address} log import > /dev/null`,
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(await records(to, "orders")).toEqual(await records(from, "orders"));
    expect(await partitions(to, "orders")).toEqual(await partitions(from, "orders"));
    const config = "weir topic config orders -o tsv | grep -e retention.ms -e segment.bytes";
    expect((await to.bash(config)).stdout).toBe((await from.bash(config)).stdout);
    expect((await to.bash(config)).stdout).toContain("-1");
  });

  test("has the same batches in its files, but for epochs", async () => {
    const dump = (bench: Workbench) =>
      bench.bash(
        "weir log dump orders-1 --data data -o ndjson | jq -c '[.offset, .size_bytes, .codec]'",
      );
    const { stdout } = await dump(to);
    expect(stdout).toBe((await dump(from)).stdout);
    expect(stdout).toContain("zstd");
  });

  test("takes records of idempotent producers afterwards", async () => {
    const { stdout } = await to.bash(`
      for i in 1 2; do
        echo $i | kcat -b ${to.address} -P -t orders -p 0 -X enable.idempotence=true
      done
      weir consume orders -p 0 --from -2`);
    expect(stdout).toBe("1\n2\n");
  });

  test("without a record left begins where it ended", async () => {
    await from.bash(`weir log export other | weir -b ${to.address} log import`);
    expect(await partitions(to, "other")).toEqual([[10, 10]]);
    expect((await to.bash("echo next | weir produce other --json")).stdout).toContain(
      '"base_offset":10',
    );
  });

  test("may get another name, and may not be there with records", async () => {
    const archive = path.join(from.directory, "orders.weir");
    await from.bash(`weir log export orders > ${archive}`);
    expect(await from.weir(["log", "import", archive])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("error: topic-not-empty: "),
    });
    const { code } = await from.weir(["log", "import", archive, "--as", "copy"]);
    expect(code).toBe(0);
    expect(await records(from, "copy")).toEqual(await records(from, "orders"));
  });
});

describe("what is exported", () => {
  test.each([
    ["orders-0", ["orders-0/0"]],
    ["orders-2", ["orders/2"]],
    ["orders-1 orders-2 orders-1", ["orders/1", "orders/2"]],
    ["'or*-0' other", ["orders-0/0", "other/0"]],
    ["'*the*'", ["other/0"]],
  ])("%s", async (names, expected) => {
    const { stdout } = await from.bash(
      `weir log export ${names} | weir log import --dry-run -b 127.0.0.1:1 -o ndjson |
        jq -r '.topic + "/" + (.partition | tostring)'`,
    );
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
  });

  test.each([
    ["nothing", 1, "unknown-topic-or-partition"],
    ["orders-3", 2, "usage: orders has no partition 3"],
    ["'no*'", 1, "unknown-topic-or-partition"],
  ])("%s ends with %d", async (names, code, error) => {
    const finished = await from.bash(`weir log export ${names}`);
    expect(finished).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(error) });
  });

  test("is nothing that can be imported when it was broken off", async () => {
    const { stdout } = await from.bash(`
      { seq 400000; } | weir produce large --compression none
      mkfifo pipe; weir log export large > pipe & pid=$!
      exec 3< pipe; head -c 100 <&3 > part
      kill -INT $pid; cat <&3 >> part; wait $pid; echo $?
      weir log import part --as part; echo $?`);
    expect(stdout).toBe("130\n6\n");
  });
});

describe("a damaged archive", () => {
  test.each([
    ["with a flipped bit", "damaged-archive", 6, (bytes: Buffer) => flip(bytes, 5000)],
    ["cut off", "damaged-archive", 6, (bytes: Buffer) => bytes.subarray(0, 5000)],
    ["of a later version", "newer-archive", 1, (bytes: Buffer) => flip(bytes, 11)],
    ["that isn't one", "not-an-archive", 1, (bytes: Buffer) => flip(bytes, 0)],
    ["with something behind it", "damaged-archive", 6, (b: Buffer) => Buffer.concat([b, b])],
  ])("%s is refused as %s, before and while it is imported", async (name, error, code, damage) => {
    const archive = path.join(from.directory, "whole.weir");
    await from.bash(`weir log export orders > ${archive}`);
    const damaged = path.join(from.directory, "damaged.weir");
    writeFileSync(damaged, damage(readFileSync(archive)));
    const topic = name.replaceAll(/[^a-z]/g, "");
    for (const how of [["--dry-run"], ["--as", topic]]) {
      const finished = await from.weir(["log", "import", damaged, ...how]);
      expect([finished.code, finished.stdout]).toEqual([code, ""]);
      expect(finished.stderr).toContain(`error: ${error}: `);
    }
  });

  test("that can't be read is an error in one sentence", async () => {
    const { code, stderr } = await from.weir(["log", "import", "nowhere.weir"]);
    expect(code).toBe(1);
    expect(stderr).toStartWith("error: invalid-input: nowhere.weir can't be read: ");
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  return bytes;
}
