import type { MemberClaim, OfTopic, PartitionAnswers } from "../../coordination/api.ts";
import type { Broker } from "../api.ts";
import { unknownPartition } from "../refusals.ts";
import { groupRefusal } from "./group-refusals.ts";

/** Where a group is to go on in a partition; -1: it has no offset there any more. */
export interface OffsetToSet {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Deletes a group without members, and its offsets. Rejects with `BrokerError`. */
export async function deleteGroup({ groups }: Broker, groupId: string): Promise<void> {
  const error = await groups.deleteGroup(groupId);
  if (error !== null) throw groupRefusal(groupId, error);
}

/**
 * Sets offsets of a group without members, which is made if there is none; durable when it
 * resolves. Rejects with `BrokerError`: nothing is changed then, unless the disk refuses.
 */
export async function setGroupOffsets(
  broker: Broker,
  groupId: string,
  offsets: readonly OffsetToSet[],
): Promise<void> {
  const { groups } = broker;
  // A copy's members are no reason: who coordinates decides.
  if (groups.isElsewhere(groupId)) throw groupRefusal(groupId, "not-coordinator");
  const memberCount = groups.describeGroup(groupId)?.memberCount ?? 0;
  if (memberCount > 0) throw groupRefusal(groupId, "non-empty-group");
  for (const { topic, partition } of offsets) {
    if (!broker.partition(topic, partition)) throw unknownPartition(topic, partition);
  }
  const nobody = { groupId, memberId: "", groupInstanceId: null, generation: -1 } as const;
  const set = offsets.filter(({ offset }) => offset >= 0);
  await commitOffsets(broker, nobody, set);
  const forgotten = offsets.filter(({ offset }) => offset < 0);
  if (forgotten.length === 0) return;
  const topics = byTopic(forgotten, ({ partition }) => partition);
  const deleted = await groups.deleteOffsets({ groupId, topics });
  if (deleted.error !== null) throw groupRefusal(groupId, deleted.error);
  checkAll(groupId, deleted.topics);
}

/** Keeps how far a member has read; durable when it resolves. Rejects with `BrokerError`. */
export async function commitOffsets(
  { groups }: Broker,
  claim: MemberClaim,
  offsets: readonly OffsetToSet[],
): Promise<void> {
  const topics = byTopic(offsets, ({ partition, offset }) => {
    return { partition, offset, leaderEpoch: -1, metadata: "" };
  });
  const committed = await groups.commitOffsets({ ...claim, retentionMs: null, topics });
  checkAll(claim.groupId, committed);
}

function byTopic<T>(
  offsets: readonly OffsetToSet[],
  itemOf: (offset: OffsetToSet) => T,
): OfTopic<T>[] {
  const topics = Map.groupBy(offsets, ({ topic }) => topic);
  return [...topics].map(([topic, of]) => ({ topic, partitions: of.map(itemOf) }));
}

function checkAll(groupId: string, topics: PartitionAnswers): void {
  for (const { partitions } of topics) {
    for (const { error } of partitions) if (error !== null) throw groupRefusal(groupId, error);
  }
}
