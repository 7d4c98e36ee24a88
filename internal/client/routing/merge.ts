import type {
  GroupStatus,
  GroupSummary,
  PartitionStatus,
  TimedProgress,
  TopicDescription,
  TopicSummary,
} from "../api.ts";
import type { BrokerAnswer } from "./router.ts";

/** What is said of an offset that nobody who knows it could be asked for. */
const UNKNOWN = -1;

/** Topics as each broker has them, taken together: records by who leads them, bytes of all. */
export function mergeTopics(
  answers: readonly BrokerAnswer<readonly TopicSummary[]>[],
): readonly TopicSummary[] {
  const merged = new Map<string, TopicSummary>();
  for (const topic of answers.flatMap(({ answer }) => answer)) {
    const before = merged.get(topic.name);
    const { offsetCount = 0, sizeBytes = 0 } = before ?? {};
    merged.set(topic.name, {
      ...topic,
      partitionCount: Math.max(topic.partitionCount, before?.partitionCount ?? 0),
      offsetCount: offsetCount + topic.offsetCount,
      sizeBytes: sizeBytes + topic.sizeBytes,
    });
  }
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A topic of which each partition is told as its leader tells it. */
export function mergeTopic(
  topic: TopicDescription,
  answers: readonly BrokerAnswer<TopicDescription | null>[],
): TopicDescription {
  const told = new Map<number, PartitionStatus>();
  for (const { brokerId, answer } of answers) {
    for (const row of answer?.partitions ?? [])
      if (row.leader === brokerId) told.set(row.partition, row);
  }
  return {
    ...topic,
    partitions: topic.partitions.map((row) => told.get(row.partition) ?? unheard(row)),
  };
}

/** Whether a partition was told by its leader. */
export function isHeard({ highWatermark }: PartitionStatus): boolean {
  return highWatermark !== UNKNOWN;
}

/** A partition whose leader can't be asked. */
function unheard(row: PartitionStatus): PartitionStatus {
  const ends = { logStartOffset: UNKNOWN, highWatermark: UNKNOWN, logEndOffset: UNKNOWN };
  return { ...row, ...ends, copies: [] };
}

/** Finds a partition as its leader tells it. */
export type FindPartition = (topic: string, partition: number) => PartitionStatus | undefined;

/** A group with how far it is behind what the leaders of its partitions have. */
export function withLeadersEnds(group: GroupStatus, find: FindPartition): GroupStatus {
  return { ...group, partitions: group.partitions.map((row) => withEnds(row, find)) };
}

function withEnds(row: TimedProgress, find: FindPartition): TimedProgress {
  const { logStartOffset = UNKNOWN, highWatermark = UNKNOWN } =
    find(row.topic, row.partition) ?? {};
  const ends = { logStartOffset, highWatermark };
  if (row.committedOffset < 0 || highWatermark < 0) {
    return { ...row, ...ends, lag: UNKNOWN, lagMs: UNKNOWN, drainMs: UNKNOWN };
  }
  const lag = Math.max(0, highWatermark - Math.max(row.committedOffset, logStartOffset));
  if (lag === 0) return { ...row, ...ends, lag, lagMs: 0, drainMs: 0 };
  // Who has no copy of a partition knows nothing of when its records came.
  const times = row.lag > 0 ? {} : { lagMs: UNKNOWN, drainMs: UNKNOWN };
  return { ...row, ...ends, lag, ...times };
}

/** A group in a list, by how it is in all its partitions. */
export function summaryOf(listed: GroupSummary, group: GroupStatus): GroupSummary {
  const rows = group.partitions.filter(({ committedOffset }) => committedOffset >= 0);
  const lag = rows.reduce((sum, row) => sum + Math.max(row.lag, 0), 0);
  const known = rows.filter((row) => row.lag >= 0);
  if (lag === 0) return { ...listed, lag, lagMs: 0, drainMs: 0 };
  // What its coordinator says is of the whole group, where that knows all of it.
  if (lag === listed.lag || known.every(({ lagMs }) => lagMs >= 0)) {
    const lagMs = Math.max(...known.map((row) => row.lagMs));
    return { ...listed, lag, lagMs, drainMs: listed.drainMs };
  }
  return { ...listed, lag, lagMs: UNKNOWN, drainMs: UNKNOWN };
}
