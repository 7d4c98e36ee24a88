import type { PartitionLog } from "../storage/partition-log.ts";

/** The internal topic that groups and offsets are kept in: Kafka's name for it. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/** How the coordinator gets at that topic, which is the broker's to make. */
export interface OffsetsTopic {
  /** Its partitions' logs in order; null while there is no such topic. */
  logs(): readonly PartitionLog[] | null;
  /** Makes the topic; null if that is refused now, by a full disk for instance. */
  create(): Promise<readonly PartitionLog[] | null>;
}

/**
 * The partition of the topic that keeps a group, as Kafka chooses it: by Java's hash of the
 * group's id. It stays the same as long as the number of partitions does.
 */
export function partitionOf(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let i = 0; i < groupId.length; i++) hash = (Math.imul(hash, 31) + groupId.charCodeAt(i)) | 0;
  return (hash & 0x7fffffff) % partitionCount;
}
