import type { PartitionStatus } from "../api.ts";
import { PARTITION_HEALTHS, type PartitionHealth } from "../observability/watch-api.ts";

/** How a partition's copies are, where its topic asks for `minInsyncReplicas`. */
export function healthOf(
  { leader, replicas, isr, observers }: PartitionStatus,
  minInsyncReplicas: number,
): PartitionHealth {
  if (leader < 0) return "leaderless";
  if (isr.length < minInsyncReplicas) return "under-min-isr";
  return isr.length < replicas.length - observers.length ? "under-replicated" : "ok";
}

/** The worse of two. */
export function worse(one: PartitionHealth, other: PartitionHealth): PartitionHealth {
  return PARTITION_HEALTHS.indexOf(one) > PARTITION_HEALTHS.indexOf(other) ? one : other;
}
