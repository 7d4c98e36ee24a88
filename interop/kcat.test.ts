import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { run } from "./command.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";
import { hasKcat, kcat, READ, RECORD_FORMAT, readLines } from "./kcat.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ settings: { "group.initial.rebalance.delay.ms": "100" } });
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

/** Produces the lines of `input` to partition 0 by kcat. */
async function produceLines(topic: string, input: string, ...args: string[]): Promise<void> {
  await kcat(fixture.broker.address, ["-P", "-t", topic, "-p", "0", ...args], { input });
}

const thousand = Array.from({ length: 1000 }, (_, i) => `line ${i}`);

describe.skipIf(!hasKcat)("kcat", () => {
  test("lists brokers, topics and partitions", async () => {
    await fixture.weir(["topic", "create", "listed", "-p", "3"]);
    const listing = await kcat(fixture.broker.address, ["-L", "-t", "listed"]);
    expect(listing).toContain(`at ${fixture.broker.address} (controller)`);
    expect(listing).toContain('topic "listed" with 3 partitions:');
  });

  test("writes and reads keys, headers, null and empty values", async () => {
    await produceLines("shapes", "k1:v1\nk2:\n:v3\n", "-K:", "-Z", "-H", "a=1", "-H", "b=x y");
    await produceLines("shapes", "k4:\n", "-K:");
    expect(await readLines(fixture.broker.address, "shapes")).toEqual([
      "0|k1|a=1,b=x y|2|v1",
      "1|k2|a=1,b=x y|-1|",
      "2||a=1,b=x y|2|v3",
      "3|k4||0|",
    ]);
    const headers = [
      { name: "a", value: "1" },
      { name: "b", value: "x y" },
    ];
    expect(await consumed(fixture, "shapes")).toMatchObject([
      { offset: 0, key: "k1", value: "v1", headers },
      { offset: 1, key: "k2", value: null, headers },
      { offset: 2, key: null, value: "v3", headers },
      { offset: 3, key: "k4", value: "", headers: [] },
    ]);
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])("writes and reads %s", async (codec) => {
    const topic = `codec-${codec}`;
    await produceLines(topic, thousand.join("\n"), "-z", codec);
    const lines = await readLines(fixture.broker.address, topic);
    expect(lines.map((line) => line.split("|")[4])).toEqual(thousand);
    expect((await consumed(fixture, topic)).map(({ value }) => value)).toEqual(thousand);
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])("reads the client's %s", async (codec) => {
    const topic = `native-${codec}`;
    await fixture.weir(["produce", topic, "-p", "0", "--compression", codec], {
      input: thousand.join("\n"),
    });
    const lines = await readLines(fixture.broker.address, topic);
    expect(lines.map((line) => line.split("|")[4])).toEqual(thousand);
  });

  test.each([
    ["acks 0", "acks=0"],
    ["acks 1", "acks=1"],
    ["acks all", "acks=all"],
    ["an idempotent producer", "enable.idempotence=true"],
  ])("produces with %s", async (name, setting) => {
    const topic = name.replaceAll(" ", "-");
    await fixture.weir(["topic", "create", topic]);
    await produceLines(topic, thousand.join("\n"), "-X", setting, "-X", "linger.ms=0");
    // Nobody says when an unacked record has come: the next one is behind it, and is acked.
    await produceLines(topic, "end\n");
    const lines = await readLines(fixture.broker.address, topic);
    expect(lines.map((line) => line.split("|")[4])).toEqual([...thousand, "end"]);
  });

  test("reads from where it is told", async () => {
    await produceLines("positions", "a\nb\nc\nd\n");
    const read = (...args: string[]) =>
      kcat(fixture.broker.address, [...READ, "-t", "positions", "-f", "%s", ...args]);
    expect(await read("-o", "beginning")).toBe("abcd");
    expect(await read("-o", "-2")).toBe("cd");
    expect(await read("-o", "1", "-c", "2")).toBe("bc");
    expect(await read("-o", "end")).toBe("");
    expect(await read("-o", "s@0")).toBe("abcd");
    const query = ["-Q", "-t", "positions:0:-1", "-t", "positions:0:0"];
    expect(await kcat(fixture.broker.address, query)).toContain("offset");
  });

  test("gets a record of almost a megabyte there and back", async () => {
    const line = "x".repeat(999_000);
    await produceLines("large", line, "-X", "message.max.bytes=2000000");
    expect(await readLines(fixture.broker.address, "large")).toEqual([`0|||999000|${line}`]);
  });

  test("is told of a record that is too large", async () => {
    const args = ["-P", "-t", "large", "-p", "0", "-X", "message.max.bytes=10000000"];
    const failed = await run(["kcat", "-b", fixture.broker.address, ...args], {
      input: "x".repeat(2_000_000),
    });
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain("Message size too large");
  });

  test("waits for records that come later", async () => {
    await fixture.weir(["topic", "create", "later"]);
    const waiting = kcat(fixture.broker.address, ["-C", "-t", "later", "-c", "1", "-f", "%s"]);
    await produceLines("later", "now\n");
    expect(await waiting).toBe("now");
  });

  test("reads what the command line wrote, and the other way round", async () => {
    const records = [
      '{"key":"k","value":"v","headers":[{"name":"h","value":"1"}]}',
      '{"key":null,"value":null}',
      '{"key":"","value":"/w==","value_encoding":"base64"}',
    ];
    await fixture.weir(["produce", "both", "-p", "0", "--input", "ndjson"], {
      input: records.join("\n"),
    });
    const args = [...READ, "-t", "both", "-f", RECORD_FORMAT, "-c", "2"];
    const text = await kcat(fixture.broker.address, args);
    expect(text.split("\n")).toEqual(["0|k|h=1|1|v", "1|||-1|", ""]);
    const copied = await fixture.weir(["consume", "both", "-o", "ndjson"]);
    await fixture.weir(["produce", "copied", "-p", "0", "--input", "ndjson"], { input: copied });
    const without = (lines: string) => lines.replaceAll('"topic":"copied"', '"topic":"both"');
    const again = await fixture.weir(["consume", "copied", "-o", "ndjson"]);
    expect(without(again)).toBe(copied);
  });

  test("shares a topic in a group, and goes on where it was", async () => {
    await fixture.weir(["topic", "create", "shared", "-p", "4"]);
    const earliest = ["-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000"];
    const group = [...READ, ...earliest, "-f", "%s\\n", "-G", "kcat", "shared"];
    const read = async () => (await kcat(fixture.broker.address, group)).split("\n").slice(0, -1);
    await kcat(fixture.broker.address, ["-P", "-t", "shared"], { input: thousand.join("\n") });
    expect((await read()).sort()).toEqual([...thousand].sort());
    await kcat(fixture.broker.address, ["-P", "-t", "shared"], { input: "one more\n" });
    expect(await read()).toEqual(["one more"]);
  });
});
