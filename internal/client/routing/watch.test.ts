import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Client, PartitionActivity, TopicActivity, TracedEvent, Watch } from "../api.ts";
import { connect } from "../client.ts";
import { type TestCluster, testCluster } from "../cluster.testing.ts";

setDefaultTimeout(60_000);

let cluster: TestCluster;
let client: Client;
let watch: Watch;

afterEach(async () => {
  watch.stop();
  await client.close();
  await cluster.close();
});

const TOPIC = "orders";
const everything = {
  ...{ topics: true, partitionsOf: [TOPIC], faults: true, groups: true, progressOf: ["g"] },
  ...{ events: true, intervalMs: 100 },
};

/** What has been told, put together. */
function told() {
  const topics = new Map<string, TopicActivity>();
  const partitions = new Map<number, PartitionActivity>();
  const groups = new Map<string, number>();
  const events: TracedEvent[] = [];
  const brokers = new Set<number>();
  const seen = { topics, partitions, groups, events, brokers };
  const following = (async () => {
    for await (const update of watch) {
      for (const topic of update.topics) topics.set(topic.name, topic);
      for (const row of update.partitions) {
        if (row.topic === TOPIC) partitions.set(row.partition, row);
      }
      for (const groupId of update.removedGroups) groups.delete(groupId);
      for (const { groupId, committedTotal } of update.groups) groups.set(groupId, committedTotal);
      events.push(...update.events);
      brokers.clear();
      for (const { brokerId } of [update.broker, ...update.others]) brokers.add(brokerId);
    }
  })();
  following.catch(() => {});
  return seen;
}

test("all brokers of a cluster are watched as one", async () => {
  cluster = testCluster(3);
  const { members, settled, until } = cluster;
  for (const member of members) await member.start();
  const options = { timeoutMs: 5000, clientName: "test" };
  const connecting = connect(cluster.outside, { host: "b1", port: 9092 }, options);
  client = await settled(connecting, "a client connects");
  const config = new Map<string, string>();
  const request = { name: TOPIC, partitionCount: 6, replicationFactor: 2, config };
  await settled(client.createTopic(request), "a topic");
  watch = client.watch(everything);
  const seen = told();
  await until(() => seen.brokers.size === 3, "all are watched");
  const producer = await settled(client.openProducer(TOPIC), "a producer");
  for (let partition = 0; partition < 6; partition++) {
    await producer.send({ key: null, value: new Uint8Array(10), partition });
  }
  await settled(producer.close(), "it is produced");
  const offsets = [{ topic: TOPIC, partition: 0, offset: 1 }];
  await settled(client.setGroupOffsets("g", offsets), "it is committed");
  const ends = () => Array.from({ length: 6 }, (_, at) => seen.partitions.get(at)?.highWatermark);
  await until(() => ends().every((end) => end === 1), "the ends of all are told");
  await until(() => seen.topics.get(TOPIC)?.offsetCount === 6, "records are counted once");
  await until(() => seen.groups.get("g") === 1, "the group is told by its coordinator");
  const made = seen.events.filter(({ kind }) => kind === "topic-created");
  expect(made.filter(({ subject }) => subject === TOPIC)).toHaveLength(1);
  const starts = seen.events.filter(({ kind }) => kind === "broker-started");
  expect(starts.map(({ brokerId }) => brokerId).sort()).toEqual([1, 2, 3]);
  const leaders = Array.from(seen.partitions.values(), ({ leader }) => leader);
  expect(new Set(leaders)).toEqual(new Set([1, 2, 3]));
  await members[2]?.crash("kill");
  await until(() => seen.brokers.size === 2, "one is gone");
  await until(
    () => Array.from(seen.partitions.values(), ({ leader }) => leader).every((id) => id < 3),
    "others lead, and say so",
  );
  await until(() => ends().every((end) => end === 1), "the ends of all are told");
  await members[2]?.start();
  await until(() => seen.brokers.size === 3, "it is watched again");
});
