import { StorageError } from "../storage/errors.ts";
import type {
  CommitRequest,
  DeleteOffsetsAnswer,
  DeleteOffsetsRequest,
  FetchOffsetsRequest,
  OffsetToCommit,
  OfTopic,
  PartitionAnswer,
  PartitionAnswers,
  TopicOffsets,
} from "./api.ts";
import type { CommittedOffset, GroupChange } from "./changes.ts";
import { checkClaim, renewSession } from "./classic/session.ts";
import { consumerCommitRefusal } from "./consumer/offset-rules.ts";
import { CONSUMER_PROTOCOL } from "./consumer-protocol.ts";
import type { GroupErrorCode } from "./errors.ts";
import { type Group, isSubscribedTo } from "./group.ts";
import type { OffsetTable } from "./offset-table.ts";
import type { GroupShard } from "./shard.ts";

/** What commits are checked by. */
export interface OffsetRules {
  readonly nowMs: number;
  readonly maxMetadataLength: number;
  readonly hasPartition: (topic: string, partition: number) => boolean;
}

/** Keeps offsets; durable when it resolves. */
export async function commitOffsets(
  shard: GroupShard,
  request: CommitRequest,
  rules: OffsetRules,
): Promise<PartitionAnswers> {
  const { groupId, generation, topics } = request;
  // Simple consumers make their group by committing.
  const group = generation < 0 ? shard.obtain(groupId) : shard.groups.get(groupId);
  if (!group) {
    const error = generation < 0 ? "coordinator-not-available" : "group-id-not-found";
    return answerAll(topics, error);
  }
  const refusal = commitRefusal(group, request);
  if (refusal !== null) return answerAll(topics, refusal);
  if (!group.consumer) renewSession(group.classic, request.memberId);
  const changes: GroupChange[] = [];
  const answers = answerEach(topics, (topic, wanted) => {
    const { partition } = wanted;
    const error = offsetRefusal(shard, group, topic, wanted, rules);
    if (error !== null) return { partition, error };
    const committed = committedOffset(wanted, request, rules.nowMs);
    changes.push({ kind: "offset", groupId, topic, partition, committed });
    return { partition, error };
  });
  return answerWritten(shard, changes, answers);
}

/** Why nothing may be committed in this name; null if it may. */
function commitRefusal(
  { classic, consumer }: Group,
  request: CommitRequest,
): GroupErrorCode | null {
  const { generation, memberId, groupInstanceId } = request;
  if (classic.state === "Dead") return "coordinator-not-available";
  if (consumer) return consumerCommitRefusal(consumer.group, request);
  if (generation < 0 && classic.state === "Empty") return null;
  // From outside of the group, while it has members that commit themselves.
  if (generation < 0 && memberId === "" && groupInstanceId === null) return "unknown-member-id";
  const error = checkClaim(classic, request);
  if (error !== null) return error;
  return classic.state === "CompletingRebalance" ? "rebalance-in-progress" : null;
}

function offsetRefusal(
  shard: GroupShard,
  { offsets }: Group,
  topic: string,
  { partition, metadata }: OffsetToCommit,
  { hasPartition, maxMetadataLength }: OffsetRules,
): GroupErrorCode | null {
  if (!hasPartition(topic, partition)) return "unknown-topic-or-partition";
  if (metadata.length > maxMetadataLength) return "offset-metadata-too-large";
  const fits = shard.hasRoom || offsets.get(topic, partition) !== undefined;
  return fits ? null : "coordinator-not-available";
}

function committedOffset(
  { offset, leaderEpoch, metadata }: OffsetToCommit,
  { retentionMs }: CommitRequest,
  nowMs: number,
): CommittedOffset {
  const expiresAtMs = retentionMs === null ? null : nowMs + retentionMs;
  return { offset, leaderEpoch, metadata, committedAtMs: nowMs, expiresAtMs };
}

/** A group's offsets as a table has them: those that are asked for, or all (null). */
export function offsetsOf(
  offsets: OffsetTable | undefined,
  topics: FetchOffsetsRequest["topics"],
): readonly TopicOffsets[] {
  if (topics !== null) {
    return topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((partition) => told(partition, offsets?.get(topic, partition))),
    }));
  }
  return Array.from(offsets?.topics() ?? [], (topic) => ({
    topic,
    partitions: Array.from(offsets?.ofTopic(topic) ?? [], ({ partition, committed }) =>
      told(partition, committed),
    ),
  }));
}

function told(partition: number, committed: CommittedOffset | undefined): OffsetToCommit {
  if (committed === undefined) return { partition, offset: -1, leaderEpoch: -1, metadata: "" };
  const { offset, leaderEpoch, metadata } = committed;
  return { partition, offset, leaderEpoch, metadata };
}

/** Forgets offsets of topics that the group doesn't read. */
export async function deleteOffsets(
  shard: GroupShard | undefined,
  { groupId, topics }: DeleteOffsetsRequest,
  { hasPartition }: OffsetRules,
): Promise<DeleteOffsetsAnswer> {
  await shard?.log.settled();
  const group = shard?.groups.get(groupId);
  const error = group ? deletionRefusal(group) : "group-id-not-found";
  if (!shard || !group || error !== null) return { error, topics: [] };
  const changes: GroupChange[] = [];
  const answers = answerEach(topics, (topic, partition) => {
    if (!hasPartition(topic, partition)) {
      return { partition, error: "unknown-topic-or-partition" };
    }
    if (isSubscribedTo(group, topic)) {
      return { partition, error: "group-subscribed-to-topic" };
    }
    if (group.offsets.get(topic, partition) !== undefined) {
      changes.push({ kind: "offset", groupId, topic, partition, committed: null });
    }
    return { partition, error: null };
  });
  return { error: null, topics: await answerWritten(shard, changes, answers) };
}

/** Only of consumers it is known what they read. */
function deletionRefusal({ classic, consumer }: Group): GroupErrorCode | null {
  const { state, protocolType } = classic;
  if (state === "Dead") return "group-id-not-found";
  if (consumer) return null;
  return state === "Empty" || protocolType === CONSUMER_PROTOCOL ? null : "non-empty-group";
}

/** The answers, once the changes are durable; those that went well say so if that can't be. */
async function answerWritten(
  shard: GroupShard,
  changes: readonly GroupChange[],
  answers: PartitionAnswers,
): Promise<PartitionAnswers> {
  try {
    await shard.write(changes);
    return answers;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return answerEach(answers, (_, answer) => ({
      partition: answer.partition,
      error: answer.error ?? "coordinator-not-available",
    }));
  }
}

/** The same answer for all partitions. */
export function answerAll(
  topics: readonly OfTopic<{ readonly partition: number }>[],
  error: GroupErrorCode,
): PartitionAnswers {
  return answerEach(topics, (_, { partition }) => ({ partition, error }));
}

function answerEach<T>(
  topics: readonly OfTopic<T>[],
  answer: (topic: string, item: T) => PartitionAnswer,
): PartitionAnswers {
  return topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((item) => answer(topic, item)),
  }));
}
