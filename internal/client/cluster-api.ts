import type { Reassignment } from "../broker/membership/cluster-admin.ts";
import type { CopyPlacement } from "../broker/membership/copy-placement.ts";
import type { RefusedMove } from "../doors/native/protocol/move-operations.ts";
import type { CallOptions } from "./api.ts";

/** What a client may ask about where copies are; what is decided may take a while to come about. */
export interface ClusterCalls {
  /** Where the copies of partitions are; sizes are those of the copies at the broker asked. */
  listCopies(movingOnly: boolean, options?: CallOptions): Promise<readonly CopyPlacement[]>;
  /** Has partitions moved to other brokers; resolves with those that can't be. */
  reassign(moves: readonly Reassignment[], options?: CallOptions): Promise<readonly RefusedMove[]>;
  /** Has a broker get nothing new, and lead nothing where others can; or takes that back. */
  drainBroker(brokerId: number, drained: boolean, options?: CallOptions): Promise<void>;
  /** Forgets a broker that has stopped for good, and has no copies any more. */
  removeBroker(brokerId: number, options?: CallOptions): Promise<void>;
  /** Bounds how fast each broker sends to new copies; null: not at all. */
  limitCopying(bytesPerSecond: number | null, options?: CallOptions): Promise<void>;
}
