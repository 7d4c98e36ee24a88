/** What a lone broker, or a pair, has is taken into a cluster. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { LocalBroker } from "../broker/local-broker.ts";
import { openBroker } from "../broker/open-broker.ts";
import { openDoors } from "../doors/open-doors.ts";
import { BatchBuilder } from "../record/builder.ts";
import { type ClusterMember, type TestCluster, testCluster } from "./cluster.testing.ts";
import { replicationLinks } from "./replication-links.ts";

/** Simulated time passes at the pace of the machine. */
setDefaultTimeout(60_000);

let cluster: TestCluster;

afterEach(() => cluster.close());

interface OnItsOwn {
  readonly broker: LocalBroker;
  stop(): Promise<void>;
}

/** Starts a broker on a member's disk that knows of no cluster. */
async function startAlone(
  member: ClusterMember,
  slaveOf: ClusterMember | null = null,
): Promise<OnItsOwn> {
  const { outside, settled } = cluster;
  const platform = { ...outside, disk: member.disk };
  const address = { host: member.host, port: 9092 };
  const log = { info() {}, warn() {}, error() {} };
  const config = new Map([
    ["broker.id", `${member.id}`],
    ["replica.lag.time.max.ms", "1000"],
  ]);
  const options = { dataDirectory: "/data", version: "0.1.0", advertised: address, config, log };
  const links = replicationLinks(platform, "test");
  const master = slaveOf && { host: slaveOf.host, port: 9092 };
  const opening = openBroker(platform, { ...options, slaveOf: master }, links);
  const broker = await settled(opening, "it starts");
  const doors = openDoors(broker, platform, log);
  await doors.listen(address);
  await settled(broker.serve(), "it serves");
  const stop = async (): Promise<void> => {
    doors.close();
    await settled(broker.close(), "it stops");
  };
  return { broker, stop };
}

async function write(broker: LocalBroker | null | undefined, value: string): Promise<number> {
  const builder = new BatchBuilder();
  const bytes = new TextEncoder().encode(value);
  builder.append({ timestampMs: 1, key: null, value: bytes, headers: [] });
  const buffer = builder.build("none");
  const place = { topic: "orders", partition: 0, buffer, from: 0, to: buffer.length };
  if (!broker) throw new Error("it runs");
  const writing = broker.produce({ ...place, acks: -1 });
  return (await cluster.settled(writing, "it is acked")).baseOffset;
}

async function makeTopic({ broker }: OnItsOwn): Promise<void> {
  const config = new Map([["retention.ms", "123456789"]]);
  const request = { name: "orders", partitionCount: 3, replicationFactor: null, config };
  await cluster.settled(broker.createTopic({ ...request, validateOnly: false }), "a topic");
}

function member(at: number): ClusterMember {
  const found = cluster.members[at];
  if (!found) throw new Error("there is none");
  return found;
}

test("a lone broker's topics, records and producer ids are the cluster's", async () => {
  cluster = testCluster(3);
  const own = await startAlone(member(0));
  await makeTopic(own);
  for (const value of ["one", "two"]) await write(own.broker, value);
  const id = own.broker.topic("orders")?.id;
  const { clusterId } = own.broker.identity;
  const { producerId } = await cluster.settled(own.broker.allocateProducerId(null), "an id");
  await own.stop();
  await expect(member(0).start()).rejects.toThrow(/--adopt takes it into one/);
  member(0).disk = member(0).disk.afterCrash("kill");
  member(0).adopts = true;
  const broker = await member(0).start();
  expect(broker.identity.clusterId).toBe(clusterId);
  expect(broker.topic("orders")).toMatchObject({ id, partitionCount: 3 });
  expect(broker.topic("orders")?.config.get("retention.ms")).toBe("123456789");
  await cluster.until(() => broker.partition("orders", 0)?.leader === 1, "it leads");
  expect(await write(broker, "three")).toBe(2);
  const next = await cluster.settled(broker.allocateProducerId(null), "an id");
  expect(next.producerId).toBeGreaterThan(producerId);
  // Others get copies, as of any partition.
  await member(1).start();
  const move = { topic: "orders", partition: 0, replicas: [1, 2] };
  const asked = broker.replication.clusterAdmin?.reassign([move]);
  await cluster.settled(asked ?? Promise.resolve([]), "it is asked");
  await cluster.until(() => broker.partition("orders", 0)?.isr.length === 2, "both have all");
  expect(member(1).broker?.partition("orders", 0)?.logEndOffset).toBe(3);
  // What is the cluster's isn't a lone broker's any more: all its logs would be strays.
  await member(0).stop();
  await expect(startAlone(member(0))).rejects.toThrow(/start it with --etcd/);
});

test("a pair's slave brings copies, and is refused before its master", async () => {
  cluster = testCluster(2);
  const master = await startAlone(member(0));
  await makeTopic(master);
  await write(master.broker, "one");
  const slave = await startAlone(member(1), member(0));
  await cluster.until(() => {
    return master.broker.partition("orders", 0)?.isr.length === 2;
  }, "the slave has all");
  await slave.stop();
  await write(master.broker, "two");
  await master.stop();
  member(0).adopts = true;
  member(1).adopts = true;
  await expect(member(1).start()).rejects.toThrow(/follows broker 1/);
  member(1).disk = member(1).disk.afterCrash("kill");
  const broker = await member(0).start();
  await cluster.until(() => broker.partition("orders", 0)?.leader === 1, "it leads");
  await member(1).start();
  await cluster.until(() => broker.partition("orders", 0)?.isr.length === 2, "both have all");
  for (const partition of [0, 1, 2]) {
    // Also those that nothing was written to.
    expect(broker.partition("orders", partition)?.replicas).toEqual([1, 2]);
  }
  expect(await write(broker, "three")).toBe(2);
  await cluster.until(() => {
    return member(1).broker?.partition("orders", 0)?.logEndOffset === 3;
  }, "the copy has all");
});

test("data of another cluster isn't taken in", async () => {
  cluster = testCluster(2);
  await member(1).start();
  const own = await startAlone(member(0));
  await own.stop();
  member(0).adopts = true;
  member(0).disk = member(0).disk.afterCrash("kill");
  await expect(member(0).start()).rejects.toThrow(/only a new cluster can take it in/);
});
