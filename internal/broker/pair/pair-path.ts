import type { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { ReplicationMode } from "../../replication/messages.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { Links, PeerAddress } from "../membership/links.ts";
import type { Role } from "../membership/replication-api.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { Topics } from "../topics/topics.ts";
import type { FollowedLeader } from "./followed-leader.ts";

/** What a broker's part in a pair stands on. */
export interface PairPath {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventLog;
  readonly store: LogStore;
  readonly metadata: EmbeddedMetadataStore;
  readonly topics: Topics;
  readonly links: Links;
  readonly brokerId: number;
  /** Where this broker is reached; it may become known only when it serves. */
  readonly advertised: PeerAddress;
  readonly rack: string | null;
  /** The master to follow; null: what the metadata says. */
  readonly slaveOf: PeerAddress | null;
  /** Whom this broker had followed last when it was started. */
  readonly followed: FollowedLeader | null;
  /** Makes durable whom this broker follows. */
  readonly saveFollowed: (leader: FollowedLeader) => Promise<void>;
  readonly mode: ReplicationMode;
  readonly lagTimeMaxMs: number;
  readonly fenceAfterMs: number;
  /** Called when this broker begins or ceases to lead; resolves when it may go on. */
  readonly roleChanged: (role: Role) => Promise<void>;
}
