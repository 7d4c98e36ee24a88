import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
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
