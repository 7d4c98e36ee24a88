import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { kafkajs, kafkaTool, librdkafka } from "./clients.ts";
import { output } from "./command.ts";
import { type Fixture, startFixture } from "./fixture.ts";

/** As few as a test needs, so that members needn't be waited for long. */
const settings = { "group.initial.rebalance.delay.ms": "300" };
const values = Array.from({ length: 200 }, (_, i) => `value ${i}`);
const sorted = (texts: unknown) => (Array.isArray(texts) ? [...texts].sort() : texts);

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ settings });
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

/** Makes a topic of four partitions with the values in it. */
async function fill(topic: string): Promise<void> {
  await fixture.weir(["topic", "create", topic, "-p", "4"]);
  for (let partition = 0; partition < 4; partition++) {
    const input = values.filter((_, i) => i % 4 === partition).join("\n");
    await fixture.weir(["produce", topic, "-p", String(partition)], { input });
  }
}

describe.skipIf(!kafkajs("").isInstalled)("kafkajs", () => {
  test("shares a topic in a group, and administers it", async () => {
    await fill("shared-kafkajs");
    const { command } = kafkajs("groups.mjs");
    const args = [fixture.broker.address, "shared-kafkajs", "kafkajs", String(values.length)];
    const told = JSON.parse(await output([...command, ...args]));
    expect([...new Set(told.values)].sort()).toEqual(sorted(values) as string[]);
    expect(told.shares.flat().sort()).toEqual([0, 1, 2, 3]);
    expect(told).toMatchObject({ state: "Stable", memberCount: 2, committed: values.length });
    expect(told.listed).toContain("kafkajs");
    expect(told.reset).toBe(4 * -2); // what it commits for "earliest", and takes it for
    expect(told.deleted).toEqual([0]);
    expect(told.listedThen).not.toContain("kafkajs");
  });
});

describe.skipIf(!librdkafka("").isInstalled)("librdkafka", () => {
  test.each(["range", "cooperative-sticky"])("shares a topic in a group (%s)", async (strategy) => {
    const topic = `shared-${strategy}`;
    await fill(topic);
    const { command } = librdkafka("groups.py");
    const args = [fixture.broker.address, topic, strategy, String(values.length), strategy];
    const told = JSON.parse(await output([...command, ...args]));
    expect(sorted([...new Set(told.values)])).toEqual(sorted(values));
    expect(told.assignments.flat().sort()).toEqual([0, 1, 2, 3]);
    expect(told).toMatchObject({ state: "STABLE", instances: ["", "static"] });
    expect(told.successor.sort()).toEqual(told.assignments[1].sort());
    expect(told.listed).toContain(strategy);
    expect(told.committed).toBe(values.length);
  });
});

describe.skipIf(!kafkaTool("").isInstalled)("Apache Kafka's tools", () => {
  async function tool(name: string, args: readonly string[]): Promise<string> {
    const { command } = kafkaTool(name);
    return await output([...command, "--bootstrap-server", fixture.broker.address, ...args]);
  }

  const groups = (...args: string[]) => tool("consumer.group.ConsumerGroupCommand", args);

  /** What `--describe` says of a group's partitions: offset, end and lag. */
  async function described(group: string): Promise<string[]> {
    const text = await groups("--describe", "--group", group);
    const rows = text.split("\n").filter((line) => line.startsWith(group));
    return rows.map((row) => row.split(/\s+/).slice(2, 6).join(" ")).sort();
  }

  test("the console consumer reads in a group, each record once", async () => {
    await fill("shared-java");
    const consume = ["--topic", "shared-java", "--group", "java", "--from-beginning"];
    const until = ["--max-messages", String(values.length), "--timeout-ms", "20000"];
    const text = await tool("consumer.ConsoleConsumer", [...consume, ...until]);
    expect(sorted(text.split("\n").slice(0, -1))).toEqual(sorted(values));
    expect(await described("java")).toEqual(["0 50 50 0", "1 50 50 0", "2 50 50 0", "3 50 50 0"]);
  }, 60_000);

  test("kafka-consumer-groups lists, resets and deletes", async () => {
    expect(await groups("--list")).toContain("java");
    expect(await groups("--list", "--state", "empty")).toMatch(/java\s+Empty/);
    expect(await groups("--describe", "--group", "java", "--state")).toMatch(/Empty\s+0/);
    const reset = ["--reset-offsets", "--group", "java", "--topic", "shared-java:1", "--execute"];
    await groups(...reset, "--to-offset", "7");
    expect(await described("java")).toContain("1 7 50 43");
    await groups(...reset, "--to-earliest");
    expect(await described("java")).toContain("1 0 50 50");
    const remove = ["--delete-offsets", "--group", "java", "--topic", "shared-java:2"];
    expect(await groups(...remove)).toMatch(/2\s+Successful/);
    expect(await described("java")).toEqual(["0 50 50 0", "1 0 50 50", "3 50 50 0"]);
    expect(await groups("--delete", "--group", "java")).toContain("successful");
    expect(await groups("--list")).not.toContain("java");
  }, 120_000);

  test("the console consumer reads the topic that keeps groups", async () => {
    await groups(
      "--reset-offsets",
      "--group",
      "kept",
      "--topic",
      "shared-java",
      "--to-earliest",
      "--execute",
    );
    const formatter = "org.apache.kafka.tools.consumer.OffsetsMessageFormatter";
    const topic = ["--topic", "__consumer_offsets", "--from-beginning", "--formatter", formatter];
    const { command } = kafkaTool("consumer.ConsoleConsumer");
    const server = ["--bootstrap-server", fixture.broker.address, "--timeout-ms", "5000"];
    const text = await output([...command, ...server, ...topic]);
    expect(text).toContain('"data":{"group":"kept","topic":"shared-java","partition":0}');
  }, 60_000);
});
