import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openWorkbench, startBroker, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
let data: string;

beforeAll(async () => {
  bench = await openWorkbench();
  data = path.join(bench.directory, "data");
  for (const line of ["echo one", "seq 3", "echo last"]) {
    await bench.bash(`${line} | weir produce t`);
  }
});
afterAll(() => bench[Symbol.asyncDispose]());

/** A copy of the data as it is in a directory that nobody uses, with one byte of a file changed. */
function spoilt(name: string, file: string, at: number): string {
  const copy = path.join(bench.directory, name);
  cpSync(data, copy, { recursive: true });
  spoil(path.join(copy, file), at);
  return copy;
}

function spoil(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x20;
  writeFileSync(file, bytes);
}

describe("weir log dump", () => {
  test("shows a partition that a broker uses, also what is only in the journal", async () => {
    const { code, stdout } = await bench.weir([
      "log",
      "dump",
      "t-0",
      "--data",
      data,
      "-o",
      "ndjson",
    ]);
    expect(code).toBe(0);
    const items = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(items.at(0)).toMatchObject({ offset: 0, last_offset: 0, position: 0, crc_ok: true });
    expect(items.at(-1)).toMatchObject({ last_offset: 4, in_journal: true, codec: "none" });
  });

  test("prints records as consume does", async () => {
    const lines = await bench.bash(`weir log dump t-0 --data ${data} --records -o ndjson`);
    expect(lines.stdout).toBe((await bench.bash("weir consume t -o ndjson")).stdout);
    const text = await bench.bash(`weir log dump t-0 --data ${data} --records | cut -f 1,4`);
    expect(text.stdout).toBe("0\tone\n1\t1\n2\t2\n3\t3\n4\tlast\n");
  });

  test.each([
    ["nothing-0", "unknown-topic-or-partition"],
    ["nothing.log", "disk-missing"],
  ])("of %s says that it isn't there", async (what, word) => {
    const { code, stderr } = await bench.weir(["log", "dump", what, "--data", data]);
    expect(stderr).toStartWith(`error: ${word}: `);
    expect(code).toBe(1);
  });
});

describe("weir log verify", () => {
  test("finds nothing wrong with what a broker is using", async () => {
    const { code, stdout, stderr } = await bench.weir(["log", "verify", data, "--json"]);
    expect(JSON.parse(stdout)).toEqual({ kind: "log-damage", version: 1, items: [] });
    expect(stderr).toContain("all is as it was written");
    expect(code).toBe(0);
  });

  test("lists what is damaged, and so does dump", async () => {
    // A broker that stops leaves nothing in the journal.
    const copy = spoilt("spoilt", "weir.lock", 0);
    const broker = await startBroker(["--data", copy, "--listen", "127.0.0.1:0"]);
    await broker.stop();
    const file = path.join("logs", "t-0", "00000000000000000000.log");
    spoil(path.join(copy, file), 100);
    const { code, stdout, stderr } = await bench.weir(["log", "verify", copy, "-o", "ndjson"]);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ kind: "records", partition: "t-0", offset: 1, position: 71 });
    expect(stderr).toStartWith("error: damaged: ");
    expect(code).toBe(6);
    const dump = await bench.weir(["log", "dump", path.join(copy, file), "-o", "tsv"]);
    const [header, , second = ""] = dump.stdout.split("\n");
    expect(header).toStartWith("offset\tlast\tposition\tsize");
    expect(second).toStartWith("1\t3\t71\t");
    expect(second).toEndWith("\ta wrong checksum");
    expect(dump.code).toBe(6);
  });

  test("says what a broker would say that can't start", async () => {
    const copy = spoilt("headless", "journal/00000000000000000001.journal", 16);
    const { code, stdout } = await bench.weir(["log", "verify", copy, "-o", "ndjson"]);
    expect(code).toBe(6);
    const [first = ""] = stdout.split("\n");
    expect(JSON.parse(first)).toMatchObject({ kind: "start", position: 0 });
  });

  test("wants a data directory", async () => {
    const { code, stderr } = await bench.weir(["log", "verify", "."]);
    expect(stderr).toStartWith("error: no-data: ");
    expect(code).toBe(1);
  });
});

describe("weir log repair", () => {
  const repair = (...args: string[]) => bench.weir(["log", "repair", ...args, "-o", "ndjson"]);

  test("says first what is lost, then goes on without it", async () => {
    const copy = spoilt("torn", "journal/00000000000000000001.journal", 16);
    const broker = await bench.weir(["broker", "--data", copy, "--listen", "127.0.0.1:0"]);
    expect(broker.code).toBe(1);
    expect(broker.stderr).toContain(`journal/00000000000000000001.journal, position 0): `);
    expect(broker.stderr).toContain(`'weir log repair ${copy} --accept-loss'`);

    const dry = await repair(copy);
    expect(dry.code).toBe(6);
    expect(dry.stderr).toContain("nothing was changed");
    const again = await repair(copy, "--accept-loss");
    expect(again.stdout).toBe(dry.stdout);
    expect(again.code).toBe(0);
    expect((await repair(copy)).code).toBe(0);
    const repaired = await startBroker(["--data", copy, "--listen", "127.0.0.1:0"]);
    await repaired.stop();
  });

  test("has nothing to do where nothing is lost, beside a broker, too", async () => {
    const { code, stdout, stderr } = await repair(data, "--accept-loss");
    expect(stderr).toContain("there is nothing to give up");
    expect([code, stdout]).toEqual([0, ""]);
  });
});
