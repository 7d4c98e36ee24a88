import path from "node:path";
import { addressOf, end, type Member, start, until, weir } from "../faults/member.ts";
import type { Place, WeirOptions } from "../weir.ts";

/** What both are started with. */
export interface PairOptions {
  readonly durability?: "fsync" | "memory";
  readonly replication?: "sync" | "async";
  readonly settings?: Readonly<Record<string, string>>;
  /** Where each has its data: a folder of its own in the home, if left out. */
  readonly data?: readonly [one: string, two: string];
  /** The network namespace and the address of each: none, and the loopback's, if left out. */
  readonly places?: readonly [one: Place, two: Place];
}

/** Two compiled brokers, the second the first one's slave when they begin. */
export interface RunningPair {
  readonly one: Member;
  readonly two: Member;
  /** Both addresses, as clients are told. */
  readonly bootstrap: string;
}

/** Starts a master and its slave, with a topic that both have. */
export async function startPair(
  home: string,
  { data, places, replication = "sync", durability = "fsync", settings = {} }: PairOptions,
  topic: { readonly name: string; readonly partitions: number },
): Promise<RunningPair> {
  const both = { durability, settings: { replication, ...settings } };
  const at = (index: 0 | 1, name: string): WeirOptions => ({
    ...both,
    data: data?.[index] ?? path.join(home, name),
    ...(places === undefined ? {} : { place: places[index] }),
  });
  const one = await start("one", at(0, "one"));
  const master = addressOf(one);
  await weir(one, ["topic", "create", topic.name, "-p", String(topic.partitions)]);
  const two = await start("two", { ...at(1, "two"), slaveOf: master });
  const pair = { one, two, bootstrap: `${master},${addressOf(two)}` };
  await followed(one);
  return pair;
}

/** Ends both in good order. */
export async function stopPair({ one, two }: RunningPair): Promise<void> {
  for (const member of [one, two]) await end(member, "SIGTERM");
}

/** What `weir promote` said before it promoted. */
export interface Promoted {
  readonly was_in_sync: boolean;
  readonly missing: readonly {
    readonly log: string;
    readonly end_offset: number;
    readonly records: number;
  }[];
}

/** Makes a slave the master. */
export async function promote(member: Member): Promise<Promoted> {
  return JSON.parse(await weir(member, ["promote", "--yes", "--json"]));
}

/** What is used of a broker's status. */
export interface Status {
  readonly role: string;
  readonly connected_slaves: number;
  readonly slaves_in_sync: number;
  readonly lag_records: number;
  readonly acked_alone: number;
  readonly degraded_since_ms: number | null;
}

export async function statusOf(member: Member): Promise<Status> {
  return JSON.parse(await weir(member, ["status", "--json"])).items[0];
}

/** Resolves when the master's slave follows, and has all that it is to have. */
export async function followed(master: Member): Promise<void> {
  const mode = master.options.settings?.replication;
  await until(`the slave of ${master.name} has caught up`, async () => {
    const status = await statusOf(master);
    return mode === "sync" ? status.slaves_in_sync === 1 : status.connected_slaves === 1;
  });
}
