import type { BrokerStatus } from "./api.ts";

/** How a broker stands, for whoever judges or draws it. */
export type BrokerStanding =
  | "up"
  /** Takes no writes, for a reason of its own. */
  | "refusing"
  /** It has still to copy, or isn't in every ISR that it should be in. */
  | "behind"
  /** Not heard. */
  | "away";

/** What a leader tells of a broker that follows it. */
export type Follower = BrokerStatus["replication"]["followers"][number];

/** How a broker follows, told by all that it follows. */
export interface Following {
  /**
   * How long nobody has heard it: one leader that did is enough for it to be there, and a leader
   * that can't hear it has it out of its ISRs. null: no one has, ever.
   */
  readonly silentMs: number | null;
  /** What it hasn't of all leaders that it is connected to; null: it is connected to none. */
  readonly lagRecords: number | null;
  /** Whether it is in every ISR that it should be in, of those leaders. */
  readonly inSync: boolean;
}

/** How a master's slave stands. */
export function followerStanding({ connected, inSync, mode }: Follower): BrokerStanding {
  if (!connected) return "away";
  return mode === "sync" && !inSync ? "behind" : "up";
}

/** How a broker of a cluster follows; `followers` are those of all brokers that tell of theirs. */
export function followingOf(brokerId: number, followers: readonly Follower[]): Following {
  const told = followers.filter((follower) => follower.brokerId === brokerId);
  const connected = told.filter((follower) => follower.connected);
  const times = told.flatMap(({ silentMs }) => (silentMs === null ? [] : [silentMs]));
  return {
    silentMs: times.length === 0 ? null : Math.min(...times),
    lagRecords:
      connected.length === 0 ? null : connected.reduce((sum, each) => sum + each.lagRecords, 0),
    inSync: connected.every(({ inSync }) => inSync),
  };
}
