import type { ReplicationLeader } from "../replication/leader.ts";
import { BrokerError } from "./errors.ts";
import type { PeerAddress } from "./links.ts";
import type { PairPath } from "./pair-path.ts";
import type { Announcement, BrokerNode } from "./replication-api.ts";

/** How often a master tells brokers that don't follow it that it leads. */
const ANNOUNCE_MS = 1000;

/** Who leads, and whom to tell. */
export interface Leading {
  readonly leader: ReplicationLeader;
  /** The leader's own broker first. */
  readonly nodes: readonly BrokerNode[];
  readonly epoch: number;
}

/** Who of the others leads with a higher epoch than this one; null: nobody who answers. */
export async function newerLeadership(
  { links, brokerId, metadata }: PairPath,
  epoch: number,
): Promise<Announcement | null> {
  const others = [...metadata.brokers.values()].filter(({ id }) => id !== brokerId);
  const states = await Promise.all(others.map((node) => links.ask(node).catch(() => null)));
  const newest = states
    .filter((state) => state !== null)
    .filter((state) => state.clusterId === metadata.clusterId && state.leaderId !== brokerId)
    .sort((a, b) => b.leaderEpoch - a.leaderEpoch)[0];
  if (!newest || newest.leaderEpoch <= epoch) return null;
  const leader = metadata.brokers.get(newest.leaderId);
  const { clusterId } = metadata;
  return leader ? { leader, epoch: newest.leaderEpoch, clusterId } : null;
}

/**
 * Tells the brokers that don't follow who leads, again and again as long as `leading` says that it
 * does: one that led before takes no more writes when it learns of it.
 */
export function announceLater(path: PairPath, delayMs: number, leading: () => Leading | null) {
  path.clock.after(delayMs, () => {
    const now = leading();
    if (!now) return;
    const followers = [...now.leader.followers];
    const absent = followers.filter(({ connected }) => !connected);
    announce(path, now, new Set(absent.map(({ brokerId }) => brokerId)));
    // Without followers there is no one to tell: the first one comes by itself.
    if (followers.length > 0) announceLater(path, ANNOUNCE_MS, leading);
  });
}

function announce(
  { links, metadata }: PairPath,
  { nodes, epoch }: Leading,
  absent: ReadonlySet<number>,
): void {
  const [leader, ...others] = nodes;
  if (!leader) return;
  const { clusterId } = metadata;
  for (const node of others) {
    // Whoever is down learns of it when it starts.
    if (absent.has(node.id)) links.announce(node, { leader, epoch, clusterId }).catch(() => {});
  }
}

/** A block of a master's producer ids. Rejects with `BrokerError` `no-producer-ids`. */
export async function producerIdsFrom(
  { links }: PairPath,
  master: () => PeerAddress,
): Promise<number> {
  try {
    return await links.reserveProducerIds(master());
  } catch (error) {
    const message = "producer ids come from the master, which can't be reached";
    throw new BrokerError("no-producer-ids", message, { cause: error });
  }
}
