import type { NamedPartition } from "../../metadata/partition-names.ts";
import type { Broker } from "../api.ts";
import { BrokerError } from "../errors.ts";

/** Which brokers are to have a partition's copies. */
export interface Reassignment extends NamedPartition {
  /** The preferred leader first; null: what is under way is called off. */
  readonly replicas: readonly number[] | null;
}

/** `preferred`: the first copy; `unclean`: any that is there, where there is no leader. */
export type ElectionKind = "preferred" | "unclean";

/** What came of one partition's election; null: it was done. */
export interface ElectionOutcome extends NamedPartition {
  readonly error: BrokerError | null;
}

/**
 * What people ask of a cluster: where copies are, and who leads. What they ask for is decided when
 * a promise resolves, and survives all brokers; that it has come about takes longer.
 */
export interface ClusterAdmin {
  /**
   * Has partitions moved to other brokers: new copies come into the ISR, then the others go. One
   * outcome for each, in order: null, or why it can't be.
   */
  reassign(moves: readonly Reassignment[]): Promise<readonly (BrokerError | null)[]>;
  /**
   * Chooses leaders anew, of all partitions where none are named: then those that need none are
   * left out. Rejects with `BrokerError` `not-decided` where this broker isn't the controller.
   */
  elect(
    kind: ElectionKind,
    partitions: readonly NamedPartition[] | null,
  ): Promise<readonly ElectionOutcome[]>;
  /** A broker gets no new copies, and leads only where nobody else can; or is as others again. */
  drain(brokerId: number, isDrained: boolean): Promise<void>;
  /** Forgets a broker that has stopped for good, and has no copies any more. */
  remove(brokerId: number): Promise<void>;
  /** How fast each broker sends to new copies at the most, in all; null: as fast as it goes. */
  limitCopying(bytesPerSecond: number | null): Promise<void>;
}

/** What people may ask of the broker's cluster. Throws `BrokerError` where it isn't of one. */
export function clusterAdminOf({ replication }: Broker): ClusterAdmin {
  if (replication.clusterAdmin) return replication.clusterAdmin;
  const why = "this broker isn't one of a cluster";
  throw new BrokerError("invalid-request", `${why}: those are started with --etcd`);
}
