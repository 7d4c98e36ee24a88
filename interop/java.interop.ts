import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import path from "node:path";
import { kafkaTool } from "./clients.ts";
import { output, type RunOptions } from "./command.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";

const values = Array.from({ length: 1000 }, (_, i) => `value ${i}`);
const lines = values.join("\n");

describe.skipIf(!kafkaTool("").isInstalled)("Apache Kafka's tools", () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture();
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  async function tool(name: string, args: readonly string[], options?: RunOptions) {
    const { command } = kafkaTool(name);
    const server = ["--bootstrap-server", fixture.broker.address];
    return await output([...command, ...server, ...args], options);
  }

  /** Partition 0 of a topic, a record a line, as ConsoleConsumer prints it. */
  async function consoleConsumed(topic: string, count: number, ...args: string[]) {
    const where = ["--topic", topic, "--partition", "0", "--offset", "earliest"];
    const until = ["--max-messages", String(count), "--timeout-ms", "20000"];
    const text = await tool("consumer.ConsoleConsumer", [...where, ...until, ...args]);
    return text.split("\n").slice(0, -1);
  }

  test("kafka-topics creates, lists, describes, alters and deletes", async () => {
    const create = ["--create", "--topic", "made", "--partitions", "3"];
    const config = ["--config", "retention.ms=1000000", "--replication-factor", "1"];
    expect(await tool("TopicCommand", [...create, ...config])).toContain("Created topic made.");
    expect(await tool("TopicCommand", ["--list"])).toBe("made\n");
    await tool("TopicCommand", ["--alter", "--topic", "made", "--partitions", "4"]);
    const described = await tool("TopicCommand", ["--describe", "--topic", "made"]);
    expect(described).toMatch(/PartitionCount: 4\s+ReplicationFactor: 1\s+Configs: .*retention.ms/);
    expect(described).toMatch(/Partition: 3\s+Leader: 1\s+Replicas: 1\s+Isr: 1/);
    await tool("TopicCommand", ["--delete", "--topic", "made"]);
    expect(await tool("TopicCommand", ["--list"])).not.toContain("made");
  });

  test("kafka-configs changes and reads a topic's settings", async () => {
    await fixture.weir(["topic", "create", "configured"]);
    const topic = ["--entity-type", "topics", "--entity-name", "configured"];
    const { command } = kafkaTool("");
    const configs = async (...args: string[]) => {
      const java = [...command.slice(0, -1), "kafka.admin.ConfigCommand"];
      const server = ["--bootstrap-server", fixture.broker.address];
      return await output([...java, ...server, ...topic, ...args]);
    };
    await configs("--alter", "--add-config", "retention.ms=3000000");
    expect(await configs("--describe")).toContain("retention.ms=3000000");
    await configs("--alter", "--delete-config", "retention.ms");
    expect(await configs("--describe")).not.toContain("retention.ms");
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])(
    "the console producer's %s is read by the console consumer",
    async (codec) => {
      const topic = `java-${codec}`;
      const to = ["--topic", topic, "--compression-codec", codec];
      await tool("ConsoleProducer", to, { input: lines });
      expect(await consoleConsumed(topic, values.length)).toEqual(values);
      expect((await consumed(fixture, topic)).map(({ value }) => value)).toEqual(values);
    },
  );

  test("the console producer's keys and headers come through", async () => {
    const properties = ["parse.key=true", "parse.headers=true", "null.marker=NULL"];
    const options = properties.flatMap((property) => ["--reader-property", property]);
    await tool("ConsoleProducer", ["--topic", "java-shapes", ...options], {
      input: "h1:a,h2:b\tkey\tvalue\nh3:c\tkey\tNULL\n",
    });
    expect(await consumed(fixture, "java-shapes")).toMatchObject([
      {
        key: "key",
        value: "value",
        headers: [
          { name: "h1", value: "a" },
          { name: "h2", value: "b" },
        ],
      },
      { key: "key", value: null, headers: [{ name: "h3", value: "c" }] },
    ]);
  });

  test("the console consumer reads what the command line wrote", async () => {
    await fixture.weir(["produce", "to-java", "-k", "key", "-H", "h=1"], { input: lines });
    const print = ["--formatter-property", "print.key=true"];
    const headers = ["--formatter-property", "print.headers=true"];
    expect(await consoleConsumed("to-java", values.length, ...print, ...headers)).toEqual(
      values.map((value) => `h:1\tkey\t${value}`),
    );
  });

  test("kafka-get-offsets finds the ends", async () => {
    await fixture.weir(["produce", "ended", "-p", "0"], { input: lines });
    expect(await tool("GetOffsetShell", ["--topic", "ended"])).toBe("ended:0:1000\n");
    const earliest = ["--topic", "ended", "--time", "earliest"];
    expect(await tool("GetOffsetShell", earliest)).toBe("ended:0:0\n");
  });
});

test.skipIf(!kafkaTool("").isInstalled)(
  "DumpLogSegments reads a stopped broker's files",
  async () => {
    const fixture = await startFixture();
    try {
      for (const codec of ["none", "zstd"]) {
        await fixture.weir(["produce", "dumped", "-p", "0", "--compression", codec], {
          input: lines,
        });
      }
      await fixture.broker.end("SIGTERM");
      const segment = path.join(fixture.data, "logs", "dumped-0", "00000000000000000000.log");
      const dump = ["--deep-iteration", "--print-data-log", "--files", segment];
      const text = await output([...kafkaTool("DumpLogSegments").command, ...dump]);
      expect(text).toContain("isvalid: true");
      expect(text).not.toContain("isvalid: false");
      expect(text).toContain("compresscodec: zstd");
      const payloads = [...text.matchAll(/payload: (value \d+)/g)].map(([, value]) => value ?? "");
      expect(payloads).toEqual([...values, ...values]);
    } finally {
      await fixture[Symbol.asyncDispose]();
    }
  },
);
