import type { Broker } from "../api.ts";
import { BrokerError } from "../errors.ts";
import type { BrokerNode } from "./replication-api.ts";

/** Someone leads, for the how many-th time someone does. */
export interface Announcement {
  readonly leader: BrokerNode;
  readonly epoch: number;
  readonly clusterId: string;
}

/** What a promotion could lose of one partition. */
export interface MissingRecords {
  readonly log: string;
  /** Where the master's log ended when it was heard last, and where this broker's ends. */
  readonly leaderEndOffset: number;
  readonly endOffset: number;
}

/** What a slave knows before it becomes master. */
export interface PromotionReport {
  readonly leaderId: number;
  readonly epoch: number;
  /**
   * How long the master hasn't said where all its logs end, as far as that reaches those that this
   * one doesn't know of; null: never since this one follows.
   */
  readonly silentMs: number | null;
  /** Whether the slave was in the ISR of all partitions when it heard the master last. */
  readonly wasInSync: boolean;
  /**
   * Partitions of which the master may have more, because this copy isn't in sync: what it took
   * from `endOffset` on is lost. Where both ends are the same, it isn't known to have any.
   */
  readonly missing: readonly MissingRecords[];
}

/** What people, and the other broker, ask of one of a pair: that one of them leads. */
export interface PairAdmin {
  /** Someone leads with this epoch: if it is higher, this broker follows from now on. */
  announced(announcement: Announcement): Promise<void>;
  /** What a promotion could lose. */
  promotionReport(): PromotionReport;
  /** Makes this slave the master, under a higher epoch. Rejects with `BrokerError`. */
  promote(): Promise<PromotionReport>;
  /**
   * Hands the lead of this master over to its slave, losing nothing; returns the new master.
   * Rejects with `BrokerError`.
   */
  switchOver(): Promise<Announcement>;
}

/** What may be asked of the broker's pair. Throws `BrokerError` where it is one of a cluster. */
export function pairAdminOf({ replication }: Broker): PairAdmin {
  if (replication.pairAdmin) return replication.pairAdmin;
  throw new BrokerError("invalid-request", "in a cluster the controller chooses who leads");
}
