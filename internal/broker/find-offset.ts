import type { LogStore } from "../storage/log-store.ts";
import type { FoundOffset, OffsetPosition } from "./api.ts";
import { brokerError } from "./storage-errors.ts";
import type { Partition } from "./topics/partition.ts";

/** The offset that a place in a partition stands for, as its consumers may see it. */
export async function findOffset(
  store: LogStore,
  partition: Partition,
  position: OffsetPosition,
): Promise<FoundOffset> {
  const { log, highWatermark, leaderEpoch } = partition;
  if (position.kind === "earliest") {
    return { offset: log.startOffset, timestampMs: -1, leaderEpoch };
  }
  if (position.kind === "latest") return { offset: highWatermark, timestampMs: -1, leaderEpoch };
  try {
    const found =
      position.kind === "at-time"
        ? await store.findTime(log, position.timestampMs, highWatermark)
        : await store.findMaxTime(log, highWatermark);
    return { ...(found ?? { offset: -1, timestampMs: -1 }), leaderEpoch };
  } catch (error) {
    throw brokerError(error);
  }
}
