import type { BrokerActivity } from "../../internal/client/api.ts";
import {
  type BrokerStanding,
  type Following,
  followerStanding,
  followingOf,
} from "../../internal/client/broker-standings.ts";

/** A broker of the cluster, as the one that is watched knows it. */
export interface BrokerRow {
  readonly brokerId: number;
  readonly role: "master" | "slave" | "alone" | "member";
  /** null where it isn't known here: a slave doesn't know how its master replicates. */
  readonly mode: "sync" | "async" | null;
  readonly standing: BrokerStanding;
  /** How long it hasn't been heard; null: never, or it is the one that is watched. */
  readonly silentMs: number | null;
  /** Records that it hasn't, of those that its master has; null where nobody is behind. */
  readonly lagRecords: number | null;
  /** What only the broker itself tells; null for one that isn't asked, or doesn't answer. */
  readonly self: BrokerActivity | null;
  /** Whether it is the one that is watched. */
  readonly isWatched: boolean;
}

/**
 * The brokers that the one that is watched knows of, itself first; `others` are those that tell of
 * themselves, too.
 */
export function brokerRows(
  broker: BrokerActivity,
  others: readonly BrokerActivity[],
): readonly BrokerRow[] {
  const { brokerId, writable, replication } = broker;
  const { role, mode, leaderId, followers, connected, inSync, catchUp } = replication;
  const { leaderSilentMs: silentMs } = replication;
  const told = (id: number) => others.find((other) => other.brokerId === id) ?? null;
  const nobody = { mode: null, silentMs: null, lagRecords: null, isWatched: false };
  const watched = { ...nobody, brokerId, self: broker, isWatched: true };
  if (role === "member") return memberRows(broker, others);
  const standing = writable ? "up" : "refusing";
  if (role === "slave") {
    const master = connected ? "up" : "away";
    const isBehind = catchUp !== null || (mode === "sync" && !inSync);
    const own = standing === "up" && isBehind ? "behind" : standing;
    const self = told(leaderId);
    const known = self?.replication.followers.find((follower) => follower.brokerId === brokerId);
    const lagRecords = known?.lagRecords ?? null;
    return [
      { ...watched, role, mode, standing: own, lagRecords },
      { ...nobody, brokerId: leaderId, role: "master", standing: master, silentMs, self },
    ];
  }
  const own = followers.length === 0 ? "alone" : "master";
  return [
    { ...watched, role: own, standing },
    ...followers.map(
      (follower): BrokerRow => ({
        ...nobody,
        brokerId: follower.brokerId,
        role: "slave",
        mode: follower.mode,
        standing: followerStanding(follower),
        silentMs: follower.silentMs,
        lagRecords: follower.lagRecords,
        self: told(follower.brokerId),
      }),
    ),
  ];
}

/** The brokers of a cluster: each that answers tells of itself, and how its followers are. */
function memberRows(
  broker: BrokerActivity,
  others: readonly BrokerActivity[],
): readonly BrokerRow[] {
  const all = [broker, ...others];
  const followers = all.flatMap(({ replication }) => replication.followers);
  const ids = [...new Set([...all, ...followers].map(({ brokerId }) => brokerId))];
  return ids.map((brokerId): BrokerRow => {
    const self = all.find((each) => each.brokerId === brokerId) ?? null;
    const following = followingOf(brokerId, followers);
    return {
      ...{ brokerId, role: "member", mode: null, self, isWatched: self === broker },
      standing: memberStanding(self, following),
      silentMs: self ? null : following.silentMs,
      lagRecords: following.lagRecords,
    };
  });
}

function memberStanding(self: BrokerActivity | null, { inSync }: Following): BrokerStanding {
  if (!self) return "away";
  if (!self.writable) return "refusing";
  return inSync ? "up" : "behind";
}
