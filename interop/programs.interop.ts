import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connectStandalone, javaProgram, nodeProgram } from "./clients.ts";
import { output } from "./command.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";

const PATIENCE_MS = 90_000;
const LOOK_MS = 500;

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ settings: { "num.partitions": "2" } });
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

/** Runs a program that doesn't end by itself until `look` finds what it waits for. */
async function runUntil<T>(cmd: readonly string[], look: () => Promise<T | null>): Promise<T> {
  const child = Bun.spawn({ cmd: [...cmd], stdout: "ignore", stderr: "ignore" });
  try {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
      const found = await look();
      if (found !== null) return found;
      await Bun.sleep(LOOK_MS);
    }
    throw new Error("what it should make has not come");
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
}

const old = javaProgram("OldClient", "old");
test.skipIf(!old.isInstalled)("Kafka's client of 2021 finds versions that both speak", async () => {
  expect(await output([...old.command, fixture.broker.address])).toBe("100 100\n");
});

const platformatic = nodeProgram("platformatic", "@platformatic/kafka");
test.skipIf(!platformatic.isInstalled)(
  "@platformatic/kafka writes, and reads in a group",
  async () => {
    const values = JSON.parse(await output([...platformatic.command, fixture.broker.address]));
    expect(values).toEqual(Array.from({ length: 50 }, (_, i) => `v${i}`).sort());
  },
);

const confluent = nodeProgram("confluent", "@confluentinc/kafka-javascript");
test.skipIf(!confluent.isInstalled)(
  "@confluentinc/kafka-javascript writes, reads in a group and commits",
  async () => {
    const told = JSON.parse(await output([...confluent.command, fixture.broker.address]));
    const values = Array.from({ length: 50 }, (_, i) => `v${i}`).sort();
    expect(told).toMatchObject({ values, created: true, committed: 50 });
    expect(told.listed).toContain("confluent");
  },
);

const streams = javaProgram("WordCount", "streams");
describe.skipIf(!streams.isInstalled)("Kafka Streams", () => {
  test("counts words, through the topics that it makes for itself", async () => {
    await fixture.weir(["topic", "create", "lines", "counts"]);
    await fixture.weir(["produce", "lines"], { input: "a b a\nb c\na\n" });
    const state = path.join(path.dirname(fixture.data), "streams");
    const command = [...streams.command, fixture.broker.address, state];
    const records = await runUntil(command, async () => {
      const counts = await consumed(fixture, "counts");
      return counts.length < 6 ? null : counts;
    });
    const last = new Map(records.map(({ key, value }) => [key, value]));
    expect(Object.fromEntries(last)).toEqual({ a: "3", b: "2", c: "1" });
    const topics = await fixture.weir(["topic", "ls", "--json"]);
    expect(topics).toContain("-changelog");
    expect(topics).toContain("-repartition");
  });
});

const connect = connectStandalone();
describe.skipIf(!connect.isInstalled)("Kafka Connect", () => {
  test("carries a file's lines into a topic, and out of it into a file", async () => {
    const home = path.join(path.dirname(fixture.data), "connect");
    const plugins = path.join(home, "plugins");
    mkdirSync(plugins, { recursive: true });
    for (const jar of readdirSync(connect.jars).filter((name) => name.includes("connect-file"))) {
      symlinkSync(path.join(connect.jars, jar), path.join(plugins, jar));
    }
    const file = (name: string): string => path.join(home, name);
    writeFileSync(file("in.txt"), "one\ntwo\nthree\n");
    writeFileSync(file("out.txt"), "");
    const converter = "org.apache.kafka.connect.storage.StringConverter";
    properties(file("worker"), {
      "bootstrap.servers": fixture.broker.address,
      "key.converter": converter,
      "value.converter": converter,
      "offset.storage.file.filename": file("offsets"),
      "offset.flush.interval.ms": "500",
      "plugin.path": plugins,
      listeners: "http://127.0.0.1:0",
    });
    const connector = "org.apache.kafka.connect.file.FileStream";
    properties(file("source"), {
      name: "source",
      "connector.class": `${connector}SourceConnector`,
      file: file("in.txt"),
      topic: "connected",
    });
    properties(file("sink"), {
      name: "sink",
      "connector.class": `${connector}SinkConnector`,
      file: file("out.txt"),
      topics: "connected",
    });
    const command = [...connect.command, file("worker"), file("source"), file("sink")];
    const text = await runUntil(command, async () => {
      const written = readFileSync(file("out.txt"), "utf8");
      return written.split("\n").length < 4 ? null : written;
    });
    expect(text).toBe("one\ntwo\nthree\n");
  });
});

function properties(file: string, values: Readonly<Record<string, string>>): void {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""));
}
