import type { Broker } from "../../../broker/api.ts";
import type { FetchClaim, OffsetToCommit, TopicOffsets } from "../../../coordination/api.ts";
import type { GroupErrorCode } from "../../../coordination/errors.ts";
import { groupErrorCode } from "../errors.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { offsetFetch } from "../protocol/messages/09-offset-fetch.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";

type Request = RequestOf<typeof offsetFetch>;
type RequestedGroup = Request["groups"][number];
type AnsweredGroup = AnswerOf<typeof offsetFetch>["groups"][number];
type AnsweredTopic = AnsweredGroup["topics"][number];
type AnsweredPartition = AnsweredTopic["partitions"][number];

const GROUPS_VERSION = 8;
const TOPIC_ID_VERSION = 10;

/** Those who ask in older versions don't say who they are. */
const NOBODY = { memberId: null, memberEpoch: -1 } as const;

/**
 * OffsetFetch 1-10.
 *
 * - Offset -1 without an error where none is committed, also for groups, topics and partitions
 *   that aren't there. Null topics: all that the group has.
 * - Every commit that was answered before is seen. What is on its way to the disk is waited for,
 *   so requireStable changes nothing at the coordinator: there are no transactions.
 * - From version 9 on a member of the consumer protocol says who it is: UNKNOWN_MEMBER_ID, and with
 *   another epoch than its own STALE_MEMBER_EPOCH.
 * - NOT_COORDINATOR where another broker coordinates the group. A slave tells what it has a copy of
 *   to those who only want to know: consumers at work ask as members, or with requireStable, since
 *   they need what nobody but the coordinator has for sure.
 * - From version 10 on by topic id: UNKNOWN_TOPIC_ID for an id that isn't known.
 */
export const offsetFetchService = service(offsetFetch, async (request, { client, version }) => {
  const { broker } = client;
  const { requireStable } = request;
  if (version < GROUPS_VERSION) {
    const { groupId, topics } = request;
    const error = await refusalOf(broker, { ...NOBODY, groupId }, requireStable);
    if (error !== null) return { throttleTimeMs: 0, topics: [], ...refused(error), groups: [] };
    const byName = topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
    const group = await fetchByName(broker, groupId, byName);
    return { throttleTimeMs: 0, topics: group.topics, errorCode: 0, groups: [] };
  }
  const fetchGroup = version < TOPIC_ID_VERSION ? fetchByName : fetchById;
  const groups = request.groups.map(async (group) => {
    const { groupId } = group;
    const error = await refusalOf(broker, group, requireStable);
    if (error === null) return fetchGroup(broker, groupId, group.topics);
    return { groupId, topics: [], ...refused(error) };
  });
  return { throttleTimeMs: 0, topics: [], groups: await Promise.all(groups) };
});

/** Why these offsets aren't told here; null if they are. */
async function refusalOf(
  { groups }: Broker,
  claim: FetchClaim,
  requireStable: boolean,
): Promise<GroupErrorCode | null> {
  if (requireStable && groups.isElsewhere(claim.groupId)) return "not-coordinator";
  return (await groups.readable(claim.groupId)) ?? groups.fetchRefusal(claim);
}

function refused(error: GroupErrorCode) {
  return { errorCode: groupErrorCode(error) };
}

async function fetchByName(
  { groups }: Broker,
  groupId: string,
  topics: RequestedGroup["topics"],
): Promise<AnsweredGroup> {
  const wanted = topics?.map(({ name, partitionIndexes }) => ({
    topic: name,
    partitions: partitionIndexes,
  }));
  const offsets = await groups.fetchOffsets({ groupId, topics: wanted ?? null });
  return { groupId, topics: offsets.map((found) => answerOf(found, ZERO_UUID)) };
}

async function fetchById(
  broker: Broker,
  groupId: string,
  topics: RequestedGroup["topics"],
): Promise<AnsweredGroup> {
  if (topics === null) return fetchAllById(broker, groupId);
  const named = topics.map((topic) => ({ ...topic, name: broker.topicById(topic.topicId)?.name }));
  const wanted = named.flatMap(({ name, partitionIndexes }) =>
    name === undefined ? [] : [{ topic: name, partitions: partitionIndexes }],
  );
  const offsets = await broker.groups.fetchOffsets({ groupId, topics: wanted });
  const found = offsets[Symbol.iterator]();
  return {
    groupId,
    topics: named.map(({ name, topicId, partitionIndexes }) => {
      const next = name === undefined ? undefined : found.next().value;
      return next ? answerOf(next, topicId) : unknownId(topicId, partitionIndexes);
    }),
  };
}

async function fetchAllById(broker: Broker, groupId: string): Promise<AnsweredGroup> {
  const offsets = await broker.groups.fetchOffsets({ groupId, topics: null });
  const topics = offsets.flatMap((found) => {
    const id = broker.topic(found.topic)?.id;
    return id === undefined ? [] : [answerOf(found, id)];
  });
  return { groupId, topics };
}

function answerOf({ topic, partitions }: TopicOffsets, topicId: string): AnsweredTopic {
  return { name: topic, topicId, partitions: partitions.map(answerOfPartition) };
}

function answerOfPartition(found: OffsetToCommit): AnsweredPartition {
  return {
    partitionIndex: found.partition,
    committedOffset: found.offset,
    committedLeaderEpoch: found.leaderEpoch,
    metadata: found.metadata,
    errorCode: 0,
  };
}

function unknownId(topicId: string, partitionIndexes: readonly number[]): AnsweredTopic {
  const errorCode = kafkaErrors.UNKNOWN_TOPIC_ID.code;
  const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "", errorCode };
  const partitions = partitionIndexes.map((partitionIndex) => ({ partitionIndex, ...nothing }));
  return { name: "", topicId, partitions };
}
