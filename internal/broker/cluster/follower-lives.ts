import type { LiveBroker } from "../../metadata/cluster/cluster-state.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";

/**
 * The other brokers of a cluster, which all follow this one. What one has said of its copies holds
 * as long as its lease: its next life may begin with another disk.
 */
export class FollowerLives {
  readonly #brokerId: number;
  readonly #leader: ReplicationLeader;
  /** The lease of each that was there. */
  readonly #sessions = new Map<number, string>();

  constructor(brokerId: number, leader: ReplicationLeader) {
    this.#brokerId = brokerId;
    this.#leader = leader;
  }

  look(live: ReadonlyMap<number, LiveBroker>): void {
    for (const [id, session] of this.#sessions) {
      if (live.get(id)?.session === session) continue;
      this.#sessions.delete(id);
      this.#leader.lifeEnded(id);
    }
    for (const { id, session } of live.values()) {
      if (id === this.#brokerId) continue;
      this.#sessions.set(id, session);
      this.#leader.putFollower(id, "sync", "new");
    }
  }
}
