import type { Clock } from "../platform/clock.ts";
import type { ReplicationLeader } from "../replication/leader.ts";
import type { LogStore } from "../storage/log-store.ts";
import { BrokerError } from "./errors.ts";
import type { Links, PeerState } from "./links.ts";
import type { PairPath } from "./pair-path.ts";
import type { Announcement, BrokerNode } from "./replication-api.ts";

/** A slave that hasn't everything after so long isn't handed the lead. */
const DRAIN_MS = 5000;
const LOOK_MS = 5;
/** A slave that may have been promoted and doesn't answer is taken to be dead after so long. */
const ASK_MS = 30_000;
const ASK_AGAIN_MS = 200;

/** A handing over that has begun: no writes are taken. */
export interface HandOver {
  readonly to: number;
}

/**
 * Hands the lead over to the slave that follows: takes no more writes, waits until the slave has
 * everything, and has it promoted. Rejects with `BrokerError`, and nothing has changed, if there is
 * no such slave, or if it doesn't catch up in time.
 */
export async function handOver(
  { clock, store, links }: PairPath,
  leader: ReplicationLeader,
  nodes: readonly BrokerNode[],
  begun: (handOver: HandOver) => void,
): Promise<Announcement> {
  const follower = [...leader.followers].find(({ connected }) => connected);
  const node = nodes.find(({ id }) => id === follower?.brokerId);
  if (!follower || !node) throw new BrokerError("invalid-request", "no slave follows this master");
  begun({ to: follower.brokerId });
  await store.durable();
  const endMs = clock.monotonicMs() + DRAIN_MS;
  while (!hasAll(leader, store, follower.brokerId)) {
    if (clock.monotonicMs() > endMs) {
      const message = `broker ${follower.brokerId} is too far behind: nothing was changed`;
      throw new BrokerError("not-enough-replicas", message);
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
  const failure = await links.promote(node).then(
    () => null,
    (error: unknown) => error,
  );
  const state = await askWhoLeads(clock, links, node);
  if (state.leaderId !== node.id) throw failure ?? new Error("the slave wasn't promoted");
  return { leader: node, epoch: state.leaderEpoch, clusterId: state.clusterId };
}

/** What the slave says: whoever doesn't know whether it leads may not go on as master. */
async function askWhoLeads(clock: Clock, links: Links, node: BrokerNode): Promise<PeerState> {
  const endMs = clock.monotonicMs() + ASK_MS;
  for (;;) {
    try {
      return await links.ask(node);
    } catch (error) {
      if (clock.monotonicMs() > endMs) throw error;
      await new Promise<void>((resolve) => clock.after(ASK_AGAIN_MS, resolve));
    }
  }
}

function hasAll(leader: ReplicationLeader, store: LogStore, brokerId: number): boolean {
  for (const log of store.logs.values()) {
    for (const copy of leader.copiesOf(log)?.followers ?? []) {
      if (copy.brokerId === brokerId && copy.offset < log.endOffset) return false;
    }
  }
  return true;
}
