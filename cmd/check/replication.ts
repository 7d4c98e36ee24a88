import type { BrokerShare, BrokerStatus, Client } from "../../internal/client/api.ts";
import {
  type BrokerStanding,
  type Following,
  followerStanding,
  followingOf,
} from "../../internal/client/broker-standings.ts";
import { counted, humanCount } from "../output/numbers.ts";
import { type Measure, type Outcome, type Standing, worst } from "./outcome.ts";
import { type CheckOptions, inUnit, judgeMost } from "./thresholds.ts";

/**
 * Whether copies follow, and how closely: of a pair asked of either of the two, of a cluster of any
 * broker, and then about all of them.
 */
export async function checkReplication(client: Client, options: CheckOptions): Promise<Outcome> {
  const { replication, brokerId, writeRefusal } = await client.status();
  if (replication.role === "member") return clusterOutcome(client, options);
  if (replication.role === "slave") return slaveOutcome(replication, options);
  const outcome = masterOutcome(replication, options);
  const refusal = refusalText({ brokerId, writeRefusal });
  if (refusal === null) return outcome;
  return { ...outcome, standing: "critical", message: `${refusal}; ${outcome.message}` };
}

function refusalText(status: Pick<BrokerStatus, "brokerId" | "writeRefusal">): string | null {
  const { brokerId, writeRefusal } = status;
  return writeRefusal === null ? null : `broker ${brokerId} refuses records: ${writeRefusal}`;
}

type Replication = BrokerStatus["replication"];

/** What a broker's standing means to monitoring. */
const JUDGED: Readonly<Record<BrokerStanding, Standing>> = {
  ...{ up: "ok", behind: "warning", refusing: "critical", away: "critical" },
};

function slaveOutcome({ connected, leaderId, leaderSilentMs }: Replication, options: CheckOptions) {
  const measures = silence("leader_silent", leaderSilentMs, options);
  if (!connected) {
    const message = `this slave doesn't hear its master, broker ${leaderId}`;
    return { standing: "critical", message, measures } as const;
  }
  const heard = ((leaderSilentMs ?? 0) / 1000).toFixed(1);
  const message = `this slave follows broker ${leaderId}, heard ${heard}s ago`;
  return { standing: judgeAll(measures), message, measures };
}

function masterOutcome({ followers }: Replication, options: CheckOptions): Outcome {
  if (followers.length === 0) {
    return { standing: "critical", message: "this master has no slave", measures: [] };
  }
  const standings = followers.map((follower) => JUDGED[followerStanding(follower)]);
  const measures = followers.flatMap((follower) =>
    followerMeasures(follower.brokerId, follower, options),
  );
  const told = followers.map(({ brokerId, connected, inSync, lagRecords }) => {
    if (!connected) return `broker ${brokerId} isn't connected`;
    const sync = inSync ? "in sync" : "not in sync";
    return `broker ${brokerId} is ${sync}, ${counted(lagRecords, "record")} behind`;
  });
  const standing = worst([...standings, judgeAll(measures)]);
  return { standing, message: told.join("; "), measures };
}

/** How far a follower is behind, and how long it hasn't been heard. */
function followerMeasures(
  brokerId: number,
  { lagRecords, silentMs }: Pick<Following, "lagRecords" | "silentMs">,
  options: CheckOptions,
): Measure[] {
  if (lagRecords === null) return [];
  const name = `broker_${brokerId}`;
  const records = { warn: inUnit(options.warn, "count"), crit: inUnit(options.crit, "count") };
  const lag: Measure = { name: `${name}_lag`, value: lagRecords, unit: "", ...records };
  return [lag, ...silence(`${name}_silent`, silentMs, options)];
}

/** Whether all brokers of a cluster are there, and have what they are to have copies of. */
async function clusterOutcome(client: Client, options: CheckOptions): Promise<Outcome> {
  const { brokers } = await client.describeCluster();
  const peers = await client.brokers();
  const statuses = await Promise.all(peers.map((peer) => peer.status()));
  const followers = statuses.flatMap(({ replication }) => replication.followers);
  const measures = brokers.flatMap(({ brokerId }) =>
    followerMeasures(brokerId, followingOf(brokerId, followers), options),
  );
  const answered = new Map(statuses.map((status) => [status.brokerId, status]));
  const found = brokers.map((share) => shareOutcome(share, answered.get(share.brokerId)));
  const troubles = found.filter(({ standing }) => standing !== "ok");
  const all = `${counted(brokers.length, "broker")}, all there and in sync`;
  return {
    standing: worst([...found.map(({ standing }) => standing), judgeAll(measures)]),
    message: troubles.length === 0 ? all : troubles.map(({ message }) => message).join("; "),
    measures,
  };
}

/** How one broker is, and what it says of that. */
function shareOutcome(
  { brokerId, live, replicaCount, inSyncCount }: BrokerShare,
  status: BrokerStatus | undefined,
): Omit<Outcome, "measures"> {
  const who = `broker ${brokerId}`;
  if (!live) return { standing: "critical", message: `${who} is away` };
  if (!status) return { standing: "critical", message: `${who} doesn't answer` };
  const refusal = refusalText(status);
  if (refusal !== null) return { standing: "critical", message: refusal };
  const missing = replicaCount - inSyncCount;
  if (missing === 0) return { standing: "ok", message: `${who} is in sync` };
  const copies = `${humanCount(missing)} of ${counted(replicaCount, "partition")}`;
  return { standing: "warning", message: `${who} isn't in sync in ${copies}` };
}

/** Who was never heard has no time; that it isn't connected says enough. */
function silence(name: string, silentMs: number | null, { warn, crit }: CheckOptions): Measure[] {
  if (silentMs === null) return [];
  const limits = { warn: inUnit(warn, "seconds"), crit: inUnit(crit, "seconds") };
  return [{ name, value: silentMs / 1000, unit: "s", ...limits }];
}

function judgeAll(measures: readonly Measure[]): Standing {
  return worst(measures.map(({ value, warn, crit }) => judgeMost(value, warn, crit)));
}
