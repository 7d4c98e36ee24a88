import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { javaProgram, kafkaTool, librdkafka } from "./clients.ts";
import { output } from "./command.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { executable, startWeir, type Weir } from "./weir.ts";

/*
 * Groups of Kafka's new protocol (KIP-848): `group.protocol=consumer`.
 */

const settings = {
  "group.consumer.heartbeat.interval.ms": "300",
  "group.consumer.session.timeout.ms": "6000",
  "group.initial.rebalance.delay.ms": "300",
};
const PATIENCE_MS = 120_000;
const LOOK_MS = 250;

/** Looks until it finds what it waits for. */
async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    const found = await look();
    if (found !== null) return found;
    await Bun.sleep(LOOK_MS);
  }
  throw new Error("what was waited for has not come");
}

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ settings });
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const librdkafkaClient = librdkafka("new_groups.py");
test.skipIf(!librdkafkaClient.isInstalled)(
  "librdkafka's members share what matches a pattern, leave, and come back",
  async () => {
    await fixture.weir(["topic", "create", "shared-new", "-p", "4"]);
    for (const partition of [0, 1, 2, 3]) {
      const input = Array.from({ length: 50 }, (_, i) => `value ${partition} ${i}`).join("\n");
      await fixture.weir(["produce", "shared-new", "-p", String(partition)], { input });
    }
    const args = [fixture.broker.address, "new-python", "200"];
    const told = JSON.parse(await output([...librdkafkaClient.command, ...args]));
    expect(told).toEqual({
      ...{ alone: true, shared: true, disjoint: true, read: true, left: true },
      ...{ state: "STABLE", type: "CONSUMER", members: [2, 2], listed: ["CONSUMER"] },
      ...{ static: true, again: true, committed: 200, values: 200, distinct: 200 },
    });
  },
);

const java = javaProgram("NewGroups");
test.skipIf(!java.isInstalled)(
  "Kafka's client's members come, go, die, read by patterns, and change their protocol",
  async () => {
    const text = await output([...java.command, fixture.broker.address], { timeoutMs: 280_000 });
    // What the client logs, as on Apache Kafka, is none of its words.
    const lines = text.split("\n").filter((line) => /^[a-z ]+( [A-Z{].*|\d+)?$/.test(line));
    expect(lines.filter((line) => line !== "")).toEqual([
      "one has all",
      "three share",
      "all is read",
      "described Consumer Stable range {consumer=3}",
      "two share when one has left",
      "one has all when the other is gone in silence",
      "new partitions are read",
      "committed 300",
      "described Consumer Empty uniform {}",
      "nothing matches",
      "a topic comes",
      "another comes",
      "one goes",
      "refused a pattern",
      "both share",
      "it is back",
      "others revoked 0",
      "two classic members share",
      "described Classic Stable cooperative-sticky {unknown=2}",
      "a new one has its share",
      "and all goes on",
      "described Consumer Stable uniform {classic=2, consumer=1}",
      "another is changed",
      "back to the classic protocol",
      "described Classic Stable cooperative-sticky {unknown=1}",
    ]);
  },
  300_000,
);

describe.skipIf(!kafkaTool("").isInstalled)("Apache Kafka's tools", () => {
  const home = mkdtempSync(path.join(os.tmpdir(), "weir-new-groups-"));
  let broker: Weir;

  beforeAll(async () => {
    broker = await startWeir({ data: path.join(home, "data"), settings });
  });

  afterAll(async () => {
    await broker.end("SIGTERM");
    rmSync(home, { recursive: true });
  });

  const weir = (args: readonly string[], input = "") =>
    output([executable, "--broker", broker.address, ...args], { input });

  const groups = (...args: string[]) => {
    const { command } = kafkaTool("consumer.group.ConsumerGroupCommand");
    const cmd = [...command, "--bootstrap-server", broker.address, ...args];
    return output(cmd, { timeoutMs: 150_000 });
  };

  function startConsumer() {
    const { command } = kafkaTool("consumer.ConsoleConsumer");
    const protocol = ["--command-property", "group.protocol=consumer"];
    const what = ["--group", "new-tools", "--topic", "tools", "--from-beginning"];
    const cmd = [...command, "--bootstrap-server", broker.address, ...what, ...protocol];
    return Bun.spawn({ cmd, stdout: "pipe", stderr: "ignore" });
  }

  /** What the broker tells of the group, once that is as it is waited for. */
  const groupWith = (wanted: Readonly<Record<string, unknown>>) =>
    until(async () => {
      const { items } = JSON.parse(await weir(["group", "ls", "--json"]));
      const found = items.find(({ group }: { group: string }) => group === "new-tools") ?? {};
      return Object.entries(wanted).every(([name, value]) => found[name] === value) ? found : null;
    });

  test("console consumers share a topic, and go on when the broker is killed", async () => {
    await weir(["topic", "create", "tools", "-p", "4"]);
    await weir(["produce", "tools"], "first\nsecond\n");
    const consumers = [startConsumer(), startConsumer()];
    await groupWith({ state: "Stable", members: 2, lag: 0 });
    const members = await groups("--describe", "--group", "new-tools", "--members", "--verbose");
    expect(
      members.match(/console-consumer\s+2\s+\d+\s+tools:\d,\d\s+\d+\s+tools:\d,\d/g),
    ).toHaveLength(2);
    const state = await groups("--describe", "--group", "new-tools", "--state");
    expect(state).toMatch(/uniform\s+Stable\s+2/);
    expect(await groups("--list", "--state", "--type")).toMatch(/new-tools\s+Consumer\s+Stable/);
    const { port } = broker;
    await broker.end("SIGKILL");
    broker = await startWeir({ data: path.join(home, "data"), settings, port });
    const again = await groups("--describe", "--group", "new-tools", "--members", "--verbose");
    // The same members, in the same epochs, with the same partitions.
    const withoutSpace = (text: string) => text.replaceAll(/\s+/g, " ");
    expect(withoutSpace(again)).toBe(withoutSpace(members));
    await weir(["produce", "tools"], "third\n");
    await groupWith({ state: "Stable", members: 2, partitions: 4, lag: 0 });
    for (const consumer of consumers) consumer.kill("SIGTERM");
    const texts = await Promise.all(consumers.map(({ stdout }) => stdout.text()));
    // Among the records the client may log that its last commit came with an epoch of before.
    const records = texts
      .join("")
      .split("\n")
      .filter((line) => /^[a-z]+$/.test(line));
    expect(records.sort()).toEqual(["first", "second", "third"]);
    await groupWith({ state: "Empty", type: "consumer", members: 0 });
  }, 900_000);
});
