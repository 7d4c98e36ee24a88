import path from "node:path";
import { output } from "../command.ts";
import { executable, startWeir, type Weir, type WeirOptions } from "../weir.ts";

/** How long brokers may take to do what they are waited for. */
const WAIT_MS = 60_000;
const LOOK_MS = 20;

/** One of the two: what it is started with, and its process while there is one. */
export interface Member {
  readonly name: string;
  readonly options: WeirOptions;
  broker: Weir | null;
}

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

/** Where on the network a broker is. */
export interface Place {
  readonly namespace: string;
  readonly host: string;
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
  const one = await started("one", at(0, "one"));
  const master = addressOf(one);
  await weir(one, ["topic", "create", topic.name, "-p", String(topic.partitions)]);
  const two = await started("two", { ...at(1, "two"), slaveOf: master });
  const pair = { one, two, bootstrap: `${master},${addressOf(two)}` };
  await followed(one);
  return pair;
}

/** Starts a broker; it is found again at the same port when it is started again. */
async function started(name: string, options: WeirOptions): Promise<Member> {
  const broker = await startWeir(options);
  const { slaveOf: _, ...later } = options;
  return { name, options: { ...later, port: broker.port }, broker };
}

/** Starts a broker that ran before: who leads is for it to find out. */
export async function restart(member: Member): Promise<void> {
  member.broker = await startWeir(member.options);
}

export async function kill(member: Member): Promise<void> {
  await member.broker?.end("SIGKILL");
  member.broker = null;
}

/** Ends both in good order. */
export async function stopPair({ one, two }: RunningPair): Promise<void> {
  for (const member of [one, two]) {
    await member.broker?.end("SIGTERM");
    member.broker = null;
  }
}

export function addressOf({ name, broker }: Member): string {
  if (broker) return broker.address;
  throw new Error(`${name} doesn't run`);
}

/** Runs `weir` against a broker; resolves with what it printed. */
export async function weir(member: Member, args: readonly string[]): Promise<string> {
  const enter = member.options.place ? ["ip", "netns", "exec", member.options.place.namespace] : [];
  return await output([...enter, executable, ...args, "--broker", addressOf(member)]);
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

/** Waits until something holds; rejects when it doesn't for long. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`it never happened: ${what}`);
    await Bun.sleep(LOOK_MS);
  }
}
