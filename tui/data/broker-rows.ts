import type { BrokerActivity } from "../../internal/client/api.ts";

/** A broker of the cluster, as the one that is watched knows it. */
export interface BrokerRow {
  readonly brokerId: number;
  readonly role: "master" | "slave" | "alone";
  /** null where it isn't known here: a slave doesn't know how its master replicates. */
  readonly mode: "sync" | "async" | null;
  readonly standing: Standing;
  /** How long it hasn't been heard; null: never, or it is the one that is watched. */
  readonly silentMs: number | null;
  /** Records that it hasn't, of those that its master has; null where nobody is behind. */
  readonly lagRecords: number | null;
  /** What only the broker itself tells; null for another. */
  readonly self: BrokerActivity | null;
}

/** How a broker stands. */
export type Standing =
  | "up"
  /** Takes no writes, for a reason of its own. */
  | "refusing"
  /** A slave that has still to copy, or a synchronous one that isn't in every ISR. */
  | "behind"
  /** Not heard. */
  | "away";

/** The brokers that the one that is watched knows of, itself first. */
export function brokerRows(broker: BrokerActivity): readonly BrokerRow[] {
  const { brokerId, writable, replication } = broker;
  const { role, mode, leaderId, followers, connected, inSync, catchUp } = replication;
  const { leaderSilentMs: silentMs } = replication;
  const nobody = { mode: null, silentMs: null, lagRecords: null, self: null };
  const standing = writable ? "up" : "refusing";
  if (role === "slave") {
    const master = connected ? "up" : "away";
    const isBehind = catchUp !== null || (mode === "sync" && !inSync);
    const own = standing === "up" && isBehind ? "behind" : standing;
    return [
      { ...nobody, brokerId, role, mode, standing: own, self: broker },
      { ...nobody, brokerId: leaderId, role: "master", standing: master, silentMs },
    ];
  }
  const own = followers.length === 0 ? "alone" : "master";
  return [
    { ...nobody, brokerId, role: own, standing, self: broker },
    ...followers.map(
      (follower): BrokerRow => ({
        ...nobody,
        brokerId: follower.brokerId,
        role: "slave",
        mode: follower.mode,
        standing: followerStanding(follower),
        silentMs: follower.silentMs,
        lagRecords: follower.lagRecords,
      }),
    ),
  ];
}

function followerStanding({
  connected,
  inSync,
  mode,
}: BrokerActivity["replication"]["followers"][number]): Standing {
  if (!connected) return "away";
  return mode === "sync" && !inSync ? "behind" : "up";
}
