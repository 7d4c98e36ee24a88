/**
 * Tells the compiled broker of groups, members, offsets and topics that can't be: each field that
 * can lie does. The answer is Kafka's error; memory stays, and a group that means well goes on.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type KafkaErrorName, kafkaErrors } from "../internal/doors/kafka/protocol/error-codes.ts";
import type { Api } from "../internal/doors/kafka/protocol/message.ts";
import { listOffsets } from "../internal/doors/kafka/protocol/messages/02-list-offsets.ts";
import { offsetCommit } from "../internal/doors/kafka/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../internal/doors/kafka/protocol/messages/09-offset-fetch.ts";
import { joinGroup } from "../internal/doors/kafka/protocol/messages/11-join-group.ts";
import { heartbeat } from "../internal/doors/kafka/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../internal/doors/kafka/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../internal/doors/kafka/protocol/messages/14-sync-group.ts";
import { createTopics } from "../internal/doors/kafka/protocol/messages/19-create-topics.ts";
import { deleteRecords } from "../internal/doors/kafka/protocol/messages/21-delete-records.ts";
import { deleteGroups } from "../internal/doors/kafka/protocol/messages/42-delete-groups.ts";
import { offsetDelete } from "../internal/doors/kafka/protocol/messages/47-offset-delete.ts";
import { type Encodable, type Fields, ZERO_UUID } from "../internal/doors/kafka/protocol/table.ts";
import { type Fixture, startFixture } from "./fixture.ts";
import { footprint } from "./fuzz/footprint.ts";
import { ask } from "./raw-client.ts";

const MEBIBYTE = 1024 * 1024;
const MEMORY_GROWTH_MIB = 100;
const HUGE = 2 ** 31 - 1;

let fixture: Fixture;
/** The one member of the group that means well. */
let memberId = "";

const join = {
  groupId: "good",
  sessionTimeoutMs: 60_000,
  rebalanceTimeoutMs: 60_000,
  memberId: "",
  protocolType: "consumer",
  protocols: [{ name: "range", metadata: new Uint8Array(20) }],
};
const claim = { groupId: "good", generationId: 1 };

function call<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q>,
) {
  return ask(fixture.broker.address, api, version, body);
}

beforeAll(async () => {
  const settings = { "group.initial.rebalance.delay.ms": "0" };
  fixture = await startFixture({ settings });
  await fixture.weir(["topic", "create", "good"]);
  ({ memberId } = await call(joinGroup, 3, join));
  const assignments = [{ memberId, assignment: new Uint8Array(20) }];
  await call(syncGroup, 3, { ...claim, memberId, assignments });
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

/** All error codes that an answer has anywhere, each once, without those of success. */
function errorsOf(answer: unknown): string[] {
  const codes = [...JSON.stringify(answer).matchAll(/"errorCode":(-?\d+)/g)];
  const names = Object.entries(kafkaErrors).map(([name, { code }]) => [code, name] as const);
  const named = new Map<number, string>(names);
  const wrong = codes.map(([, code]) => Number(code)).filter((code) => code !== 0);
  return [...new Set(wrong)].map((code) => named.get(code) ?? String(code));
}

const commit = (partitionIndex: number, committedOffset: number, metadata = "") =>
  call(offsetCommit, 7, {
    ...{ groupId: "good", generationIdOrMemberEpoch: 1, memberId },
    topics: [
      {
        ...{ name: "good", topicId: ZERO_UUID },
        partitions: [{ partitionIndex, committedOffset, committedMetadata: metadata }],
      },
    ],
  });

const staleCommit = (generationIdOrMemberEpoch: number, member: string, groupId = "good") => {
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: "" }];
  const topics = [{ name: "good", topicId: ZERO_UUID, partitions }];
  const body = { groupId, generationIdOrMemberEpoch, memberId: member, topics };
  return call(offsetCommit, 7, body);
};

const sized = (bytes: number) => [{ name: "range", metadata: new Uint8Array(bytes) }];
const many = Array.from({ length: 10_000 }, (_, i) => ({
  name: `assignor-${i}`,
  metadata: new Uint8Array(0),
}));

const topic = (name: string, numPartitions: number, configs: Record<string, string> = {}) => ({
  topics: [
    {
      ...{ name, numPartitions, replicationFactor: -1, assignments: [] },
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    },
  ],
});
const place = (timestamp: number, partitionIndex = 0) => ({
  ...{ replicaId: -1, isolationLevel: 0, timeoutMs: 1000 },
  topics: [{ name: "good", partitions: [{ partitionIndex, timestamp }] }],
});
const cut = (offset: number) => ({
  topics: [{ name: "good", partitions: [{ partitionIndex: 0, offset }] }],
  timeoutMs: 1000,
});

const lies: readonly (readonly [string, KafkaErrorName, () => Promise<unknown>])[] = [
  ["a join of no group", "INVALID_GROUP_ID", () => call(joinGroup, 3, { ...join, groupId: "" })],
  [
    "a join with a name of 30 KB",
    "INVALID_GROUP_ID",
    () => call(joinGroup, 3, { ...join, groupId: "g".repeat(30_000) }),
  ],
  [
    "a join as a member that isn't there",
    "UNKNOWN_MEMBER_ID",
    () => call(joinGroup, 3, { ...join, memberId: "nobody" }),
  ],
  ...[-1, 0, 5999, HUGE].map(
    (sessionTimeoutMs) =>
      [
        `a session of ${sessionTimeoutMs} ms`,
        "INVALID_SESSION_TIMEOUT",
        () => call(joinGroup, 3, { ...join, groupId: "other", sessionTimeoutMs }),
      ] as const,
  ),
  [
    "a join without assignors",
    "INCONSISTENT_GROUP_PROTOCOL",
    () => call(joinGroup, 3, { ...join, groupId: "other", protocols: [] }),
  ],
  [
    "a join for another kind of work",
    "INCONSISTENT_GROUP_PROTOCOL",
    () => call(joinGroup, 3, { ...join, protocolType: "connect" }),
  ],
  [
    "a join with a megabyte of metadata",
    "UNKNOWN_SERVER_ERROR",
    () => call(joinGroup, 3, { ...join, groupId: "other", protocols: sized(MEBIBYTE + 1) }),
  ],
  [
    "a join with ten megabytes of metadata",
    "UNKNOWN_SERVER_ERROR",
    () => call(joinGroup, 3, { ...join, groupId: "other", protocols: sized(10 * MEBIBYTE) }),
  ],
  [
    "a join with ten thousand assignors",
    "UNKNOWN_SERVER_ERROR",
    () => call(joinGroup, 3, { ...join, groupId: "other", protocols: many }),
  ],
  [
    "a sync of an old generation",
    "ILLEGAL_GENERATION",
    () => call(syncGroup, 3, { ...claim, memberId, generationId: 0, assignments: [] }),
  ],
  [
    "a sync by nobody",
    "UNKNOWN_MEMBER_ID",
    () => call(syncGroup, 3, { ...claim, memberId: "nobody", assignments: [] }),
  ],
  [
    "a heartbeat of a group that isn't there",
    "UNKNOWN_MEMBER_ID",
    () => call(heartbeat, 3, { ...claim, groupId: "none", memberId }),
  ],
  [
    "a heartbeat by nobody",
    "UNKNOWN_MEMBER_ID",
    () => call(heartbeat, 3, { ...claim, memberId: "nobody" }),
  ],
  ...[-1, 0, 2, HUGE].map(
    (generationId) =>
      [
        `a heartbeat of generation ${generationId}`,
        "ILLEGAL_GENERATION",
        () => call(heartbeat, 3, { ...claim, memberId, generationId }),
      ] as const,
  ),
  [
    "a static member that isn't there",
    "UNKNOWN_MEMBER_ID",
    () => call(heartbeat, 3, { ...claim, memberId, groupInstanceId: "nobody" }),
  ],
  [
    "a member that isn't there leaves",
    "UNKNOWN_MEMBER_ID",
    () =>
      call(leaveGroup, 3, {
        groupId: "good",
        memberId: "",
        members: [{ memberId: "nobody", groupInstanceId: null }],
      }),
  ],
  ["a commit of an old generation", "ILLEGAL_GENERATION", () => staleCommit(0, memberId)],
  ["a commit by nobody", "UNKNOWN_MEMBER_ID", () => staleCommit(1, "nobody")],
  ["a commit from outside of a group at work", "UNKNOWN_MEMBER_ID", () => staleCommit(-1, "")],
  [
    "a commit in a group that isn't there",
    "ILLEGAL_GENERATION",
    () => staleCommit(1, "nobody", "none"),
  ],
  ...[-1, 1, HUGE].map(
    (partition) =>
      [
        `a commit for partition ${partition}`,
        "UNKNOWN_TOPIC_OR_PARTITION",
        () => commit(partition, 1),
      ] as const,
  ),
  [
    "a commit with 30 KB beside it",
    "OFFSET_METADATA_TOO_LARGE",
    () => commit(0, 1, "m".repeat(30_000)),
  ],
  [
    "deleting a group that isn't there",
    "GROUP_ID_NOT_FOUND",
    () => call(deleteGroups, 2, { groupsNames: ["none"] }),
  ],
  [
    "deleting a group at work",
    "NON_EMPTY_GROUP",
    () => call(deleteGroups, 2, { groupsNames: ["good"] }),
  ],
  [
    "deleting offsets of a group that isn't there",
    "GROUP_ID_NOT_FOUND",
    () => call(offsetDelete, 0, { groupId: "none", topics: [] }),
  ],
  ...[-2, 0, 100_001, HUGE].map(
    (count) =>
      [
        `a topic of ${count} partitions`,
        "INVALID_PARTITIONS",
        () => call(createTopics, 7, topic("many", count)),
      ] as const,
  ),
  ...Object.entries({
    "retention.ms": "soon",
    "segment.bytes": "-1",
    "max.message.bytes": "1e9999",
    "cleanup.policy": "burn",
    "compression.type": "rar",
    "min.cleanable.dirty.ratio": "NaN",
    "message.timestamp.type": "",
    nonsense: "1",
  }).map(
    ([name, value]) =>
      [
        `${name}=${value}`,
        "INVALID_CONFIG",
        () => call(createTopics, 7, topic("wrong", 1, { [name]: value })),
      ] as const,
  ),
  ...[-2, 1, HUGE].map(
    (offset) =>
      [
        `deleting records up to ${offset}`,
        "OFFSET_OUT_OF_RANGE",
        () => call(deleteRecords, 2, cut(offset)),
      ] as const,
  ),
  [
    "offsets of a partition that isn't there",
    "UNKNOWN_TOPIC_OR_PARTITION",
    () => call(listOffsets, 7, place(-1, HUGE)),
  ],
];

describe("what can't be is answered with Kafka's error:", () => {
  test.each(lies)("%s: %s", async (_, error, tell) => {
    const before = footprint(fixture.broker.pid).memoryMib;
    for (let times = 0; times < 3; times++) expect(errorsOf(await tell())).toEqual([error]);
    const grown = footprint(fixture.broker.pid).memoryMib - before;
    expect(grown).toBeLessThan(MEMORY_GROWTH_MIB);
    const beat = await call(heartbeat, 3, { ...claim, memberId });
    expect(errorsOf(beat)).toEqual([]);
  });
});

test.each([-2, 2 ** 40, Number.MAX_SAFE_INTEGER])(
  "the offset %d is kept for a client, as Kafka keeps it",
  async (offset) => {
    expect(errorsOf(await commit(0, offset))).toEqual([]);
    const topics = [{ name: "good", topicId: ZERO_UUID, partitionIndexes: [0] }];
    const body = { groupId: "", topics: [], groups: [{ groupId: "good", topics }] };
    const { groups } = await call(offsetFetch, 8, body);
    expect(groups[0]?.topics[0]?.partitions[0]?.committedOffset).toBe(offset);
  },
);

test("a topic of 100,000 partitions is made and deleted, and costs little", async () => {
  const before = footprint(fixture.broker.pid).memoryMib;
  expect(errorsOf(await call(createTopics, 7, topic("huge", 100_000)))).toEqual([]);
  expect(footprint(fixture.broker.pid).memoryMib - before).toBeLessThan(MEMORY_GROWTH_MIB);
  const described = JSON.parse(await fixture.weir(["topic", "describe", "huge", "--json"]));
  expect(described.items[0].partitions).toHaveLength(100_000);
  // That answer is made as a whole, and how much of its garbage is still there is chance.
  expect(footprint(fixture.broker.pid).memoryMib - before).toBeLessThan(4 * MEMORY_GROWTH_MIB);
  await fixture.weir(["topic", "delete", "--yes", "huge"]);
  expect(errorsOf(await call(heartbeat, 3, { ...claim, memberId }))).toEqual([]);
});
