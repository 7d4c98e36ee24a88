import { expect, test } from "bun:test";
import { kafkaDoor } from "../doors/kafka/door.ts";
import { TestClient } from "../doors/kafka/fixture.testing.ts";
import { kafkaErrors } from "../doors/kafka/protocol/error-codes.ts";
import { offsetFetch } from "../doors/kafka/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../doors/kafka/protocol/messages/10-find-coordinator.ts";
import { describeGroups } from "../doors/kafka/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../doors/kafka/protocol/messages/16-list-groups.ts";
import { BatchBuilder } from "../record/builder.ts";
import type { Client } from "./api.ts";
import { type Member, pairWithTopic, settled, type TestPair } from "./pair.testing.ts";

const NOT_COORDINATOR = kafkaErrors.NOT_COORDINATOR.code;

/** A pair with ten records in `orders`, both brokers in sync. */
async function startedPair() {
  const { pair, client } = await pairWithTopic("orders", { "offsets.topic.num.partitions": "2" });
  const inSync = () => pair.one.broker?.partition("orders", 0)?.isr.length === 2;
  await pair.until(inSync, "both are in sync");
  const builder = new BatchBuilder();
  for (let i = 0; i < 10; i++) {
    builder.append({ timestampMs: 0, key: null, value: null, headers: [] });
  }
  const batch = { topic: "orders", partition: 0, batch: builder.build("none"), acks: -1 } as const;
  await settled(pair, client.produce(batch), "an ack");
  return { pair, client };
}

/** Sets how far a group has read `orders`. */
function commit(pair: TestPair, client: Client, groupId: string, offset: number) {
  const offsets = [{ topic: "orders", partition: 0, offset }];
  return settled(pair, client.setGroupOffsets(groupId, offsets), "a commit");
}

/** Asks until it is told that a group has come to this offset; returns the group. */
async function toldAt(pair: TestPair, client: Client, groupId: string, offset: number) {
  for (let round = 0; round < 100; round++) {
    const group = await settled(pair, client.describeGroup(groupId), "a group");
    if (!(group instanceof Error) && group.partitions[0]?.committedOffset === offset) return group;
    await settled(pair, Promise.resolve(), "a turn");
  }
  throw new Error(`${groupId} never came to ${offset}`);
}

test("a slave tells of groups what its master has committed, also when that is dead", async () => {
  const { pair, client } = await startedPair();
  expect(await commit(pair, client, "billing", 4)).toBeUndefined();
  const slave = await pair.two.connect();
  const group = await toldAt(pair, slave, "billing", 4);
  expect(group).toMatchObject({ fromCopy: true, state: "Empty", memberCount: 0 });
  expect(group.partitions).toMatchObject([{ highWatermark: 10, lag: 6 }]);
  const own = await settled(pair, client.describeGroup("billing"), "the group");
  expect(own).toMatchObject({ fromCopy: false, partitions: [{ committedOffset: 4, lag: 6 }] });
  const listed = await settled(pair, slave.listGroups(), "all groups");
  expect(listed).toMatchObject([{ groupId: "billing", fromCopy: true, partitionCount: 1, lag: 6 }]);
  for (const work of [slave.deleteGroup("billing"), commit(pair, slave, "billing", 5)]) {
    expect(await settled(pair, work, "a refusal")).toMatchObject({ code: "not-coordinator" });
  }
  const unknown = await settled(pair, slave.describeGroup("nobody"), "a refusal");
  expect(unknown).toMatchObject({ code: "group-id-not-found" });
  await pair.one.crash("kill");
  expect(await settled(pair, slave.describeGroup("billing"), "the group")).toMatchObject({
    ...{ fromCopy: true, partitions: [{ committedOffset: 4, lag: 6 }] },
  });
  expect(await settled(pair, slave.listGroups(), "all groups")).toHaveLength(1);
  await pair.close();
});

test("a promoted slave coordinates, and tells of copies when it is a slave again", async () => {
  const { pair, client } = await startedPair();
  await commit(pair, client, "billing", 4);
  const slave = await pair.two.connect();
  await toldAt(pair, slave, "billing", 4);
  await pair.one.crash("kill");
  await settled(pair, slave.promote(), "the promotion");
  expect(await commit(pair, slave, "billing", 7)).toBeUndefined();
  expect(await toldAt(pair, slave, "billing", 7)).toMatchObject({ fromCopy: false });
  await pair.one.start();
  await pair.until(() => pair.two.broker?.partition("orders", 0)?.isr.length === 2, "it is back");
  const back = await pair.one.connect();
  expect(await toldAt(pair, back, "billing", 7)).toMatchObject({ fromCopy: true });
  await settled(pair, slave.deleteGroup("billing"), "a deletion");
  await commit(pair, slave, "shipping", 1);
  await toldAt(pair, back, "shipping", 1);
  expect(await settled(pair, back.describeGroup("billing"), "a refusal")).toMatchObject({
    code: "group-id-not-found",
  });
  await settled(pair, slave.switchOver(), "the switch");
  expect(await commit(pair, back, "shipping", 2)).toBeUndefined();
  expect(await toldAt(pair, slave, "shipping", 2)).toMatchObject({ fromCopy: true });
  await pair.close();
});

test("who watches a slave is told of its groups", async () => {
  const { pair, client } = await startedPair();
  await commit(pair, client, "billing", 4);
  const slave = await pair.two.connect();
  const watch = slave.watch({ groups: true, progressOf: ["billing"], intervalMs: 500 });
  const lags = new Map<string, number>();
  const reading = (async () => {
    for await (const { groups, progress } of watch) {
      for (const { groupId, lag } of groups) lags.set(groupId, lag);
      for (const { partition, lag } of progress) lags.set(`orders-${partition}`, lag);
    }
  })();
  const told = (lag: number) => () => lags.get("billing") === lag && lags.get("orders-0") === lag;
  await pair.until(told(6), "the group is told");
  await commit(pair, client, "billing", 9);
  await pair.until(told(1), "its progress is told");
  watch.stop();
  await settled(pair, reading, "the end");
  await pair.close();
});

/** A Kafka client of a member; what it asks is awaited while time passes. */
function kafkaClient(pair: TestPair, { broker }: Member) {
  if (!broker) throw new Error("it doesn't run");
  const log = { info() {}, warn() {}, error() {} };
  const client = new TestClient(kafkaDoor({ broker, clock: pair.clock, log, limits: {} }));
  const answer = async <T>(work: Promise<T>): Promise<T> => {
    const got = await settled(pair, work, "an answer");
    if (got instanceof Error) throw got;
    return got;
  };
  const anybody = { memberId: null, memberEpoch: -1 };
  return {
    fetched: async (fields: { requireStable?: boolean; memberId?: string } = {}) => {
      const { requireStable = false, ...claim } = fields;
      const group = { groupId: "billing", ...anybody, ...claim, topics: null };
      const request = { groupId: "", topics: [], groups: [group], requireStable };
      const { groups } = await answer(client.call(offsetFetch, 9, request));
      const [{ errorCode, topics } = { errorCode: -1, topics: [] }] = groups;
      const offset = topics[0]?.partitions[0]?.committedOffset ?? null;
      return { errorCode, offset };
    },
    fetchedByOld: async () => {
      const request = { groupId: "billing", topics: null, groups: [], requireStable: false };
      const { errorCode, topics } = await answer(client.call(offsetFetch, 5, request));
      return { errorCode, offset: topics[0]?.partitions[0]?.committedOffset ?? null };
    },
    listed: async () => {
      const all = { statesFilter: [], typesFilter: [] };
      const { groups } = await answer(client.call(listGroups, 5, all));
      return groups.map(({ groupId }) => groupId);
    },
    described: async () => {
      const request = { groups: ["billing"], includeAuthorizedOperations: false };
      const { groups } = await answer(client.call(describeGroups, 6, request));
      return groups[0];
    },
    coordinator: async () => {
      const request = { key: "", keyType: 0, coordinatorKeys: ["billing"] };
      const { coordinators } = await answer(client.call(findCoordinator, 4, request));
      return coordinators[0]?.nodeId;
    },
  };
}

test("Kafka's clients are sent to the master, but who asks the slave is answered", async () => {
  const { pair, client } = await startedPair();
  await commit(pair, client, "billing", 4);
  await toldAt(pair, await pair.two.connect(), "billing", 4);
  const [master, slave] = [kafkaClient(pair, pair.one), kafkaClient(pair, pair.two)];
  expect(await slave.coordinator()).toBe(1);
  const told = { errorCode: 0, offset: 4 };
  expect([await slave.fetched(), await slave.fetchedByOld()]).toEqual([told, told]);
  // Consumers that go on from there need what only the coordinator knows.
  const refused = { errorCode: NOT_COORDINATOR, offset: null };
  expect(await slave.fetched({ requireStable: true })).toEqual(refused);
  expect(await slave.fetched({ memberId: "m" })).toEqual(refused);
  expect(await master.fetched({ requireStable: true })).toEqual(told);
  expect(await slave.described()).toMatchObject({ errorCode: 0, groupState: "Empty" });
  // Clients ask all brokers, and some show what is listed twice as two.
  expect([await master.listed(), await slave.listed()]).toEqual([["billing"], []]);
  await pair.one.crash("kill");
  const isAlone = () => pair.two.broker?.status().replication.connected === false;
  await pair.until(isAlone, "the slave misses its master");
  expect(await slave.coordinator()).toBe(1);
  expect(await slave.listed()).toEqual(["billing"]);
  expect(await slave.fetched()).toEqual(told);
  await pair.close();
});
