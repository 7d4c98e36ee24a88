import { expect, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { BatchBuilder } from "../record/builder.ts";
import type { BatchReceipt, Client } from "./api.ts";
import { ClientError } from "./errors.ts";
import {
  type Member,
  pairWithTopic,
  seededRandom,
  settled,
  type TestPair,
  valuesOf,
} from "./pair.testing.ts";

const TOPIC = "orders";

/** Starts both, the second as the first one's slave, with a topic that is in sync. */
async function startedPair(settings: Readonly<Record<string, string>> = {}, seed = 1) {
  const { pair, client } = await pairWithTopic(TOPIC, settings, seed);
  await inSync(pair, pair.one);
  return { pair, client };
}

async function inSync({ until }: TestPair, master: Member): Promise<void> {
  await until(() => {
    const status = master.broker?.partition(TOPIC, 0);
    return status?.isr.length === 2 && status.copies[0]?.endOffset === status.logEndOffset;
  }, "both are in sync");
}

function send(client: Client, value: string, acks: -1 | 1 = -1): Promise<BatchReceipt> {
  const builder = new BatchBuilder();
  const bytes = new TextEncoder().encode(value);
  builder.append({ timestampMs: 1_700_000_000_000, key: null, value: bytes, headers: [] });
  return client.produce(
    { topic: TOPIC, partition: 0, batch: builder.build("none"), acks },
    { timeoutMs: 60_000 },
  );
}

test("an ack of all tells of both copies, and the slave has the same log", async () => {
  const { pair, client } = await startedPair();
  for (let i = 0; i < 20; i++) {
    const receipt = await settled(pair, send(client, `v${i}`), "an ack");
    expect(receipt).toMatchObject({ baseOffset: i, copies: 2 });
  }
  await pair.until(() => pair.two.broker?.partition(TOPIC, 0)?.highWatermark === 20, "the mark");
  expect([...(await valuesOf(pair, pair.two, TOPIC)).values()]).toEqual(
    Array.from({ length: 20 }, (_, i) => `v${i}`),
  );
  expect(pair.two.broker?.partition(TOPIC, 0)).toMatchObject({ leader: 1, replicas: [1, 2] });
  expect(pair.two.broker?.status().replication).toMatchObject({ role: "slave", connected: true });
  const toSlave = await pair.two.connect();
  const refused = await settled(pair, send(toSlave, "no"), "a refusal");
  expect(refused).toMatchObject({ code: "not-leader" });
  await pair.close();
});

test("without its slave, acks stop for the lag time, then go on, and this is told", async () => {
  const { pair, client } = await startedPair();
  await pair.two.crash("kill");
  const beganMs = pair.clock.monotonicMs();
  const receipt = await settled(pair, send(client, "alone"), "an ack");
  expect(receipt).toMatchObject({ copies: 1 });
  expect(pair.clock.monotonicMs() - beganMs).toBeGreaterThan(500);
  expect(pair.one.broker?.partition(TOPIC, 0)?.isr).toEqual([1]);
  expect(pair.one.broker?.status().replication.degraded).toMatchObject([
    { endMs: null, recordsAckedAlone: 1 },
  ]);
  await pair.two.start();
  await inSync(pair, pair.one);
  expect(pair.one.broker?.status().replication.degraded[0]?.endMs).toBeGreaterThan(0);
  await pair.close();
});

test("with the policy refuse, acks of all are refused until the slave is back", async () => {
  const { pair, client } = await startedPair({ "replication.policy": "refuse" });
  await pair.two.crash("kill");
  const pending = await settled(pair, send(client, "pending"), "a refusal");
  expect(pending).toMatchObject({ code: "not-enough-replicas-after-append" });
  const refused = await settled(pair, send(client, "refused"), "a refusal");
  expect(refused).toMatchObject({ code: "not-enough-replicas" });
  await pair.two.start();
  await inSync(pair, pair.one);
  expect(await settled(pair, send(client, "taken"), "an ack")).toMatchObject({ copies: 2 });
  await pair.close();
});

test("a master that is told to fence itself takes nothing without its slave", async () => {
  const { pair, client } = await startedPair({ "replication.fence.after.ms": "500" });
  pair.cut();
  const pending = await settled(pair, send(client, "pending"), "a refusal");
  expect(pending).toMatchObject({ code: "not-enough-replicas-after-append" });
  const refused = await settled(pair, send(client, "refused", 1), "a refusal");
  expect(refused).toMatchObject({ code: "not-enough-replicas" });
  const silent = "others haven't been heard for so long that one of them may lead by now";
  expect(pair.one.broker?.status()).toMatchObject({ writable: false, writeRefusal: silent });
  expect(pair.two.broker?.status()).toMatchObject({ writable: true, writeRefusal: null });
  pair.heal();
  await inSync(pair, pair.one);
  expect(await settled(pair, send(client, "taken"), "an ack")).toMatchObject({ copies: 2 });
  expect(pair.one.broker?.status()).toMatchObject({ writable: true, writeRefusal: null });
  const kinds = pair.one.broker?.events.after(0).map(({ kind }) => kind) ?? [];
  expect(kinds.filter((kind) => kind.startsWith("writes-"))).toEqual([
    "writes-fenced",
    "writes-unfenced",
  ]);
  await pair.close();
});

test("an asynchronous slave is an observer: nobody waits, and its lag is told", async () => {
  const { pair, client } = await startedAsync();
  expect(await settled(pair, send(client, "a"), "an ack")).toMatchObject({ baseOffset: 0 });
  const { broker } = pair.one;
  await pair.until(() => broker?.partition(TOPIC, 0)?.copies[0]?.endOffset === 1, "it follows");
  await pair.two.crash("kill");
  expect(await settled(pair, send(client, "b"), "an ack")).toMatchObject({ copies: 1 });
  const status = pair.one.broker?.partition(TOPIC, 0);
  expect(status).toMatchObject({ isr: [1], observers: [2], highWatermark: 2 });
  expect(status?.copies).toMatchObject([{ broker: 2, inSync: false, lagRecords: 1 }]);
  expect(status?.copies[0]?.lagBytes).toBeGreaterThan(0);
  await pair.close();
});

async function startedAsync() {
  const { pair, client } = await pairWithTopic(TOPIC, { replication: "async" });
  await pair.until(() => pair.two.broker?.topic(TOPIC) !== undefined, "the slave has the topic");
  const { broker } = pair.one;
  await pair.until(() => broker?.partition(TOPIC, 0)?.copies[0]?.endOffset === 0, "it follows");
  return { pair, client };
}

test("a promoted slave has all that was acked; the old master cuts and follows", async () => {
  const { pair, client } = await startedPair();
  for (let i = 0; i < 5; i++) await settled(pair, send(client, `v${i}`), "an ack");
  pair.cut();
  const lost = settled(pair, send(client, "only here", 1), "an ack");
  expect(await lost).toMatchObject({ copies: 1, baseOffset: 5 });
  const second = await pair.two.connect();
  const report = await settled(pair, second.describePromotion(), "a report");
  expect(report).toMatchObject({ leaderId: 1, wasInSync: true, missing: [] });
  await settled(pair, second.promote(), "the promotion");
  expect(await settled(pair, send(second, "new"), "an ack")).toMatchObject({ baseOffset: 5 });
  pair.heal();
  await inSync(pair, pair.two);
  expect(pair.one.broker?.status().replication).toMatchObject({ role: "slave", leaderId: 2 });
  const refused = await settled(pair, send(client, "late"), "a refusal");
  expect(refused).toMatchObject({ code: "not-leader" });
  await pair.until(() => pair.one.broker?.partition(TOPIC, 0)?.highWatermark === 6, "the mark");
  expect([...(await valuesOf(pair, pair.one, TOPIC)).values()].slice(4)).toEqual(["v4", "new"]);
  const kept = [...pair.one.disk.files().keys()].filter((name) => name.includes("/cut/orders-0."));
  expect(kept).toHaveLength(1);
  expect(pair.one.logged.some((line) => line.startsWith("records-cut"))).toBe(true);
  await pair.close();
});

test("a promotion keeps committed offsets, and knows producers again", async () => {
  const { pair, client } = await startedPair({ "offsets.topic.num.partitions": "2" });
  const committed = { partition: 0, offset: 3, leaderEpoch: -1, metadata: "m" };
  const claim = { groupId: "g", memberId: "", generation: -1, groupInstanceId: null };
  const commit = {
    ...claim,
    retentionMs: null,
    topics: [{ topic: TOPIC, partitions: [committed] }],
  };
  for (let i = 0; i < 3; i++) await settled(pair, sendAgain(client, i), "an ack");
  await pair.two.crash("power-loss");
  await pair.two.start();
  await inSync(pair, pair.one);
  const committing = pair.one.broker?.groups.commitOffsets(commit) ?? Promise.reject();
  const answer = await settled(pair, committing, "a commit");
  expect(answer).toMatchObject([{ partitions: [{ error: null }] }]);
  expect(await pair.two.broker?.groups.ready()).toBe("not-coordinator");
  await pair.one.crash("power-loss");
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  const request = { groupId: "g", topics: null };
  expect(await pair.two.broker?.groups.fetchOffsets(request)).toMatchObject([
    { topic: TOPIC, partitions: [committed] },
  ]);
  const again = await settled(pair, sendAgain(second, 2), "an ack");
  expect(again).toMatchObject({ baseOffset: 2, duplicate: true });
  await pair.close();
});

test("both brokers give out producer ids, and none twice, also after a loss", async () => {
  const { pair, client } = await startedAsync();
  const given = new Set<number>();
  const give = async ({ broker }: Member) => {
    const id = broker?.allocateProducerId(null).then(({ producerId }) => producerId);
    return settled(pair, id ?? Promise.reject(), "an id");
  };
  const giveNew = async (member: Member) => {
    const id = await give(member);
    if (typeof id !== "number" || given.has(id)) throw new Error(`it gave ${id}`);
    given.add(id);
  };
  for (const member of [pair.one, pair.two, pair.one, pair.two]) await giveNew(member);
  pair.cut();
  // The old master reserves a block that its slave never hears of.
  for (let i = 0; i < 2000; i++) await giveNew(pair.one);
  await pair.two.crash("kill");
  await pair.two.start();
  expect(await give(pair.two)).toMatchObject({ message: expect.stringContaining("the master") });
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  for (let i = 0; i < 2000; i++) await giveNew(pair.two);
  pair.heal();
  await pair.until(() => pair.one.broker?.replication.role === "slave", "the old master follows");
  for (const member of [pair.one, pair.two]) await giveNew(member);
  await settled(pair, client.close(), "the end of a client");
  await pair.close();
});

/** Sends an idempotent producer's batch of this sequence. */
function sendAgain(client: Client, baseSequence: number): Promise<BatchReceipt> {
  const builder = new BatchBuilder();
  const value = new TextEncoder().encode(`${baseSequence}`);
  builder.append({ timestampMs: 1_700_000_000_000, key: null, value, headers: [] });
  const producer = { producerId: 7, producerEpoch: 0, baseSequence, transactional: false };
  const batch = builder.build("none", producer);
  return client.produce({ topic: TOPIC, partition: 0, batch, acks: -1 }, { timeoutMs: 60_000 });
}

test("an old master that restarts finds the new one, and never leads again", async () => {
  const { pair, client } = await startedPair();
  await settled(pair, send(client, "v0"), "an ack");
  await pair.one.crash("power-loss");
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  expect(await settled(pair, send(second, "v1"), "an ack")).toMatchObject({ baseOffset: 1 });
  await pair.one.start();
  expect(pair.one.broker?.replication.role).toBe("slave");
  await inSync(pair, pair.two);
  expect(await settled(pair, send(second, "v2"), "an ack")).toMatchObject({ copies: 2 });
  expect(pair.two.broker?.partition(TOPIC, 0)?.leaderEpoch).toBeGreaterThan(0);
  await pair.close();
});

test("a planned switch loses nothing, and the old master follows", async () => {
  const { pair, client } = await startedPair();
  for (let i = 0; i < 5; i++) await settled(pair, send(client, `v${i}`), "an ack");
  const switched = await settled(pair, client.switchOver(), "the switch");
  expect(switched).toMatchObject({ leader: { id: 2 } });
  const refused = await settled(pair, send(client, "no"), "a refusal");
  expect(refused).toBeInstanceOf(ClientError);
  const second = await pair.two.connect();
  await inSync(pair, pair.two);
  expect(await settled(pair, send(second, "v5"), "an ack")).toMatchObject({
    baseOffset: 5,
    copies: 2,
  });
  await pair.close();
});

test("a slave that can't write says why it isn't promoted, and its master leads on", async () => {
  const { pair, client } = await startedPair();
  const second = await pair.two.connect();
  const { disk } = pair.two;
  disk.beforeChange(disk.changes + 1, () => {
    throw new DiskError("failed", "write", "/data", "input/output error");
  });
  const switched = await settled(pair, client.switchOver(), "a refusal");
  expect(switched).toMatchObject({ code: "not-enough-replicas" });
  expect(String(switched)).toContain("broker 2 wasn't promoted: ");
  const promoted = await settled(pair, second.promote(), "a refusal");
  expect(promoted).toMatchObject({ code: "storage-failed" });
  expect(await settled(pair, send(client, "v", 1), "an ack")).toMatchObject({ baseOffset: 0 });
  await pair.close();
});

test("a master that is stopped in a switch doesn't hand over to who lacks records", async () => {
  const { pair, client } = await startedPair();
  void send(client, "only here").catch(() => {});
  const { broker } = pair.one;
  await pair.until(() => broker?.partition(TOPIC, 0)?.logEndOffset === 1, "it is written");
  const switching = settled(
    pair,
    broker?.replication.pairAdmin?.switchOver() ?? Promise.reject(),
    "an end",
  );
  await pair.one.crash("kill");
  expect(String(await switching)).toContain("shutting down");
  expect(pair.two.broker?.partition(TOPIC, 0)?.logEndOffset).toBe(0);
  expect(pair.two.broker?.replication.role).toBe("slave");
  await pair.close();
});

test("a topic may be asked to have as many copies as there are brokers, and no more", async () => {
  const { pair, client } = await startedPair();
  const make = (name: string, replicationFactor: number) => {
    const request = { name, partitionCount: 1, replicationFactor, config: new Map() };
    return settled(pair, client.createTopic(request), "an answer");
  };
  expect(await make("two", 2)).not.toBeInstanceOf(ClientError);
  expect(await make("one", 1)).not.toBeInstanceOf(ClientError);
  for (const factor of [0, 3]) {
    const refused = await make("none", factor);
    expect(refused).toMatchObject({ code: "invalid-replication-factor" });
  }
  await pair.close();
});

test("topics, settings and their ends reach the slave", async () => {
  const { pair, client } = await startedPair();
  const changes = new Map([["retention.ms", "1234"]]);
  await settled(pair, client.alterTopicConfig(TOPIC, changes), "the change");
  const hasChange = () => pair.two.broker?.topic(TOPIC)?.config.get("retention.ms") === "1234";
  await pair.until(hasChange, "the slave has the change");
  await settled(pair, client.createPartitions(TOPIC, 3), "the growth");
  await pair.until(() => pair.two.broker?.topic(TOPIC)?.partitionCount === 3, "it grew");
  await settled(pair, client.deleteTopic(TOPIC), "the deletion");
  await pair.until(() => pair.two.broker?.topic(TOPIC) === undefined, "it is gone");
  await pair.close();
});

/** What a step of a life does; chance chooses. */
const STEPS = ["send", "send", "send", "send", "one", "cut", "heal", "kill", "power", "start"];

/**
 * Lives a pair's life with cut wires, crashes of one broker at a time, and promotions of a slave
 * that was in sync: every record that was acked by all is where the ack said, for ever.
 */
async function live(seed: number): Promise<void> {
  const { pair } = await startedPair({ "replication.policy": "refuse" }, seed);
  const random = seededRandom(seed);
  const acked = new Map<number, string>();
  let sent = 0;
  const master = () => [pair.one, pair.two].find((member) => isMaster(member));
  for (let step = 0; step < 60; step++) {
    const chosen = STEPS[random.below(STEPS.length)];
    const members = random.below(2) === 0 ? [pair.one, pair.two] : [pair.two, pair.one];
    const running = members.filter(({ broker }) => broker !== null);
    if (chosen === "send" || chosen === "one") {
      const client = await master()?.connect();
      const value = `${seed}:${sent++}`;
      if (client) await sendOne(client, value, chosen === "send" ? -1 : 1);
    } else if (chosen === "cut") pair.cut();
    else if (chosen === "heal") pair.heal();
    else if (chosen === "start") {
      const away = members.find(({ broker }) => broker === null);
      await away?.start();
    } else if (running.length === 2) {
      await running[0]?.crash(chosen === "kill" ? "kill" : "power-loss");
      await promoteIfSafe();
    }
  }
  pair.heal();
  for (const member of [pair.one, pair.two]) if (!member.broker) await member.start();
  await pair.until(() => [pair.one, pair.two].filter(isMaster).length === 1, "one master");
  const last = master();
  if (!last) throw new Error("there is no master");
  await inSync(pair, last);
  const other = last === pair.one ? pair.two : pair.one;
  const mark = () => last.broker?.partition(TOPIC, 0)?.highWatermark;
  await pair.until(() => other.broker?.partition(TOPIC, 0)?.highWatermark === mark(), "the mark");
  const values = await valuesOf(pair, last, TOPIC);
  for (const [offset, value] of acked) {
    expect({ seed, offset, value: values.get(offset) }).toEqual({ seed, offset, value });
  }
  expect(await valuesOf(pair, other, TOPIC)).toEqual(values);
  await pair.close();

  async function sendOne(client: Client, value: string, acks: -1 | 1): Promise<void> {
    const outcome = await settled(pair, send(client, value, acks), "an outcome");
    await settled(pair, client.close(), "the end of a client");
    if (!(outcome instanceof ClientError) && acks === -1 && outcome.copies === 2) {
      acked.set(outcome.baseOffset, value);
    }
  }

  /** As a careful person would: only who was in sync, and only when nobody leads. */
  async function promoteIfSafe(): Promise<void> {
    const left = [pair.one, pair.two].find(({ broker }) => broker !== null);
    if (!left || isMaster(left) || random.below(2) === 0) return;
    const admin = left.broker?.replication.pairAdmin;
    if (admin?.promotionReport().wasInSync) await settled(pair, admin.promote(), "a promotion");
  }
}

function isMaster({ broker }: Member): boolean {
  return broker?.replication.role === "master";
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`what was acked by all stays, whatever happens to one broker (seed ${seed})`, () =>
    live(seed));
}
