import type { NamedPartition } from "../../metadata/partition-names.ts";
import type { Broker } from "../api.ts";

/** Where a partition's copies are, and how much of it the broker that is asked has. */
export interface CopyPlacement extends NamedPartition {
  readonly leader: number;
  /** The preferred leader first; those that come and those that go are among them. */
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  readonly isr: readonly number[];
  readonly sizeBytes: number;
}

/** Where the copies of all partitions are, or of those that are being moved. */
export function copyPlacements(broker: Broker, movingOnly: boolean): readonly CopyPlacement[] {
  const placements: CopyPlacement[] = [];
  for (const { name: topic, partitionCount } of broker.topics()) {
    for (let partition = 0; partition < partitionCount; partition++) {
      const status = broker.partition(topic, partition);
      if (!status) continue;
      const { leader, replicas, adding, removing, isr, sizeBytes } = status;
      if (movingOnly && adding.length + removing.length === 0) continue;
      const brokers = { leader, replicas, adding, removing, isr };
      placements.push({ topic, partition, ...brokers, sizeBytes });
    }
  }
  return placements;
}
