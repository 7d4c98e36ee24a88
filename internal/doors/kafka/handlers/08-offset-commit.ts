import type { CommitRequest, OffsetToCommit, PartitionAnswer } from "../../../coordination/api.ts";
import type { GroupErrorCode } from "../../../coordination/errors.ts";
import { groupErrorCode } from "../errors.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { offsetCommit } from "../protocol/messages/08-offset-commit.ts";
import { type AnswerOf, type RequestContext, type RequestOf, service } from "../service.ts";

type Request = RequestOf<typeof offsetCommit>;
type RequestedTopic = Request["topics"][number];
type AnsweredTopic = AnswerOf<typeof offsetCommit>["topics"][number];

/** The first version whose clients know that a group may not be there. */
const NOT_FOUND_VERSION = 9;
/** The first version in which a member of the consumer protocol may commit. */
const MEMBER_EPOCH_VERSION = 9;
const TOPIC_ID_VERSION = 10;
const BROKER_DECIDES = -1;

/**
 * OffsetCommit 2-10.
 *
 * - The offsets are durable, as the broker's `durability` says, when the answer comes.
 * - Each partition by itself: one that isn't there is UNKNOWN_TOPIC_OR_PARTITION, and a topic id
 *   that isn't known UNKNOWN_TOPIC_ID. Any offset is taken, also beyond the partition's end.
 * - Generation -1 without a member id: from outside of the group, taken while it has no members.
 * - Members of the consumer protocol from version 9 on, before it UNSUPPORTED_VERSION; with another
 *   epoch than their own STALE_MEMBER_EPOCH.
 * - A generation of a group that isn't there: GROUP_ID_NOT_FOUND, before version 9
 *   ILLEGAL_GENERATION.
 */
export const offsetCommitService = service(offsetCommit, async (request, context) => {
  const topics = namedTopics(request, context);
  const known = topics.flatMap(({ name, partitions }) =>
    name === null ? [] : [{ topic: name, partitions: partitions.map(offsetOf) }],
  );
  const isBeforeMemberEpochs = context.version < MEMBER_EPOCH_VERSION;
  const commit = { ...commitOf(request, known), isBeforeMemberEpochs };
  const answers = await context.client.broker.groups.commitOffsets(commit);
  const answered = answers[Symbol.iterator]();
  return {
    throttleTimeMs: 0,
    topics: topics.map((topic) => {
      if (topic.name === null) return unknownId(topic);
      return answerOf(topic, answered.next().value?.partitions ?? [], context);
    }),
  };
});

interface NamedTopic {
  /** null for an id that isn't known. */
  readonly name: string | null;
  readonly topicId: string;
  readonly partitions: RequestedTopic["partitions"];
}

function namedTopics({ topics }: Request, { client, version }: RequestContext): NamedTopic[] {
  if (version < TOPIC_ID_VERSION) return [...topics];
  return topics.map(({ topicId, partitions }) => {
    const name = client.broker.topicById(topicId)?.name ?? null;
    return { name, topicId, partitions };
  });
}

function offsetOf(partition: RequestedTopic["partitions"][number]): OffsetToCommit {
  return {
    partition: partition.partitionIndex,
    offset: partition.committedOffset,
    leaderEpoch: partition.committedLeaderEpoch,
    metadata: partition.committedMetadata ?? "",
  };
}

function commitOf(request: Request, topics: CommitRequest["topics"]): CommitRequest {
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch, retentionTimeMs } =
    request;
  return {
    groupId,
    memberId,
    groupInstanceId,
    generation: generationIdOrMemberEpoch,
    retentionMs: retentionTimeMs === BROKER_DECIDES ? null : retentionTimeMs,
    topics,
  };
}

function answerOf(
  { name, topicId }: NamedTopic,
  partitions: readonly PartitionAnswer[],
  { version }: RequestContext,
): AnsweredTopic {
  return {
    name: name ?? "",
    topicId,
    partitions: partitions.map(({ partition, error }) => ({
      partitionIndex: partition,
      errorCode: commitErrorCode(error, version),
    })),
  };
}

function commitErrorCode(error: GroupErrorCode | null, version: number): number {
  const isUnknownWord = error === "group-id-not-found" && version < NOT_FOUND_VERSION;
  return groupErrorCode(isUnknownWord ? "illegal-generation" : error);
}

function unknownId({ topicId, partitions }: NamedTopic): AnsweredTopic {
  const errorCode = kafkaErrors.UNKNOWN_TOPIC_ID.code;
  const answers = partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode }));
  return { name: "", topicId, partitions: answers };
}
