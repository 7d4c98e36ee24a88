import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Fixture, makeTopic, openFixture, type TestClient } from "../fixture.testing.ts";
import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import type { Api } from "../protocol/message.ts";
import { offsetCommit } from "../protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../protocol/messages/11-join-group.ts";
import { heartbeat } from "../protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../protocol/messages/13-leave-group.ts";
import { syncGroup } from "../protocol/messages/14-sync-group.ts";
import { describeGroups } from "../protocol/messages/15-describe-groups.ts";
import { listGroups } from "../protocol/messages/16-list-groups.ts";
import { deleteGroups } from "../protocol/messages/42-delete-groups.ts";
import { offsetDelete } from "../protocol/messages/47-offset-delete.ts";
import { type Fields, ZERO_UUID } from "../protocol/table.ts";

const METADATA = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 6, ...Buffer.from("orders"), 0, 0, 0, 0);
const ASSIGNMENT = Uint8Array.of(1, 2, 3);

let fixture: Fixture;
let orders = ZERO_UUID;
let client: TestClient;

beforeAll(async () => {
  fixture = await openFixture({ "group.initial.rebalance.delay.ms": "0" });
  orders = await makeTopic(fixture.broker, "orders", 3);
  client = fixture.connect();
});

afterAll(() => fixture.close());

const code = (name: KafkaErrorName) => kafkaErrors[name].code;

/** Lets time pass until a promise has resolved. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => fixture.clock.advance(1), 0);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

function joinOf(groupId: string, memberId = "", groupInstanceId: string | null = null) {
  return {
    groupId,
    memberId,
    groupInstanceId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 20_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: METADATA }],
  };
}

/** Commits for `orders`, by name or id as the version has it. */
function commitOf(
  groupId: string,
  version: number,
  offset: number,
  memberId = "",
  generation = -1,
) {
  const partitions = [0, 9].map((partitionIndex) => ({
    partitionIndex,
    committedOffset: offset,
    committedMetadata: null,
  }));
  const topic =
    version < 10 ? { name: "orders", topicId: ZERO_UUID } : { name: "", topicId: orders };
  const generationIdOrMemberEpoch = generation;
  const topics = [{ ...topic, partitions }];
  return { groupId, memberId, generationIdOrMemberEpoch, retentionTimeMs: -1, topics };
}

/** A member alone in its group, after its join and sync at these versions. */
async function member(groupId: string, pick: Pick): Promise<{ memberId: string }> {
  const version = pick(joinGroup);
  let answer = await inTime(client.call(joinGroup, version, joinOf(groupId)));
  if (version >= 4) {
    expect(answer.errorCode).toBe(code("MEMBER_ID_REQUIRED"));
    expect(answer).toMatchObject({ generationId: -1, protocolName: version < 7 ? "" : null });
    answer = await inTime(client.call(joinGroup, version, joinOf(groupId, answer.memberId)));
  }
  const { memberId } = answer;
  expect(answer).toMatchObject({ errorCode: 0, generationId: 1, protocolName: "range" });
  expect(answer.members).toMatchObject([{ memberId, metadata: METADATA }]);
  expect(answer.leader).toBe(memberId);
  const synced = await client.call(syncGroup, pick(syncGroup), {
    groupId,
    generationId: 1,
    memberId,
    protocolType: pick(syncGroup) < 5 ? null : "consumer",
    protocolName: pick(syncGroup) < 5 ? null : "range",
    assignments: [{ memberId, assignment: ASSIGNMENT }],
  });
  expect(synced).toMatchObject({ errorCode: 0, assignment: ASSIGNMENT });
  return { memberId };
}

type Pick = <K extends number, Q extends Fields, R extends Fields>(api: Api<K, Q, R>) => number;
const levels: [string, Pick][] = [
  ["oldest", (api) => api.versions.min],
  ["newest", (api) => api.versions.max],
];

describe.each(levels)("the %s versions", (level, pick) => {
  test("find the coordinator", async () => {
    const version = pick(findCoordinator);
    const request = { key: "g", keyType: 0, coordinatorKeys: ["g", "h"] };
    const answer = await client.call(findCoordinator, version, {
      ...request,
      ...(version < 4 ? { coordinatorKeys: [] } : { key: "" }),
    });
    const found = version < 4 ? [answer] : answer.coordinators;
    expect(found).toHaveLength(version < 4 ? 1 : 2);
    for (const one of found) {
      expect(one).toMatchObject({ errorCode: 0, nodeId: 1, host: "broker-1", port: 9092 });
    }
  });

  test("join, sync, beat, show and leave", async () => {
    const groupId = `life-${level}`;
    const { memberId } = await member(groupId, pick);
    const claim = { groupId, memberId, generationId: 1 };
    const beat = await client.call(heartbeat, pick(heartbeat), claim);
    expect(beat.errorCode).toBe(0);
    const stale = await client.call(heartbeat, pick(heartbeat), { ...claim, generationId: 2 });
    expect(stale.errorCode).toBe(code("ILLEGAL_GENERATION"));
    const [group] = (
      await client.call(describeGroups, pick(describeGroups), {
        groups: [groupId],
        includeAuthorizedOperations: pick(describeGroups) >= 3,
      })
    ).groups;
    expect(group).toMatchObject({
      errorCode: 0,
      groupState: "Stable",
      protocolType: "consumer",
      protocolData: "range",
      authorizedOperations: pick(describeGroups) < 3 ? -(2 ** 31) : 0b101001000,
    });
    expect(group?.members).toMatchObject([
      {
        memberId,
        clientId: "test",
        clientHost: "/test",
        memberMetadata: METADATA,
        memberAssignment: ASSIGNMENT,
      },
    ]);
    const members = [{ memberId, groupInstanceId: null }];
    const version = pick(leaveGroup);
    const leave =
      version < 3 ? { groupId, memberId, members: [] } : { groupId, memberId: "", members };
    expect(await client.call(leaveGroup, version, leave)).toMatchObject({ errorCode: 0 });
    const again = await client.call(leaveGroup, version, leave);
    const unknown = code("UNKNOWN_MEMBER_ID");
    if (version < 3) expect(again.errorCode).toBe(unknown);
    else expect(again.members).toMatchObject([{ ...members[0], errorCode: unknown }]);
  });

  test("commit, fetch and delete offsets", async () => {
    const groupId = `offsets-${level}`;
    const version = pick(offsetCommit);
    const commit = await client.call(offsetCommit, version, commitOf(groupId, version, 42));
    expect(commit.topics).toMatchObject([
      {
        name: version < 10 ? "orders" : "",
        topicId: version < 10 ? ZERO_UUID : orders,
        partitions: [
          { partitionIndex: 0, errorCode: 0 },
          { partitionIndex: 9, errorCode: code("UNKNOWN_TOPIC_OR_PARTITION") },
        ],
      },
    ]);
    expect(await fetched(groupId, pick(offsetFetch))).toEqual([42, -1]);
    const removed = await client.call(offsetDelete, pick(offsetDelete), {
      groupId,
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0 }] }],
    });
    expect(removed).toMatchObject({ errorCode: 0, topics: [{ partitions: [{ errorCode: 0 }] }] });
    expect(await fetched(groupId, pick(offsetFetch))).toEqual([-1, -1]);
  });

  test("list and delete groups", async () => {
    const groupId = `gone-${level}`;
    const { memberId } = await member(groupId, pick);
    const listed = async (statesFilter: string[]) => {
      const version = pick(listGroups);
      const filters = version < 4 ? {} : { statesFilter };
      const all = { statesFilter: [], typesFilter: [], ...filters };
      return (await client.call(listGroups, version, all)).groups;
    };
    const ours = (await listed(["stable"])).find((group) => group.groupId === groupId);
    const isOld = pick(listGroups) < 4;
    expect(ours).toEqual({
      groupId,
      protocolType: "consumer",
      groupState: isOld ? "" : "Stable",
      groupType: isOld ? "" : "classic",
    });
    const remove = async () => {
      const request = { groupsNames: [groupId] };
      return (await client.call(deleteGroups, pick(deleteGroups), request)).results[0]?.errorCode;
    };
    expect(await remove()).toBe(code("NON_EMPTY_GROUP"));
    fixture.broker.groups.leaveGroup({ groupId, members: [{ memberId, groupInstanceId: null }] });
    expect(await remove()).toBe(0);
    expect(await remove()).toBe(code("GROUP_ID_NOT_FOUND"));
  });

  test("describe a group that isn't there", async () => {
    const version = pick(describeGroups);
    const request = { groups: ["nothing"], includeAuthorizedOperations: false };
    const [group] = (await client.call(describeGroups, version, request)).groups;
    expect(group).toMatchObject({
      groupState: "Dead",
      errorCode: version < 6 ? 0 : code("GROUP_ID_NOT_FOUND"),
      errorMessage: version < 6 ? null : "there is no group nothing",
    });
  });
});

/** The offsets of the partitions 0 and 1 of `orders`, at a version. */
async function fetched(groupId: string, version: number): Promise<(number | undefined)[]> {
  const partitionIndexes = [0, 1];
  if (version < 8) {
    const topics = [{ name: "orders", partitionIndexes }];
    const request = { groupId, topics, groups: [] };
    const answer = await client.call(offsetFetch, version, request);
    return answer.topics[0]?.partitions.map(({ committedOffset }) => committedOffset) ?? [];
  }
  const topic =
    version < 10 ? { name: "orders", topicId: ZERO_UUID } : { name: "", topicId: orders };
  const groups = [{ groupId, topics: [{ ...topic, partitionIndexes }] }];
  const answer = await client.call(offsetFetch, version, { groupId: "", topics: [], groups });
  const [found] = answer.groups;
  expect(found).toMatchObject({ groupId, errorCode: 0, topics: [topic] });
  return found?.topics[0]?.partitions.map(({ committedOffset }) => committedOffset) ?? [];
}

test.each([2, 8, 9, 10])("OffsetCommit %d names a group that isn't there", async (version) => {
  const request = commitOf("missing", version, 1, "m", 1);
  const [topic] = (await client.call(offsetCommit, version, request)).topics;
  const expected = version < 9 ? "ILLEGAL_GENERATION" : "GROUP_ID_NOT_FOUND";
  expect(topic?.partitions[0]?.errorCode).toBe(code(expected));
});

test("topic ids that aren't known are told apart from those that are", async () => {
  const unknown = "AAAAAAAAAAAAAAAAAAAAAQ";
  const request = commitOf("by-id", 10, 7);
  const [known] = request.topics;
  if (known === undefined) throw new Error("there is no topic");
  const topics = [{ ...known, topicId: unknown }, known];
  const commit = await client.call(offsetCommit, 10, { ...request, topics });
  const errors = commit.topics.map(({ topicId, partitions }) => [
    topicId,
    partitions[0]?.errorCode,
  ]);
  expect(errors).toEqual([
    [unknown, code("UNKNOWN_TOPIC_ID")],
    [orders, 0],
  ]);
  const wanted = [unknown, orders].map((topicId) => ({ topicId, name: "", partitionIndexes: [0] }));
  const groups = [{ groupId: "by-id", topics: wanted }];
  const answer = await client.call(offsetFetch, 10, { groupId: "", topics: [], groups });
  const found = answer.groups[0]?.topics.map(({ topicId, partitions }) => [
    topicId,
    partitions[0]?.committedOffset,
    partitions[0]?.errorCode,
  ]);
  expect(found).toEqual([
    [unknown, -1, code("UNKNOWN_TOPIC_ID")],
    [orders, 7, 0],
  ]);
});

test.each([2, 7, 8, 9, 10])("OffsetFetch %d gives all that a group has", async (version) => {
  await client.call(offsetCommit, 10, commitOf("all", 10, 5));
  const request =
    version < 8
      ? { groupId: "all", topics: null, groups: [] }
      : { groupId: "", topics: [], groups: [{ groupId: "all", topics: null }] };
  const answer = await client.call(offsetFetch, version, request);
  const topics = version < 8 ? answer.topics : answer.groups[0]?.topics;
  expect(topics).toHaveLength(1);
  expect(topics?.[0]?.partitions).toMatchObject([{ partitionIndex: 0, committedOffset: 5 }]);
});

test("OffsetFetch asks for many groups, also for those that aren't there", async () => {
  await client.call(offsetCommit, 10, commitOf("many", 10, 5));
  const topics = [{ name: "orders", topicId: ZERO_UUID, partitionIndexes: [0, 99] }];
  const groups = ["many", "missing"].map((groupId) => ({ groupId, topics }));
  const answer = await client.call(offsetFetch, 9, { groupId: "", topics: [], groups });
  const offsets = answer.groups.map(({ groupId, topics: [topic] }) => [
    groupId,
    ...(topic?.partitions.map(({ committedOffset }) => committedOffset) ?? []),
  ]);
  expect(offsets).toEqual([
    ["many", 5, -1],
    ["missing", -1, -1],
  ]);
});

test("SyncGroup 5 has to name the protocol", async () => {
  const claim = { groupId: "g", generationId: 1, memberId: "m" };
  const request = { ...claim, protocolType: "consumer", protocolName: null, assignments: [] };
  const answer = await client.call(syncGroup, 5, request);
  expect(answer.errorCode).toBe(code("INCONSISTENT_GROUP_PROTOCOL"));
});

test("a static member joins at once, and an operator takes it out by its name", async () => {
  const { members, ...answer } = await inTime(
    client.call(joinGroup, 9, joinOf("static", "", "instance-1")),
  );
  expect(answer).toMatchObject({ errorCode: 0, skipAssignment: false });
  expect(members).toMatchObject([{ groupInstanceId: "instance-1" }]);
  const leaving = [{ memberId: "", groupInstanceId: "instance-1" }];
  const left = await client.call(leaveGroup, 5, {
    groupId: "static",
    memberId: "",
    members: leaving,
  });
  expect(left.members).toMatchObject([{ ...leaving[0], errorCode: 0 }]);
});

test("a megabyte of metadata is refused", async () => {
  const protocols = [{ name: "range", metadata: new Uint8Array(2 ** 20 + 1) }];
  const request = { ...joinOf("large"), protocols };
  const answer = await client.call(joinGroup, 3, request);
  expect(answer.errorCode).toBe(code("UNKNOWN_SERVER_ERROR"));
});

test("the topic that keeps groups can be read, and not be changed by clients", async () => {
  const { broker } = fixture;
  expect(broker.topic("__consumer_offsets")).toMatchObject({ internal: true, partitionCount: 50 });
  const topic = "__consumer_offsets";
  const attempts = [
    broker.deleteTopic(topic),
    broker.createPartitions(topic, 60, false),
    broker.deleteRecords(topic, 0, -1),
    broker.produce({ topic, partition: 0, buffer: METADATA, from: 0, to: 1, acks: 1 }),
  ];
  for (const attempt of attempts) {
    expect(await attempt.catch((error) => error.code)).toBe("internal-topic");
  }
});

test("a topic's offsets go with it", async () => {
  const id = await makeTopic(fixture.broker, "short-lived");
  const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: null }];
  const topics = [{ name: "", topicId: id, partitions }];
  await client.call(offsetCommit, 10, { ...commitOf("leaving", 10, 3), topics });
  await fixture.broker.deleteTopic("short-lived");
  await makeTopic(fixture.broker, "short-lived");
  const wanted = [{ name: "short-lived", topicId: ZERO_UUID, partitionIndexes: [0] }];
  const groups = [{ groupId: "leaving", topics: wanted }];
  const answer = await client.call(offsetFetch, 9, { groupId: "", topics: [], groups });
  expect(answer.groups[0]?.topics[0]?.partitions[0]?.committedOffset).toBe(-1);
});
