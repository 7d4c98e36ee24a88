import { kafkaErrors } from "../protocol/error-codes.ts";
import { offsetCommit } from "../protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../protocol/messages/10-find-coordinator.ts";
import { describeGroups } from "../protocol/messages/15-describe-groups.ts";
import { listGroups } from "../protocol/messages/16-list-groups.ts";
import { createTopics } from "../protocol/messages/19-create-topics.ts";
import { deleteGroups } from "../protocol/messages/42-delete-groups.ts";
import { consumerGroupHeartbeat } from "../protocol/messages/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribe } from "../protocol/messages/69-consumer-group-describe.ts";
import type { Encodable } from "../protocol/table.ts";
import { type IdOf, type Question, question } from "./question.testing.ts";

type Heartbeat = Encodable<(typeof consumerGroupHeartbeat)["request"]["fields"]>;

const JOIN = {
  groupId: "cg",
  memberId: "m",
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: 60_000,
  subscribedTopicNames: ["shared"],
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: [],
} as const;

const STAY = { rebalanceTimeoutMs: -1, subscribedTopicNames: null, topicPartitions: null } as const;

function beat(
  about: string,
  fields: Partial<Heartbeat> | ((idOf: IdOf) => Partial<Heartbeat>),
  differs: string | null = null,
): Question {
  const body = (idOf: IdOf) => ({
    ...JOIN,
    ...(typeof fields === "function" ? fields(idOf) : fields),
  });
  return question(about, consumerGroupHeartbeat, 1, body, differs);
}

function owning(idOf: IdOf, ...partitions: readonly number[]) {
  return { topicPartitions: [{ topicId: idOf("shared"), partitions }] };
}

function commit(
  about: string,
  memberId: string,
  epoch: number,
  version = 9,
  differs: string | null = null,
): Question {
  const partition = { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0 };
  const partitions = [{ ...partition, committedMetadata: "" }];
  const who = { groupId: "cg", memberId, groupInstanceId: null, retentionTimeMs: -1 };
  const topics = (idOf: IdOf) => [{ name: "shared", topicId: idOf("shared"), partitions }];
  const body = (idOf: IdOf) => {
    return { ...who, generationIdOrMemberEpoch: epoch, topics: topics(idOf) };
  };
  return question(about, offsetCommit, version, body, differs);
}

function fetched(about: string, memberId: string | null, memberEpoch: number): Question {
  const topics = [{ name: "shared", topicId: "AAAAAAAAAAAAAAAAAAAAAA", partitionIndexes: [0, 1] }];
  const groups = [{ groupId: "cg", memberId, memberEpoch, topics }];
  return question(about, offsetFetch, 9, {
    groupId: "",
    topics: [],
    groups,
    requireStable: false,
  });
}

function described(about: string, groupId = "cg", version = 1): Question {
  const request = { groupIds: [groupId], includeAuthorizedOperations: false };
  return question(about, consumerGroupDescribe, version, request);
}

/** Asks until the coordinator is there: the first group makes the topic that it needs. */
function untilCoordinated(): Question {
  const request = { key: "", keyType: 0, coordinatorKeys: ["cg"] };
  const found = question("until it is there", findCoordinator, 6, request);
  return {
    ...found,
    async ask(call) {
      const ask = { groupIds: ["cg"], includeAuthorizedOperations: false };
      for (let tries = 0; tries < 10_000; tries++) {
        await call(findCoordinator, 6, request);
        const { groups } = await call(consumerGroupDescribe, 1, ask);
        if (groups[0]?.errorCode === kafkaErrors.GROUP_ID_NOT_FOUND.code) return found.ask(call);
      }
      throw new Error("no coordinator comes");
    },
  };
}

const TOPIC = {
  name: "shared",
  numPartitions: 4,
  replicationFactor: 1,
  assignments: [],
  configs: [],
};

/** What a group of the consumer protocol goes through. */
export const groups: readonly Question[] = [
  question("for groups", createTopics, 4, {
    topics: [TOPIC],
    timeoutMs: 10_000,
    validateOnly: false,
  }),
  untilCoordinated(),
  beat("no group id", { groupId: "" }),
  beat("no member id", { memberId: "" }),
  beat("an empty instance id", { instanceId: "" }),
  beat("an empty rack", { rackId: "" }),
  beat("no rebalance timeout", { rebalanceTimeoutMs: -1 }),
  beat("nothing to read", { subscribedTopicNames: null }),
  beat("joining with partitions", (idOf) => owning(idOf, 0)),
  beat("joining without saying that it has none", { topicPartitions: null }),
  beat("an epoch that there isn't", { memberEpoch: -3 }),
  beat("an absence without an instance id", { memberEpoch: -2 }),
  beat("an assignor that isn't known", { serverAssignor: "sticky" }),
  beat("a pattern that isn't one", { subscribedTopicNames: null, subscribedTopicRegex: "(" }),
  beat("an epoch in no group", { ...STAY, memberEpoch: 3 }),
  beat("leaving no group", { ...STAY, memberEpoch: -1 }),
  described("a group that isn't there"),
  beat("the first member", {}),
  beat("nothing new", { ...STAY, memberEpoch: 2 }),
  beat("all that the member can say", (idOf) => ({ memberEpoch: 2, ...owning(idOf, 0, 1, 2, 3) })),
  beat("a second member", { memberId: "n" }),
  described("while partitions move"),
  beat("a stranger", { ...STAY, memberId: "x", memberEpoch: 2 }),
  beat("a stranger with an instance id", { ...STAY, memberEpoch: 2, instanceId: "i" }),
  beat("the first is to give up", (idOf) => ({
    ...STAY,
    memberEpoch: 2,
    ...owning(idOf, 0, 1, 2, 3),
  })),
  beat("the second waits", { ...STAY, memberId: "n", memberEpoch: 3 }),
  beat("the first gave up", (idOf) => ({ ...STAY, memberEpoch: 2, ...owning(idOf, 0, 1) })),
  beat("the second has its share", { ...STAY, memberId: "n", memberEpoch: 3 }),
  described("with two members"),
  described("with two members, in the old form", "cg", 0),
  beat("the epoch before, with what it has", (idOf) => ({
    ...STAY,
    memberEpoch: 2,
    ...owning(idOf, 0),
  })),
  beat("the epoch before, with too much", (idOf) => ({
    ...STAY,
    memberEpoch: 2,
    ...owning(idOf, 3),
  })),
  beat("an epoch to come", { ...STAY, memberEpoch: 10 }),
  question("of the consumer protocol", describeGroups, 6, {
    groups: ["cg"],
    includeAuthorizedOperations: false,
  }),
  question("in words before there were errors", describeGroups, 5, {
    groups: ["cg"],
    includeAuthorizedOperations: false,
  }),
  question("of a type", listGroups, 5, { statesFilter: [], typesFilter: ["consumer"] }),
  question("of another type", listGroups, 5, { statesFilter: [], typesFilter: ["classic"] }),
  question("in a state", listGroups, 5, { statesFilter: ["Stable"], typesFilter: [] }),
  commit("by a member", "m", 3),
  commit(
    "with an epoch before its own",
    "m",
    2,
    9,
    "since when a member has the partition is not asked (KIP-1251): its epoch has to be its own",
  ),
  commit("with an epoch to come", "m", 8),
  commit("by a stranger", "x", 3),
  commit("from outside", "", -1),
  commit("too old a version", "m", 3, 8),
  fetched("by a member", "m", 3),
  fetched("with another epoch", "m", 2),
  fetched("by a stranger", "x", 3),
  fetched("from outside", null, -1),
  beat("a static member", { memberId: "s1", instanceId: "i" }),
  beat("another under its instance id", { memberId: "s2", instanceId: "i" }),
  beat("a static member steps away", { ...STAY, memberId: "s1", memberEpoch: -2, instanceId: "i" }),
  beat("and is back under another id", { memberId: "s2", instanceId: "i" }),
  beat("its former self", { ...STAY, memberId: "s1", memberEpoch: 4, instanceId: "i" }),
  beat("the static member leaves", { ...STAY, memberId: "s2", memberEpoch: -1, instanceId: "i" }),
  question("with members", deleteGroups, 2, { groupsNames: ["cg"] }),
  beat("the first leaves", { ...STAY, memberEpoch: -1 }),
  beat("the second leaves", { ...STAY, memberId: "n", memberEpoch: -1 }),
  described("without members"),
  beat("a new member joins again", { memberId: "o" }),
  beat("and leaves", { ...STAY, memberId: "o", memberEpoch: -1 }),
  question("without members", deleteGroups, 2, { groupsNames: ["cg"] }),
];
