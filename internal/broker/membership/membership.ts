import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { BrokerError } from "../errors.ts";
import type { PartitionsView } from "./partitions-view.ts";
import type { BrokerNode, Replication } from "./replication-api.ts";

/** Who has which partition, and what a broker that belongs to others may say of it. */
export interface SharedPartitions extends PartitionsView {
  /** Why a partition that this broker doesn't lead takes no writes here. */
  refusalOf(place: PartitionPlace): BrokerError;
  /** Why this broker doesn't say where a partition ends; null if it does. */
  askRefusalOf(place: PartitionPlace): BrokerError | null;
  /** A broker that is there, and has everything of a log before `offset`; null: nobody now. */
  otherCopy(log: PartitionLog, offset: number): BrokerNode | null;
}

/**
 * Who leads which partition, and what this broker has to do with it: what the rest of the broker
 * asks, whether it is one of a pair, in which one leads all and people decide who, or one of a
 * cluster, in which each partition has its own leader and a controller decides.
 */
export interface Membership extends Replication {
  /** What this broker leads; null while that is nothing. */
  readonly leader: ReplicationLeader | null;
  /** Why nothing is written here now; null where partitions that are led here take writes. */
  readonly refusal: BrokerError | null;
  readonly partitions: SharedPartitions;
  /** A block of producer ids for this broker to give out; resolves with the first. */
  obtainProducerIds(): Promise<number>;
  /** Others can reach this broker from now on; resolves when they can know it. */
  serve(): Promise<void>;
  /** It is about to stop: others lead what it leads, as far as they can, when this resolves. */
  handOver(): Promise<void>;
  close(): Promise<void>;
}
