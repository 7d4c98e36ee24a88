import type { GroupDescription, GroupListing, TopicOffsets } from "../../coordination/api.ts";
import { assignedPartitions, CONSUMER_PROTOCOL } from "../../coordination/consumer-protocol.ts";
import type { Broker, PartitionStatus } from "../api.ts";
import { groupRefusal } from "./group-refusals.ts";
import type { LagTime } from "./lag-times.ts";

/** Whose word it is. */
export interface GroupOrigin {
  /**
   * Whether a slave tells it from its copy: offsets as far as they are committed there, state and
   * members as they were saved last.
   */
  readonly fromCopy: boolean;
}

/** A group in a list, with how far it is behind. */
export interface GroupSummary extends GroupListing, GroupOrigin, LagTime {
  /** Partitions of which it has committed an offset. */
  readonly partitionCount: number;
  /** Records that it has still to read, in all of them: at most so many. */
  readonly lag: number;
}

/** A group with its members and its progress. */
export interface GroupStatus extends GroupListing, GroupOrigin {
  readonly generation: number;
  /** The assignor, while the group is stable; otherwise empty. */
  readonly protocolName: string;
  readonly members: readonly GroupMemberStatus[];
  /** Those with an offset or an owner, in the order of topics and partitions. */
  readonly partitions: readonly TimedProgress[];
}

/** A member of a group. */
export interface GroupMemberStatus {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Partitions that it has. */
  readonly partitionCount: number;
}

/** How far a group has read a partition. */
export interface GroupProgress {
  readonly topic: string;
  readonly partition: number;
  /** Of the next record to read; -1 if none was committed. */
  readonly committedOffset: number;
  readonly metadata: string;
  /** -1 if there is no such partition. */
  readonly logStartOffset: number;
  /** The offset behind the last record; -1 if there is no such partition. */
  readonly highWatermark: number;
  /** Records still to be read: at most so many; -1 where that isn't known. */
  readonly lag: number;
  /** The member that has the partition. */
  readonly memberId: string | null;
}

/** How far a group has read a partition, and what that is as time. */
export interface TimedProgress extends GroupProgress, LagTime {}

/** All groups, in the order of their ids. Rejects with `BrokerError` if they can't be read. */
export async function groupSummaries(broker: Broker): Promise<GroupSummary[]> {
  const error = await broker.groups.readable(null);
  if (error !== null) throw groupRefusal(null, error);
  const listings = broker.groups.listGroups({ states: [], types: [] });
  const summaries: GroupSummary[] = [];
  for (const listing of listings) {
    const { groupId } = listing;
    const topics = await broker.groups.fetchOffsets({ groupId, topics: null });
    const progress = progressOf(broker, null, topics);
    const lag = progress.reduce((sum, each) => sum + Math.max(each.lag, 0), 0);
    const times = groupLagTime(broker, groupId, progress);
    const fromCopy = broker.groups.isElsewhere(groupId);
    summaries.push({ ...listing, fromCopy, partitionCount: progress.length, lag, ...times });
  }
  return summaries;
}

/** How far a group is behind as time, all partitions together whose lag is known. */
export function groupLagTime(
  { groups, lagTimes }: Pick<Broker, "groups" | "lagTimes">,
  groupId: string,
  progress: readonly GroupProgress[],
): LagTime {
  const known = progress.filter(({ lag }) => lag >= 0);
  if (known.every(({ lag }) => lag === 0)) return { lagMs: 0, drainMs: 0 };
  const group = groups.describeGroup(groupId);
  const owners = group ? ownersOf(group) : new Map<string, Owned>();
  const owned = known.map((each) => {
    const memberId = owners.get(`${each.topic}:${each.partition}`)?.memberId ?? null;
    return { ...each, memberId };
  });
  return lagTimes.ofGroup(groupId, owned);
}

/**
 * One group. Rejects with `BrokerError`: `group-id-not-found`, `not-coordinator` if no copy is read
 * here either, `coordinator-not-available` if that can't be read.
 */
export async function groupStatus(broker: Broker, groupId: string): Promise<GroupStatus> {
  const error = await broker.groups.readable(groupId);
  if (error !== null) throw groupRefusal(groupId, error);
  const group = broker.groups.describeGroup(groupId);
  if (group === null) throw groupRefusal(groupId, "group-id-not-found");
  const { members: described, ...rest } = group;
  const topics = await broker.groups.fetchOffsets({ groupId, topics: null });
  const partitions = progressOf(broker, group, topics)
    .sort(byPlace)
    .map((progress) => ({ ...progress, ...broker.lagTimes.of(groupId, progress) }));
  const members = described.map(({ memberId, groupInstanceId, clientId, clientHost }) => {
    const partitionCount = partitions.filter((each) => each.memberId === memberId).length;
    return { memberId, groupInstanceId, clientId, clientHost, partitionCount };
  });
  return { ...rest, fromCopy: broker.groups.isElsewhere(groupId), members, partitions };
}

/** What the progress of a group is made of. */
export type ProgressPath = Pick<Broker, "partition">;

/** The partitions of which a group has committed an offset, or that a member has; in no order. */
export function progressOf(
  broker: ProgressPath,
  group: GroupDescription | null,
  topics: readonly TopicOffsets[],
): GroupProgress[] {
  const owners = group ? ownersOf(group) : new Map<string, Owned>();
  const progress = topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset, metadata }) => {
      const place = `${topic}:${partition}`;
      const memberId = owners.get(place)?.memberId ?? null;
      owners.delete(place);
      const committedOffset = offset;
      return withEnds(broker, { topic, partition, committedOffset, metadata, memberId });
    }),
  );
  for (const owned of owners.values()) {
    progress.push(withEnds(broker, { ...owned, committedOffset: -1, metadata: "" }));
  }
  return progress;
}

/** A partition with the member that has it. */
interface Owned {
  readonly topic: string;
  readonly partition: number;
  readonly memberId: string;
}

/** Who has which partition, by topic and partition. */
function ownersOf({ protocolType, members }: GroupDescription): Map<string, Owned> {
  const owners = new Map<string, Owned>();
  if (protocolType !== CONSUMER_PROTOCOL) return owners;
  for (const { memberId, assignment } of members) {
    for (const { topic, partitions } of assignedPartitions(assignment)) {
      for (const partition of partitions) {
        owners.set(`${topic}:${partition}`, { topic, partition, memberId });
      }
    }
  }
  return owners;
}

/** How far a group has read a partition, without what the partition itself has to say. */
type Committed = Omit<GroupProgress, "logStartOffset" | "highWatermark" | "lag">;

function withEnds(broker: ProgressPath, committed: Committed): GroupProgress {
  const { topic, partition, committedOffset } = committed;
  const status = broker.partition(topic, partition);
  const { logStartOffset = -1, highWatermark = -1 } = status ?? {};
  const lag = status && committedOffset >= 0 ? lagOf(status, committedOffset) : -1;
  return { ...committed, logStartOffset, highWatermark, lag };
}

/** What was removed before it was read isn't read any more. */
function lagOf({ logStartOffset, highWatermark }: PartitionStatus, committed: number): number {
  return Math.max(0, highWatermark - Math.max(committed, logStartOffset));
}

function byPlace(a: GroupProgress, b: GroupProgress): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}
