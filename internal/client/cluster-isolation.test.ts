import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { DiskError } from "../platform/disk.ts";
import { BatchBuilder } from "../record/builder.ts";
import { type ClusterMember, type TestCluster, testCluster } from "./cluster.testing.ts";

/** Simulated time passes at the pace of the machine. */
setDefaultTimeout(60_000);

let cluster: TestCluster;

afterEach(() => cluster.close());

async function startThree(settings: Readonly<Record<string, string>> = {}) {
  cluster = testCluster(3, settings);
  for (const member of cluster.members) await member.start();
  const [first, second, third] = cluster.members;
  if (!first || !second || !third) throw new Error("there are no brokers");
  return { first, second, third };
}

function replicationOf({ broker }: ClusterMember) {
  if (!broker) throw new Error("it doesn't run");
  return broker.replication;
}

const knows = (member: ClusterMember) => replicationOf(member).knowsLeaders;
const isFenced = (member: ClusterMember) => replicationOf(member).status().fenced;

test("a broker that alone doesn't reach etcd sends clients to the others", async () => {
  const { first, second, third } = await startThree();
  first.etcdIsAway = true;
  await cluster.until(() => !knows(first), "it knows that others know more");
  expect([isFenced(first), knows(second), knows(third)]).toEqual([true, true, true]);
  first.etcdIsAway = false;
  await cluster.until(() => knows(first), "it knows who leads again");
  expect(isFenced(first)).toBe(false);
});

test("a broker that reaches nobody sends clients to the others", async () => {
  const { first, second } = await startThree();
  first.etcdIsAway = true;
  first.isCutOff = true;
  await cluster.until(() => !knows(first), "it knows that others may know more");
  expect([isFenced(first), knows(second)]).toEqual([true, true]);
});

test("where no broker reaches etcd, none sends clients to another for long", async () => {
  await startThree();
  const { members, clock } = cluster;
  for (const member of members) member.etcdIsAway = true;
  await cluster.until(() => members.every(isFenced), "no lease holds");
  const sinceMs = clock.monotonicMs();
  // What one has said before its own lease ended is forgotten by then.
  await cluster.until(() => clock.monotonicMs() - sinceMs > 1500, "some time");
  for (let look = 0; look < 10; look++) {
    expect(members.map(knows)).toEqual([true, true, true]);
    const lookedMs = clock.monotonicMs();
    await cluster.until(() => clock.monotonicMs() - lookedMs > 200, "some time");
  }
});

const TOPIC = "orders";
const NOWHERE: { readonly leader: number; readonly isr: readonly number[] } = {
  leader: -1,
  isr: [],
};

async function makeTopic({ broker }: ClusterMember) {
  if (!broker) throw new Error("it doesn't run");
  const request = { name: TOPIC, partitionCount: 3, replicationFactor: null, config: new Map() };
  await cluster.settled(broker.createTopic({ ...request, validateOnly: false }), "a topic is made");
  await cluster.until(
    () => partitionsOf(broker).every(({ isr }) => isr.length === 3),
    "all are in sync",
  );
}

function partitionsOf(broker: NonNullable<ClusterMember["broker"]>) {
  return [0, 1, 2].map((index) => broker.partition(TOPIC, index) ?? NOWHERE);
}

/** Says of each partition what a member knows. */
function seenBy({ broker }: ClusterMember) {
  if (!broker) throw new Error("it doesn't run");
  return partitionsOf(broker);
}

test("a broker that hears no other one leads nothing once all have said to be there", async () => {
  const { first, second } = await startThree({ "replica.lag.time.max.ms": "10000" });
  await makeTopic(second);
  const isLeft = () => seenBy(second).every(({ leader, isr }) => leader !== 1 && !isr.includes(1));
  expect(isLeft()).toBe(false);
  const cutAtMs = cluster.clock.monotonicMs();
  first.isCutOff = true;
  await cluster.until(isLeft, "others lead");
  // Its lease (2 s) holds all the while: it was given up by itself.
  expect(cluster.clock.monotonicMs() - cutAtMs).toBeLessThan(2400);
  expect(isFenced(first)).toBe(false);
  first.isCutOff = false;
  await cluster.until(
    () => seenBy(second).every(({ isr }) => isr.includes(1)),
    "it is heard again",
  );
});

test("a broker that hears no other one because all have died keeps what it leads", async () => {
  const { first, second, third } = await startThree({ "replica.lag.time.max.ms": "10000" });
  await makeTopic(second);
  await second.crash("kill");
  await third.crash("kill");
  await cluster.until(
    () => seenBy(first).every(({ leader, isr }) => leader === 1 && isr.length === 1),
    "it leads alone",
  );
  const wasCutOff = first.logged.some((line) => line.startsWith("broker-cut-off"));
  expect(wasCutOff).toBe(false);
});

function batchOf(text: string): Uint8Array {
  const builder = new BatchBuilder();
  const value = new TextEncoder().encode(text);
  builder.append({ timestampMs: 1, key: null, value, headers: [] });
  return builder.build("none");
}

test("a broker whose disk has failed leads nothing any more where another one can", async () => {
  const { first, second } = await startThree();
  await makeTopic(second);
  const isLeft = () => seenBy(second).every(({ leader, isr }) => leader > 1 && isr.length === 2);
  const { disk } = first;
  const fail = (): void => {
    disk.beforeChange(disk.changes + 1, fail);
    throw new DiskError("failed", "write", "/data", "input/output error");
  };
  disk.beforeChange(disk.changes + 1, fail);
  const batch = batchOf("lost");
  const request = { topic: TOPIC, buffer: batch, from: 0, to: batch.length, acks: -1 } as const;
  for (const [partition, { leader }] of seenBy(first).entries()) {
    if (leader !== 1) continue;
    const refused = first.broker?.produce({ ...request, partition });
    await cluster.settled(refused?.catch(() => {}) ?? Promise.resolve(), "an answer");
  }
  await cluster.until(isLeft, "others lead");
  expect(second.logged.some((line) => line.startsWith("broker-failed"))).toBe(true);
  expect(isFenced(first)).toBe(false);
});

test("a broker that comes back to an older etcd that has gone on notices it", async () => {
  const { first, second, third } = await startThree();
  await makeTopic(second);
  const older = cluster.etcd.snapshot();
  await third.crash("kill");
  await cluster.until(() => seenBy(first).every(({ isr }) => !isr.includes(3)), "it is left out");
  first.etcdIsAway = true;
  const isGone = () => replicationOf(second).brokers().length === 1;
  await cluster.until(isGone, "its lease ends");
  await second.crash("kill");
  cluster.etcd.restore({ ...older, revision: cluster.etcd.snapshot().revision + 100 });
  first.etcdIsAway = false;
  const isTold = () => first.logged.some((line) => line.startsWith("etcd-outdated"));
  await cluster.until(isTold, "it says that etcd was set back");
  expect(isFenced(first)).toBe(true);
});
