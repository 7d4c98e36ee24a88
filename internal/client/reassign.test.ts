/** Copies of a cluster's partitions move between its brokers. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { BrokerError } from "../broker/errors.ts";
import type { ClusterAdmin } from "../broker/membership/cluster-admin.ts";
import { BatchBuilder } from "../record/builder.ts";
import { type ClusterMember, type TestCluster, testCluster } from "./cluster.testing.ts";

const TOPIC = "orders";

/** Simulated time passes at the pace of the machine. */
setDefaultTimeout(60_000);

let cluster: TestCluster;

afterEach(() => cluster.close());

/** Four brokers, and a partition that the first three have. */
async function startFour(): Promise<readonly ClusterMember[]> {
  cluster = testCluster(4);
  for (const member of cluster.members.slice(0, 3)) await member.start();
  const request = { name: TOPIC, partitionCount: 1, replicationFactor: 3, validateOnly: false };
  const config = new Map([["min.insync.replicas", "2"]]);
  const [first] = cluster.members;
  if (!first?.broker) throw new Error("it runs");
  await cluster.settled(first.broker.createTopic({ ...request, config }), "a topic is made");
  for (const member of cluster.members.slice(3)) await member.start();
  return cluster.members;
}

function standing(): { replicas: number[]; isr: number[]; moving: number[]; leader: number } {
  const member = cluster.members.find(({ broker }) => broker);
  const status = member?.broker?.partition(TOPIC, 0);
  return {
    replicas: [...(status?.replicas ?? [])],
    isr: [...(status?.isr ?? [])].sort(),
    moving: [...(status?.adding ?? []), ...(status?.removing ?? [])],
    leader: status?.leader ?? -1,
  };
}

function admin(): ClusterAdmin {
  const member = cluster.members.find(({ broker, etcdIsAway }) => broker && !etcdIsAway);
  const found = member?.broker?.replication.clusterAdmin;
  if (!found) throw new Error("a broker of a cluster runs");
  return found;
}

async function move(replicas: readonly number[] | null): Promise<BrokerError | null> {
  const asked = admin().reassign([{ topic: TOPIC, partition: 0, replicas }]);
  return (await cluster.settled(asked, "it is decided"))[0] ?? null;
}

async function untilMoved(replicas: readonly number[]): Promise<void> {
  await cluster.until(
    () => {
      const now = standing();
      const isThere = now.replicas.join() === replicas.join() && now.moving.length === 0;
      return isThere && now.isr.join() === [...replicas].sort().join() && now.leader > 0;
    },
    `the copies are at ${replicas}: ${JSON.stringify(standing())}`,
  );
}

/** Writes to whoever leads until it is acked by all. */
async function produce(value: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const leader = cluster.members.find(({ id, broker }) => {
      const membership = broker?.replication;
      return membership && broker.partition(TOPIC, 0)?.leader === id;
    });
    const builder = new BatchBuilder();
    const bytes = new TextEncoder().encode(value);
    builder.append({ timestampMs: 1, key: null, value: bytes, headers: [] });
    const buffer = builder.build("none");
    const request = { topic: TOPIC, partition: 0, buffer, from: 0, to: buffer.length };
    try {
      if (leader?.broker) {
        await cluster.settled(leader.broker.produce({ ...request, acks: -1 }), `${value} is acked`);
        return;
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
    }
    await cluster.settled(new Promise<void>((done) => cluster.clock.after(20, done)), "a pause");
  }
  throw new Error(`${value} was never acked`);
}

/** The offsets behind what each member has of the partition; 0: it has nothing of it. */
function ends(): number[] {
  return cluster.members.map(({ broker }) => broker?.partition(TOPIC, 0)?.logEndOffset ?? -1);
}

test("a partition moves: the new copy has all, the old one is deleted", async () => {
  await startFour();
  for (let count = 0; count < 20; count++) await produce(`v${count}`);
  expect(await move([4, 2, 3])).toBeNull();
  await produce("while it moves");
  await untilMoved([4, 2, 3]);
  await produce("afterwards");
  await cluster.until(() => ends()[0] === 0, "the old copy is gone");
  await cluster.until(
    () =>
      ends()
        .slice(1)
        .every((end) => end === 22),
    "all have all",
  );
});

test("a partition moves to brokers that are all others, with its leader", async () => {
  const members = await startFour();
  await produce("one");
  const other = [1, 2, 3].filter((id) => id !== standing().leader)[0] ?? 0;
  expect(await move([4, other])).toBeNull();
  await untilMoved([4, other]);
  expect([4, other]).toContain(standing().leader);
  await produce("two");
  const isHere = (id: number) => [4, other].includes(id);
  await cluster.until(
    () => ends().every((end, at) => (isHere(at + 1) ? end === 2 : end === 0)),
    "only the new ones have it",
  );
  expect(members.length).toBe(4);
});

test("a move to a broker that has died goes on when it is back, or is called off", async () => {
  const members = await startFour();
  const [, , , fourth] = members;
  await produce("one");
  if (fourth) fourth.isCutOff = true;
  expect(await move([4, 2, 3])).toBeNull();
  await produce("two");
  expect(standing().replicas).toEqual([4, 2, 3, 1]);
  expect(await move(null)).toBeNull();
  await untilMoved([2, 3, 1]);
  expect((await move(null))?.code).toBe("no-reassignment");
  expect(await move([4, 3, 1])).toBeNull();
  await fourth?.crash("power-loss");
  await produce("three");
  await fourth?.start();
  if (fourth) fourth.isCutOff = false;
  await untilMoved([4, 3, 1]);
  await cluster.until(() => ends()[3] === 3 && ends()[1] === 0, "they have what they are to");
});

test("a move survives the death of the controller and of the leader", async () => {
  const members = await startFour();
  await produce("one");
  expect(await move([4, 3])).toBeNull();
  const controller = members.find(({ id, broker }) => broker?.replication.controllerId === id);
  await controller?.crash("kill");
  await produce("two");
  const leader = members.find(({ id }) => id === standing().leader);
  if (leader !== controller) await leader?.crash("power-loss");
  for (const member of members) if (!member.broker) await member.start();
  await produce("three");
  await untilMoved([4, 3]);
  await cluster.until(() => ends().join() === [0, 0, 3, 3].join(), "the others are gone");
});

test("a broker that was away while its copy went deletes it when it is back", async () => {
  const [first] = await startFour();
  await produce("one");
  await first?.crash("kill");
  await cluster.until(() => standing().leader > 1, "another leads");
  expect(await move([4, 2, 3])).toBeNull();
  await untilMoved([4, 2, 3]);
  await first?.start();
  await cluster.until(() => ends()[0] === 0, "it is gone");
  // And may have it again.
  expect(await move([1, 2, 3])).toBeNull();
  await untilMoved([1, 2, 3]);
  await produce("two");
  await cluster.until(() => ends().join() === [2, 2, 2, 0].join(), "it has all again");
});

test("what can't be is refused", async () => {
  await startFour();
  for (const replicas of [[], [1, 1], [5], [1, 2, 9]]) {
    expect((await move(replicas))?.code).toBe("invalid-replicas");
  }
  const unknown = admin().reassign([{ topic: TOPIC, partition: 7, replicas: [1] }]);
  const [outcome] = await cluster.settled(unknown, "it is refused");
  expect(outcome?.code).toBe("unknown-topic-or-partition");
});

test("a drained broker leads nothing and gets nothing; an empty one can be removed", async () => {
  const members = await startFour();
  await produce("one");
  await cluster.settled(admin().drain(1, true), "it is drained");
  await cluster.until(() => standing().leader !== 1, "another leads");
  expect((await move([1, 2, 4]))?.code ?? null).toBeNull(); // it has the copy
  await untilMoved([1, 2, 4]);
  const request = { name: "more", partitionCount: 6, replicationFactor: 3, validateOnly: false };
  const [first, second] = members;
  if (!second?.broker) throw new Error("it runs");
  const made = second.broker.createTopic({ ...request, config: new Map() });
  await cluster.settled(made, "a topic is made");
  for (let index = 0; index < 6; index++) {
    expect(second.broker.partition("more", index)?.replicas).not.toContain(1);
  }
  expect(await move([4, 2, 3])).toBeNull();
  await untilMoved([4, 2, 3]);
  const early = () => cluster.settled(admin().remove(1), "it is removed");
  expect(early()).rejects.toThrow(/stop it first/);
  await early().catch(() => {});
  await first?.stop();
  await cluster.settled(admin().remove(1), "it is removed");
  expect(cluster.settled(admin().drain(1, false), "it")).rejects.toThrow(/no broker 1/);
});

test("the first copy leads again when it is asked for, at the controller", async () => {
  const members = await startFour();
  await produce("one");
  expect(await move([3, 1, 2])).toBeNull();
  const controller = members.find(({ id, broker }) => broker?.replication.controllerId === id);
  const other = members.find((member) => member !== controller);
  const elect = (member: ClusterMember | undefined) => {
    const asked = member?.broker?.replication.clusterAdmin?.elect("preferred", null);
    return cluster.settled(asked ?? Promise.resolve([]), "an election");
  };
  expect(elect(other)).rejects.toMatchObject({ code: "not-decided" });
  await elect(other).catch(() => {});
  const outcomes = await elect(controller);
  expect(outcomes.map(({ error }) => error)).toEqual([null]);
  expect(standing().leader).toBe(3);
  const again = controller?.broker?.replication.clusterAdmin?.elect("preferred", [
    { topic: TOPIC, partition: 0 },
  ]);
  const [outcome] = await cluster.settled(again ?? Promise.resolve([]), "an election");
  expect(outcome?.error?.code).toBe("election-not-needed");
});
