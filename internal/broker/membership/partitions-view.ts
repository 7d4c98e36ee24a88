import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { PartitionStatus } from "../api.ts";

/** What a broker has of a partition. */
export type PartitionPart = "lead" | "copy" | "nothing";

/** Who has copies of a partition, and who leads it, as this broker sees it. */
export type CopiesView = Pick<
  PartitionStatus,
  "leader" | "leaderEpoch" | "replicas" | "adding" | "removing" | "isr" | "observers" | "copies"
>;

/** Who has which partition, as this broker sees it. */
export interface PartitionsView {
  /** How many brokers keep copies. */
  readonly brokerCount: number;
  /** Whether each partition stands by itself; else all stand as the one that leads them. */
  readonly isShared: boolean;
  /** The number of a partition's present leadership. */
  leaderEpochOf(place: PartitionPlace): number;
  /** What this broker has of a partition. */
  partOf(place: PartitionPlace): PartitionPart;
  /** Who has a partition; `log` is null where it has never been used here. */
  copiesOf(place: PartitionPlace, log: PartitionLog | null): CopiesView;
}

/** The view that holds now: another one does when the broker knows whom it belongs to. */
export interface CurrentView {
  current: PartitionsView;
}

/** All partitions of a broker without others: it leads them. */
export function loneView(brokerId: number): PartitionsView {
  const ids = { replicas: [brokerId], adding: [], removing: [], isr: [brokerId], observers: [] };
  const copies = { leader: brokerId, leaderEpoch: 0, ...ids, copies: [] };
  return {
    brokerCount: 1,
    isShared: false,
    leaderEpochOf: () => 0,
    partOf: () => "lead",
    copiesOf: () => copies,
  };
}
