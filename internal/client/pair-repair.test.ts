import { expect, test } from "bun:test";
import { BatchBuilder } from "../record/builder.ts";
import { ClientError } from "./errors.ts";
import {
  type Member,
  pairWithTopic,
  settled,
  type TestPair,
  testPair,
  valuesOf,
} from "./pair.testing.ts";

const TOPIC = "orders";
/** So large that a batch is written to its segment at once. */
const VALUE_BYTES = 70_000;
const COUNT = 5;

/** A pair in sync that has some large records, and whose processes are gone. */
async function stoppedPair(settings: Readonly<Record<string, string>> = {}): Promise<TestPair> {
  const { pair, client } = await pairWithTopic(TOPIC, settings);
  for (let i = 0; i < COUNT; i++) {
    const builder = new BatchBuilder();
    const value = new TextEncoder().encode(`${i}`.padEnd(VALUE_BYTES, "x"));
    builder.append({ timestampMs: 1_700_000_000_000, key: null, value, headers: [] });
    const batch = builder.build("none");
    const sent = client.produce({ topic: TOPIC, partition: 0, batch, acks: -1 });
    await settled(pair, sent, "an ack");
  }
  const marked = () => pair.two.broker?.partition(TOPIC, 0)?.highWatermark === COUNT;
  await pair.until(marked, "both know that all is committed");
  const sinceMs = pair.clock.monotonicMs();
  await pair.until(() => pair.clock.monotonicMs() > sinceMs + 1000, "all is quiet");
  await pair.one.crash("kill");
  await pair.two.crash("kill");
  return pair;
}

/** Changes a byte of the batch `index` in a broker's segment. */
function spoil({ disk }: Member, index: number): void {
  const [path = ""] = [...disk.files().keys()].filter((name) => /orders-0\/\d+\.log$/.test(name));
  const file = disk.open(path, "create");
  file.writeAll([Uint8Array.of(0)], Math.round((index + 0.5) * VALUE_BYTES));
  file.close();
}

for (const [name, who] of [
  ["master", "one"],
  ["slave", "two"],
] as const) {
  test(`what the ${name} finds damaged is fetched from the other copy`, async () => {
    const pair = await stoppedPair();
    const member = pair[who];
    const whole = new Map(member.disk.files());
    spoil(member, 1);
    spoil(member, 3);
    await pair.one.start();
    await pair.two.start();
    await pair.until(() => pair.two.broker?.status().replication.connected === true, "a session");
    await pair.until(() => pair[who].broker?.partition(TOPIC, 0)?.highWatermark === COUNT, "all");
    const repairs = () => member.logged.filter((line) => line.startsWith("records-repaired"));
    for (const count of [1, 2]) {
      await expect(valuesOf(pair, member, TOPIC)).rejects.toThrow("can't be read");
      await pair.until(() => repairs().length === count, `repair ${count}`);
    }
    expect((await valuesOf(pair, member, TOPIC)).size).toBe(COUNT);
    for (const [file, bytes] of member.disk.files()) {
      if (/orders-0\/\d+\.log$/.test(file)) expect(bytes).toEqual(whole.get(file) ?? bytes);
    }
    await pair.close();
  });
}

test("what nobody else has stays damaged, and is told", async () => {
  const pair = await stoppedPair();
  spoil(pair.one, 1);
  spoil(pair.two, 1);
  await pair.one.start();
  await pair.two.start();
  await pair.until(() => pair.one.broker?.partition(TOPIC, 0)?.highWatermark === COUNT, "all");
  await pair.until(() => pair.two.broker?.status().replication.connected === true, "a session");
  await expect(valuesOf(pair, pair.one, TOPIC)).rejects.toThrow("can't be read");
  const failed = () => pair.one.logged.some((line) => line.startsWith("repair-failed"));
  await pair.until(failed, "the failure");
  expect(await valuesOf(pair, pair.one, TOPIC).catch((error) => error)).not.toBeInstanceOf(
    ClientError,
  );
  await pair.close();
});

test("a new slave gets what can be read of a damaged log, and the rest is named", async () => {
  const pair = await stoppedPair();
  spoil(pair.one, 1);
  spoil(pair.one, 3);
  pair.two.disk = testPair().two.disk;
  await pair.one.start();
  await pair.two.start(pair.one);
  const copied = () => pair.two.broker?.partition(TOPIC, 0)?.highWatermark === COUNT;
  await pair.until(copied, "what there is");
  await pair.until(() => pair.two.broker?.status().replication.inSync ?? false, "it is in sync");
  expect([...(await valuesOf(pair, pair.two, TOPIC)).keys()]).toEqual([0, 2, 4]);
  const told = pair.one.logged.filter((line) => line.startsWith("records-not-copied"));
  expect(told).toHaveLength(2);
  expect(told[0]).toContain("offsets 1 to 1 are missing in the copy of broker 2");
  await pair.close();
});
