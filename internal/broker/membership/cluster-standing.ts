import type { PartitionLog } from "../../storage/partition-log.ts";
import type { CopiesView, Membership, PartitionPart, PartitionPlace } from "./membership.ts";

/** How this broker stands with others: alone, until it has a `membership`. */
export class ClusterStanding {
  readonly brokerId: number;
  membership: Membership | null = null;
  /** How every partition of a broker without others stands. */
  readonly #alone: CopiesView;

  constructor(brokerId: number) {
    this.brokerId = brokerId;
    const ids = { replicas: [brokerId], adding: [], removing: [], isr: [brokerId], observers: [] };
    this.#alone = { leader: brokerId, leaderEpoch: 0, ...ids, copies: [] };
  }

  /** How many brokers keep copies. */
  get brokerCount(): number {
    return this.membership?.brokers().length ?? 1;
  }

  leaderEpochOf(place: PartitionPlace): number {
    return this.membership?.partitions.leaderEpochOf(place) ?? 0;
  }

  /** Whether each partition stands by itself: in a pair all stand as the one that leads them. */
  get isShared(): boolean {
    return this.membership?.inCluster ?? false;
  }

  /** Whether what a partition holds is this broker's to tell: where it is shared, its leader's. */
  tellsOf(place: PartitionPlace): boolean {
    return !this.isShared || this.partOf(place) === "lead";
  }

  /** What this broker has of a partition. */
  partOf(place: PartitionPlace): PartitionPart {
    return this.membership?.partitions.partOf(place) ?? "lead";
  }

  /** Who has a partition; `log` is null where it has never been used here. */
  copiesOf(place: PartitionPlace, log: PartitionLog | null): CopiesView {
    if (this.membership) return this.membership.partitions.copiesOf(place, log);
    return this.#alone;
  }
}
