import type { Client, GroupStatus, PartitionStatus } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import type { PlannedOffset, ResetTarget } from "../../internal/client/group-reset-api.ts";
import type { Place } from "../../internal/client/place.ts";
import { noPartition, unknownEnds, usageError } from "../errors.ts";

/** Looks up what a reset would do; a new offset never lies outside of its partition's log. */
export async function planReset(client: Client, target: ResetTarget): Promise<PlannedOffset[]> {
  const group = await findGroup(client, target);
  const topics = new Set(target.topics);
  if (topics.size === 0) for (const { topic } of group?.partitions ?? []) topics.add(topic);
  const planned: PlannedOffset[] = [];
  for (const topic of topics) {
    const { partitions } = await client.describeTopic(topic);
    const wanted = target.partitions.length === 0 ? null : new Set(target.partitions);
    for (const number of wanted ?? []) {
      if (number >= partitions.length) throw noPartition(topic, number, partitions.length);
    }
    for (const status of partitions) {
      if (wanted !== null && !wanted.has(status.partition)) continue;
      planned.push(await planOne(client, group, status, target.to));
    }
  }
  if (planned.length > 0) return planned;
  throw usageError(`${target.groupId} has no offsets yet.`, "Name topics with --topic.");
}

/** A group that isn't there can be made, if it is said of which topics. */
async function findGroup(client: Client, target: ResetTarget): Promise<GroupStatus | null> {
  try {
    return await client.describeGroup(target.groupId);
  } catch (error) {
    const isNew = error instanceof ClientError && error.code === "group-id-not-found";
    if (isNew && target.topics.length > 0) return null;
    throw error;
  }
}

async function planOne(
  client: Client,
  group: GroupStatus | null,
  status: PartitionStatus,
  to: Place,
): Promise<PlannedOffset> {
  const { topic, partition, logStartOffset, highWatermark } = status;
  if (highWatermark < 0) throw unknownEnds(topic, partition);
  const progress = group?.partitions.find(
    (each) => each.topic === topic && each.partition === partition,
  );
  const committed = progress?.committedOffset ?? -1;
  const wanted = await offsetAt(client, status, to);
  const newOffset = Math.min(Math.max(wanted, logStartOffset), highWatermark);
  const lag = highWatermark - newOffset;
  return {
    topic,
    partition,
    committedOffset: committed < 0 ? null : committed,
    newOffset,
    lag,
  };
}

async function offsetAt(client: Client, status: PartitionStatus, to: Place): Promise<number> {
  const { topic, partition, logStartOffset, highWatermark } = status;
  switch (to.kind) {
    case "start":
      return logStartOffset;
    case "end":
      return highWatermark;
    case "offset":
      return to.offset;
    case "last":
      return highWatermark - to.count;
    case "time": {
      const at = { kind: "at-time", timestampMs: to.timestampMs } as const;
      const { offset } = await client.findOffset(topic, partition, at);
      return offset < 0 ? highWatermark : offset;
    }
  }
}
