import { expect, test } from "bun:test";
import type { ConsumerHeartbeat } from "../coordination/consumer/requests.ts";
import { type Member, settled, testPair } from "./pair.testing.ts";

const JOIN: ConsumerHeartbeat = {
  groupId: "g",
  memberId: "m",
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  clientId: "client",
  clientHost: "/host",
  rebalanceTimeoutMs: 60_000,
  topics: ["orders"],
  topicRegex: null,
  assignor: null,
  owned: new Map(),
};

test("members of the consumer protocol go on in their epochs on a promoted slave", async () => {
  const pair = testPair({ "offsets.topic.num.partitions": "2" }, 1);
  const beat = ({ broker }: Member, fields: Partial<ConsumerHeartbeat>) => {
    const answer = broker?.groups.consumerHeartbeat({ ...JOIN, ...fields });
    return settled(pair, answer ?? Promise.reject(), "a heartbeat");
  };
  await pair.one.start();
  await pair.two.start(pair.one);
  const client = await pair.one.connect();
  const request = { name: "orders", partitionCount: 4, replicationFactor: null };
  const made = client.createTopic({ ...request, config: new Map() });
  await settled(pair, made, "the topic");
  await settled(pair, pair.one.broker?.groups.ready() ?? Promise.reject(), "the coordinator");
  await pair.until(() => {
    const status = pair.one.broker?.partition("__consumer_offsets", 0);
    return status?.isr.length === 2;
  }, "both are in sync");
  expect(await beat(pair.one, {})).toMatchObject({ error: null, memberEpoch: 2 });
  expect(await beat(pair.one, { memberId: "n" })).toMatchObject({ error: null, memberEpoch: 3 });
  const before = pair.one.broker?.groups.describeConsumerGroup("g");
  expect(before?.members.map(({ assigned }) => assigned[0]?.partitions.length ?? 0)).toEqual([
    4, 0,
  ]);
  expect(await beat(pair.two, {})).toMatchObject({ error: "not-coordinator" });
  await pair.one.crash("power-loss");
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  expect(pair.two.broker?.groups.describeConsumerGroup("g")).toEqual(before);
  const quiet = { rebalanceTimeoutMs: null, topics: null, owned: null };
  const told = await beat(pair.two, { ...quiet, memberEpoch: 2 });
  expect(told).toMatchObject({ error: null, memberEpoch: 2 });
  await pair.close();
});
