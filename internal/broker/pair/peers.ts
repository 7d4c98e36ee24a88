import type { ReplicationLeader } from "../../replication/leader.ts";
import { BrokerError } from "../errors.ts";
import type { PeerAddress, PeerState } from "../membership/links.ts";
import type { Announcement } from "../membership/pair-admin.ts";
import type { KnownBroker } from "../membership/replication-api.ts";
import type { PairPath } from "./pair-path.ts";

/** How often a master tells brokers that don't follow it that it leads. */
const ANNOUNCE_MS = 1000;

/** All brokers of the pair, this one first. */
export function brokersOf(path: PairPath): readonly [KnownBroker, ...KnownBroker[]] {
  const { metadata, brokerId, advertised, rack } = path;
  const usual = { isStopping: false, isDrained: false };
  const others = [...metadata.brokers.values()].filter(({ id }) => id !== brokerId);
  return [
    { id: brokerId, host: advertised.host, port: advertised.port, rack, ...usual },
    ...others.map((node) => ({ ...node, ...usual })),
  ];
}

/** Where broker `id` is reached, which leads. */
export function addressOf({ metadata, slaveOf, followed }: PairPath, id: number): PeerAddress {
  const known = metadata.brokers.get(id) ?? slaveOf ?? followed;
  if (known) return known;
  throw new Error(`the address of broker ${id}, which leads, isn't known`);
}

/**
 * What those of the others say who answer: brokers of the same cluster, and those that have nothing
 * of any. A slave asks the master that it was started with, too.
 */
export async function askOthers(path: PairPath): Promise<readonly PeerState[]> {
  const { links, brokerId, metadata, slaveOf } = path;
  const known = [...metadata.brokers.values()].filter(({ id }) => id !== brokerId);
  const isKnown = known.some(({ host, port }) => slaveOf?.host === host && slaveOf.port === port);
  const asked: PeerAddress[] = slaveOf && !isKnown ? [...known, slaveOf] : known;
  const states = await Promise.all(asked.map((peer) => links.ask(peer).catch(() => null)));
  return states
    .filter((state) => state !== null)
    .filter((state) => state.brokerId !== brokerId)
    .filter(({ clusterId }) => clusterId === metadata.clusterId || clusterId === "");
}

/** Who leads with a higher epoch than this one, as others say; null: nobody. */
export function newerLeadership(
  { brokerId, metadata }: PairPath,
  states: readonly PeerState[],
  epoch: number,
): Announcement | null {
  const { clusterId } = metadata;
  const newest = states
    .filter((state) => state.clusterId === clusterId && state.leaderId !== brokerId)
    .sort((a, b) => b.leaderEpoch - a.leaderEpoch)[0];
  if (!newest || newest.leaderEpoch <= epoch) return null;
  const leader = metadata.brokers.get(newest.leaderId);
  return leader ? { leader, epoch: newest.leaderEpoch, clusterId } : null;
}

/**
 * Tells the brokers that don't follow who leads, again and again until `leading` says that nobody
 * here does: one that led before takes no more writes when it learns of it.
 */
export function announceLater(
  path: PairPath,
  delayMs: number,
  epoch: number,
  leading: () => ReplicationLeader | null,
): void {
  path.clock.after(delayMs, () => {
    const leader = leading();
    if (!leader) return;
    const followers = [...leader.followers];
    const absent = followers.filter(({ connected }) => !connected);
    announce(path, epoch, new Set(absent.map(({ brokerId }) => brokerId)));
    // Without followers there is no one to tell: the first one comes by itself.
    if (followers.length > 0) announceLater(path, ANNOUNCE_MS, epoch, leading);
  });
}

function announce(path: PairPath, epoch: number, absent: ReadonlySet<number>): void {
  const [leader, ...others] = brokersOf(path);
  const { links, metadata } = path;
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
