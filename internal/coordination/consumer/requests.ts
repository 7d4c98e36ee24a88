import type { GroupErrorCode } from "../errors.ts";
import type { Partitions } from "./partitions.ts";

/** What a member of the consumer protocol says, all in one: it comes, stays, or leaves. */
export interface ConsumerHeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 joins, -1 leaves, -2 leaves for a while (static members). */
  readonly memberEpoch: number;
  /** The lasting name of a static member. */
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** How long it may take to give partitions up; null: as before. */
  readonly rebalanceTimeoutMs: number | null;
  /** null: as before. */
  readonly topics: readonly string[] | null;
  /** Topics by a pattern; null: as before, empty: none any more. */
  readonly topicRegex: string | null;
  /** null: as before. */
  readonly assignor: string | null;
  /** What it has; null: as before. */
  readonly owned: Partitions | null;
}

/** The same of a member that may leave it to the broker to choose its id when it joins: null. */
export interface ConsumerHeartbeat extends Omit<ConsumerHeartbeatRequest, "memberId"> {
  readonly memberId: string | null;
}

/** How the group stands to the member, or why it has none. */
export type ConsumerHeartbeatAnswer =
  | ConsumerHeartbeatRefusal
  | {
      readonly error: null;
      readonly memberId: string;
      readonly memberEpoch: number;
      readonly heartbeatIntervalMs: number;
      /** What it shall have; null if that has not changed. */
      readonly assignment: Partitions | null;
    };

/** Why a member is refused; the message is for its people, null where the code says it all. */
export interface ConsumerHeartbeatRefusal {
  readonly error: GroupErrorCode;
  readonly message: string | null;
}
