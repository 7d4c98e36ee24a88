import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { ProduceReceipt } from "../broker/api.ts";
import { BrokerError } from "../broker/errors.ts";
import type { LocalBroker } from "../broker/local-broker.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { batchSizeBytes } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { recordsOf } from "../record/records.ts";
import { type ClusterMember, type TestCluster, testCluster } from "./cluster.testing.ts";

const TOPIC = "orders";

/** Simulated time passes at the pace of the machine. */
setDefaultTimeout(60_000);

let cluster: TestCluster;

afterEach(() => cluster.close());

async function startAll(count: number, settings: Readonly<Record<string, string>> = {}) {
  cluster = testCluster(count, settings);
  for (const member of cluster.members) await member.start();
  return cluster;
}

function brokerOf(member: ClusterMember | undefined): LocalBroker {
  if (!member?.broker) throw new Error("it doesn't run");
  return member.broker;
}

async function createTopic(
  partitionCount: number,
  config: Record<string, string> = {},
  replicationFactor: number | null = null,
) {
  const request = {
    name: TOPIC,
    partitionCount,
    replicationFactor,
    config: new Map(Object.entries(config)),
    validateOnly: false,
  };
  const [first] = cluster.members;
  await cluster.settled(brokerOf(first).createTopic(request), "a topic is made");
}

/** The member that leads a partition, as it says itself. */
function leaderOf(partition = 0): ClusterMember | undefined {
  return cluster.members.find(({ id, broker }) => {
    const status = broker?.partition(TOPIC, partition);
    return status?.leader === id && broker?.replication.inCluster && leads(broker, partition);
  });
}

function leads(broker: LocalBroker, partition: number): boolean {
  return broker.partition(TOPIC, partition)?.copies.length !== 0;
}

async function untilLed(partition = 0, not: ClusterMember | null = null): Promise<ClusterMember> {
  await cluster.until(() => (leaderOf(partition) ?? not) !== not, "somebody leads");
  const leader = leaderOf(partition);
  if (!leader) throw new Error("nobody leads");
  return leader;
}

function batchOf(value: string): Uint8Array {
  const builder = new BatchBuilder();
  const bytes = new TextEncoder().encode(value);
  builder.append({ timestampMs: 1, key: null, value: bytes, headers: [] });
  return builder.build("none");
}

/** Sends a record to whoever leads, again and again until it is acked by all. */
async function produce(value: string, partition = 0): Promise<ProduceReceipt> {
  for (let tries = 0; tries < 200; tries++) {
    const leader = await untilLed(partition);
    const buffer = batchOf(value);
    const request = {
      topic: TOPIC,
      partition,
      buffer,
      from: 0,
      to: buffer.length,
      acks: -1 as const,
    };
    try {
      return await cluster.settled(brokerOf(leader).produce(request), `${value} is acked`);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      await cluster.settled(new Promise<void>((done) => cluster.clock.after(20, done)), "a pause");
    }
  }
  throw new Error(`${value} was never acked`);
}

/** All that a member has: a new leader learns in a moment only that all have it. */
async function valuesOf(member: ClusterMember, partition = 0): Promise<string[]> {
  await cluster.until(() => {
    const status = member.broker?.partition(TOPIC, partition);
    return status !== undefined && status.highWatermark === status.logEndOffset;
  }, "all is committed");
  const fetcher = brokerOf(member).openFetcher();
  const end = brokerOf(member).partition(TOPIC, partition)?.highWatermark ?? 0;
  const limits = { minBytes: 1, maxBytes: 1 << 20, maxWaitMs: 0, includeUnchanged: true };
  const values: string[] = [];
  for (let offset = 0; offset < end; ) {
    fetcher.watch({ topic: TOPIC, partition, offset, maxBytes: 1 << 20, currentLeaderEpoch: -1 });
    const [found] = await cluster.settled(fetcher.poll(limits), "a poll");
    if (!found || found.error) throw found?.error ?? new Error(`nothing is at ${offset}`);
    for (const record of found.records.flatMap(recordsIn)) {
      values.push(new TextDecoder().decode(record.value ?? undefined));
      offset = record.offset + 1;
    }
  }
  fetcher.close();
  return values;
}

function recordsIn(chunk: Uint8Array) {
  const records = [];
  for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
    records.push(...recordsOf(chunk, at, 1 << 20));
  }
  return records;
}

function isrOf(member: ClusterMember, partition = 0): readonly number[] {
  return [...(member.broker?.partition(TOPIC, partition)?.isr ?? [])].sort();
}

test("three brokers share the partitions, and every one of them knows who leads", async () => {
  await startAll(3);
  await createTopic(6);
  for (let partition = 0; partition < 6; partition++) await untilLed(partition);
  const said = cluster.members.map((member) =>
    Array.from({ length: 6 }, (_, at) => brokerOf(member).partition(TOPIC, at)?.leader),
  );
  expect(said[0]).toEqual(said[1]);
  expect(said[0]).toEqual(said[2]);
  expect(new Set(said[0]).size).toBe(3);
  const controllers = cluster.members.map(({ broker }) => broker?.replication.controllerId);
  expect(new Set(controllers).size).toBe(1);
});

test("a record that all have is read from whoever leads next", async () => {
  await startAll(3);
  await createTopic(1, { "min.insync.replicas": "2" });
  const receipt = await produce("one");
  expect(receipt.copies).toBe(3);
  const first = await untilLed();
  await first.crash("kill");
  const second = await untilLed(0, first);
  expect(second.id).not.toBe(first.id);
  await produce("two");
  await cluster.until(() => isrOf(second).length === 2, "the dead one is out of the ISR");
  expect(await valuesOf(second)).toEqual(["one", "two"]);
  await first.start();
  await cluster.until(() => isrOf(second).length === 3, "it is back in the ISR");
  await cluster.until(() => leaderOf()?.id === first.id, "the first leads again");
  expect(await valuesOf(first)).toEqual(["one", "two"]);
});

test("a leader that is cut off from etcd acks nothing when another one may lead", async () => {
  await startAll(3);
  await createTopic(1, { "min.insync.replicas": "2" });
  await produce("one");
  const first = await untilLed();
  first.etcdIsAway = true;
  const second = await untilLed(0, first);
  const buffer = batchOf("lost");
  const request = { topic: TOPIC, partition: 0, buffer, from: 0, to: buffer.length };
  for (const acks of [-1, 1] as const) {
    const refused = cluster.settled(brokerOf(first).produce({ ...request, acks }), "an answer");
    expect(refused).rejects.toBeInstanceOf(BrokerError);
    await refused.catch(() => {});
  }
  await produce("two");
  first.etcdIsAway = false;
  await cluster.until(() => isrOf(second).length === 3, "all are in sync again");
  expect(await valuesOf(second)).toEqual(["one", "two"]);
});

test("a broker whose lease is over says that it takes nothing, and why", async () => {
  await startAll(2);
  await createTopic(2);
  const member = await untilLed();
  const broker = brokerOf(member);
  expect(broker.status()).toMatchObject({ writable: true, writeRefusal: null });
  member.etcdIsAway = true;
  await cluster.until(() => broker.replication.status().fenced, "the lease may have ended");
  const writeRefusal = expect.stringContaining("this broker's lease may have ended");
  expect(broker.status()).toMatchObject({ writable: false, writeRefusal });
  member.etcdIsAway = false;
  await cluster.until(() => broker.status().writable, "it takes records again");
  const kinds = broker.events.after(0).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.startsWith("writes-"))[0]).toBe("writes-fenced");
});

test("a leader that is cut off from its followers keeps what it alone has to itself", async () => {
  await startAll(3);
  await createTopic(1, { "min.insync.replicas": "2" });
  await produce("one");
  const first = await untilLed();
  first.isCutOff = true;
  first.etcdIsAway = true;
  const buffer = batchOf("alone");
  const request = {
    topic: TOPIC,
    partition: 0,
    buffer,
    from: 0,
    to: buffer.length,
    acks: -1 as const,
  };
  const refused = brokerOf(first).produce(request);
  refused.catch(() => {});
  const second = await untilLed(0, first);
  await produce("two");
  first.isCutOff = false;
  first.etcdIsAway = false;
  await cluster.until(() => isrOf(second).length === 3, "all are in sync again");
  expect(cluster.settled(refused, "an answer")).rejects.toBeInstanceOf(BrokerError);
  await refused.catch(() => {});
  await cluster.until(() => leaderOf()?.id === first.id, "the first leads again");
  expect(await valuesOf(first)).toEqual(["one", "two"]);
});

test("a leader that hears no other broker has its lead taken, though etcd hears it", async () => {
  await startAll(3, { "replica.lag.time.max.ms": "10000" });
  await createTopic(1, { "min.insync.replicas": "2" });
  await produce("one");
  const first = await untilLed();
  first.isCutOff = true;
  const second = await untilLed(0, first);
  const ledAtMs = cluster.clock.monotonicMs();
  await cluster.until(() => !isrOf(second).includes(first.id), "the first isn't waited for");
  await produce("two");
  expect(cluster.clock.monotonicMs() - ledAtMs).toBeLessThan(5000); // not by its lag
  first.isCutOff = false;
  await cluster.until(() => isrOf(second).length === 3, "all are in sync again");
  expect(await valuesOf(second)).toEqual(["one", "two"]);
});

test("clients are told of a broker for a while after it went", async () => {
  await startAll(3);
  const [first, second] = cluster.members;
  if (!first || !second) throw new Error("there are no brokers");
  const ids = (nodes = brokerOf(second).replication.toldBrokers()) => nodes.map(({ id }) => id);
  await first.stop();
  const isGone = () => brokerOf(second).replication.brokers().length === 2;
  await cluster.until(isGone, "the first is gone");
  expect(ids().sort()).toEqual([1, 2, 3]);
  cluster.clock.advance(11_000);
  expect(ids().sort()).toEqual([2, 3]);
});

test("one that stops in order hands over first", async () => {
  await startAll(3);
  await createTopic(3, { "min.insync.replicas": "2" });
  for (let partition = 0; partition < 3; partition++) await produce(`p${partition}`, partition);
  const leader = await untilLed(0);
  await leader.stop();
  // Nobody had to wait for a lease to end.
  for (const { id, broker } of cluster.members) {
    if (!broker) continue;
    for (let partition = 0; partition < 3; partition++) {
      const led = broker.partition(TOPIC, partition)?.leader ?? -1;
      expect([id, partition, led]).not.toEqual([id, partition, leader.id]);
      expect(led).toBeGreaterThan(0);
    }
  }
  await produce("next", 0);
});

test("all lose power at once: what was acked is there", async () => {
  await startAll(3);
  await createTopic(1, { "min.insync.replicas": "2" });
  for (const value of ["one", "two", "three"]) await produce(value);
  for (const member of cluster.members) await member.crash("power-loss");
  for (const member of cluster.members) await member.start();
  const leader = await untilLed();
  await produce("four");
  expect(await valuesOf(leader)).toEqual(["one", "two", "three", "four"]);
});

test("a broker that comes back with an empty disk leads nothing before it has all", async () => {
  await startAll(2);
  await createTopic(1);
  await produce("one");
  const first = await untilLed();
  const [other] = cluster.members.filter((each) => each !== first);
  await first.crash("kill");
  if (other) await untilLed(0, first);
  await produce("two");
  first.disk = memoryDisk();
  await first.start();
  await cluster.until(() => leaderOf()?.id === first.id, "the first leads again");
  expect(await valuesOf(first)).toEqual(["one", "two"]);
});

test("one that is chosen, and is dead, takes nobody out of the ISR", async () => {
  await startAll(3);
  await createTopic(3, {}, 2);
  const controller = brokerOf(cluster.members[0]);
  const statusOf = (at: number) => controller.partition(TOPIC, at);
  // One of which the controller has no copy: it sees all that happens.
  const at = [0, 1, 2].find((index) => !statusOf(index)?.replicas.includes(1)) ?? -1;
  await produce("one", at);
  const first = await untilLed(at);
  const other = cluster.members.find(({ id }) => id !== 1 && id !== first.id);
  if (!other) throw new Error("there is another copy");
  await first.crash("kill");
  await cluster.settled(new Promise<void>((done) => cluster.clock.after(1000, done)), "a while");
  await other.crash("kill");
  await cluster.until(() => statusOf(at)?.leader === other.id, "the dead one is chosen");
  await cluster.until(() => statusOf(at)?.leader === -1, "nobody leads");
  other.disk = memoryDisk();
  await other.start();
  await first.start();
  expect(await valuesOf(await untilLed(at), at)).toEqual(["one"]);
});

test("a disk of another cluster is refused", async () => {
  await startAll(1);
  const [own] = cluster.members;
  const foreign = testCluster(1, {}, 2);
  const [stranger] = foreign.members;
  if (!own || !stranger) throw new Error("there are members");
  await stranger.start();
  await stranger.crash("kill");
  await own.crash("kill");
  own.disk = stranger.disk;
  expect(own.start()).rejects.toMatchObject({ code: "invalid-config" });
  await own.start().catch(() => {});
});

test("etcd that was restored from an older state is refused", async () => {
  await startAll(1);
  await createTopic(3);
  const [member] = cluster.members;
  if (!member) throw new Error("there is a member");
  await member.crash("kill");
  await member.start();
  await member.crash("kill");
  cluster.etcd.restore({ ...cluster.etcd.snapshot(), revision: 3 });
  expect(member.start()).rejects.toThrow(/older state/);
  await member.start().catch(() => {});
});

test("etcd that was restored from a state since the last start is refused", async () => {
  const settings = { "replica.lag.time.max.ms": "10000" };
  await startAll(2, settings);
  await createTopic(3);
  const [first, second] = cluster.members;
  if (!first || !second) throw new Error("there are members");
  const older = cluster.etcd.snapshot();
  // In that state both are in sync; what the first one takes alone would be lost.
  await second.crash("kill");
  await cluster.until(() => isrOf(first).length === 1, "the first is in sync alone");
  await produce("alone");
  await cluster.settled(new Promise<void>((done) => cluster.clock.after(2000, done)), "a while");
  await first.crash("kill");
  cluster.etcd.restore(older);
  expect(first.start()).rejects.toThrow(/older state/);
  await first.start().catch(() => {});
});

test("what nobody can read in etcd is told, and holds nothing up", async () => {
  await startAll(2);
  cluster.etcd.commit([], [{ kind: "put", key: "/weir/main/copying", value: "fast" }]);
  await createTopic(2);
  await produce("one");
  for (const { broker } of cluster.members) {
    const told = broker?.events.after(0).filter(({ kind }) => kind === "metadata-unreadable");
    expect(told?.map(({ message }) => message)).toEqual([
      "what etcd has at /weir/main/copying is passed over: the value of copying is no JSON",
    ]);
  }
});

test("topics are changed, grown and deleted through any broker", async () => {
  await startAll(3);
  await createTopic(2);
  const [one, two, three] = cluster.members.map(brokerOf);
  await cluster.settled(two?.createPartitions(TOPIC, 5, false) ?? Promise.resolve(), "it grows");
  for (let partition = 0; partition < 5; partition++) await untilLed(partition);
  const change = new Map([["retention.ms", "1000"]]);
  await cluster.settled(three?.alterTopicConfig(TOPIC, change, false) ?? Promise.resolve(), "it");
  await cluster.until(
    () => one?.topic(TOPIC)?.config.get("retention.ms") === "1000",
    "the first knows",
  );
  await cluster.settled(one?.deleteTopic(TOPIC) ?? Promise.resolve(), "it goes");
  await cluster.until(() => cluster.members.every((m) => !m.broker?.topic(TOPIC)), "all know");
});

test("a broker's unclean.leader.election.enable is that of topics that don't say it", async () => {
  await startAll(2);
  await createTopic(1);
  const [first, second] = cluster.members;
  if (!first || !second) throw new Error("there are members");
  await second.crash("kill");
  await cluster.until(() => isrOf(first).length === 1, "the first is in sync alone");
  await first.crash("kill");
  await second.start();
  const isLeaderless = () => brokerOf(second).partition(TOPIC, 0)?.leader === -1;
  await cluster.until(isLeaderless, "nobody leads");
  const allow = new Map([["unclean.leader.election.enable", "true"]]);
  await cluster.settled(brokerOf(second).alterBrokerConfig(allow, false), "it is allowed");
  expect(await untilLed()).toBe(second);
});
