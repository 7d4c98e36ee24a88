/**
 * Many consumers of one group that come, go, stop and die while records come:
 *
 *   npm run churn -- [--minutes N] [--members N] [--partitions N] [--strategy S] [--broker-kills N]
 *
 * No record goes unread or is skipped by a commit, no acked commit is lost or goes back, and no
 * partition has two owners in one generation; what somebody had who leaves, the others have within
 * a second, while the machine has time for it. Needs what interop/install.sh installs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { output } from "../command.ts";
import { executable, startWeir, type Weir, type WeirOptions } from "../weir.ts";
import { produceEndlessly } from "./endless-producer.ts";
import { hasMembers, openMembers } from "./group-members.ts";
import { brokenGroupPromises, readGroupLog } from "./group-promises.ts";

const TOPIC = "shared";
const GROUP = "churned";
/** A member that says nothing for so long is out, and how long this takes to be noticed. */
const SESSION_MS = 6000;
const SETTLE_MS = 60_000;
/** In the middle of all, others have what somebody left within this. */
const LEAVE_MS = 1000;
const RECORDS_PER_SECOND = 4000;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    members: { type: "string", default: "50" },
    partitions: { type: "string", default: "200" },
    strategy: { type: "string", default: "range" },
    "broker-kills": { type: "string", default: "0" },
  },
});
const [minutes, memberCount, partitions] = [flags.minutes, flags.members, flags.partitions].map(
  Number,
) as [number, number, number];
const brokerKills = Number(flags["broker-kills"]);
const strategy = flags.strategy === "range" ? "range" : "cooperative-sticky";
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
if (!hasMembers) throw new Error("the members' program is missing: run interop/install.sh");

const home = mkdtempSync(path.join(os.tmpdir(), "weir-churn-"));
const settings = { "group.initial.rebalance.delay.ms": "1000" };
let options: WeirOptions = { data: path.join(home, "data"), settings };
let broker: Weir = await startWeir(options);
options = { ...options, port: broker.port };
const { address } = broker;

const weir = (...args: string[]) => output([executable, ...args, "--json", "-b", address]);
await weir("topic", "create", TOPIC, "-p", String(partitions));
const members = openMembers({ broker: address, topic: TOPIC, group: GROUP, strategy });
const load = { client: "librdkafka", idempotent: true, partitions, recordBytes: [100] } as const;
const producer = produceEndlessly(address, TOPIC, {
  ...load,
  recordsPerSecond: RECORDS_PER_SECOND,
});
const broken: string[] = [];
const leaves: { readonly tookMs: number; readonly load: number }[] = [];
const recoveryMs: number[] = [];
let lastName = 0;

/** The group as the broker describes it; null while it doesn't. */
async function group(): Promise<{ state: string; members: unknown[]; lag: number } | null> {
  const text = await weir("group", "describe", GROUP).catch(() => null);
  if (text === null) return null;
  const { items } = JSON.parse(text);
  const [{ state, members: all, partitions: rows }] = items;
  const lag = rows.reduce((sum: number, row: { lag: number | null }) => sum + (row.lag ?? 1), 0);
  return { state, members: all, lag };
}

/** Waits until the group is at work with exactly the members that live. */
async function whenWhole(): Promise<void> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const now = await group();
    if (now?.state === "Stable" && now.members.length === members.names.length) return;
    if (Date.now() > until) {
      broken.push(`after ${SETTLE_MS} ms the group is ${now?.state} of ${now?.members.length}`);
      return;
    }
    await Bun.sleep(200);
  }
}

const startOne = () => members.start(`member-${++lastName}`);
const pick = (all: readonly string[]): string => all[Math.floor(Math.random() * all.length)] ?? "";

/** One leaves while all are well: how long until all others have what they get instead? */
async function leave(): Promise<void> {
  await whenWhole();
  const leftAtMs = await members.leave(pick(members.names));
  await whenWhole();
  await Bun.sleep(500);
  const changes = members.names.map((name) => members.changedAtMs.get(name) ?? 0);
  leaves.push({ tookMs: Math.max(...changes) - leftAtMs, load: os.loadavg()[0] ?? 0 });
  await startOne();
}

async function kill(): Promise<void> {
  for (let i = 0; i < 3; i++) members.kill(pick(members.names));
  for (let i = 0; i < 3; i++) await startOne();
}

/** Some are stopped, for less than their session or for longer. */
async function stop(): Promise<void> {
  const stopped = new Set([pick(members.names), pick(members.names), pick(members.names)]);
  for (const name of stopped) members.signal(name, "SIGSTOP");
  await Bun.sleep(Math.random() < 0.5 ? SESSION_MS / 3 : SESSION_MS * 1.5);
  for (const name of stopped) members.signal(name, "SIGCONT");
}

/**
 * In the middle of the rebalance that somebody causes who comes or goes, or shortly after it. Who
 * left just before is back as a ghost until its session ends: so a rebalance may take that long.
 * After each second kill the group is left alone until it is at work again.
 */
async function killBroker(): Promise<void> {
  const left = killed % 2 === 0 ? startOne() : members.leave(pick(members.names));
  await Bun.sleep(Math.random() * 1.5 * SESSION_MS);
  await broker.end("SIGKILL");
  broker = await startWeir(options);
  const readyAtMs = Date.now();
  await left;
  if (killed % 4 > 1) return;
  await whenWhole();
  recoveryMs.push(Date.now() - readyAtMs);
}

for (let i = 0; i < memberCount; i++) await startOne();
await whenWhole();
const endsAtMs = Date.now() + minutes * 60_000;
const actions = [leave, kill, stop, leave];
let killed = 0;
for (let round = 0; Date.now() < endsAtMs || killed < brokerKills; round++) {
  if (killed < brokerKills) {
    killed++;
    await killBroker();
  } else {
    await actions[round % actions.length]?.();
  }
  await Bun.sleep(Math.random() * 1000);
}
await producer.finish();
await whenWhole();
for (const until = Date.now() + SETTLE_MS; (await group())?.lag !== 0 && Date.now() < until; ) {
  await Bun.sleep(500);
}

const description = JSON.parse(await weir("topic", "describe", TOPIC)).items[0];
for (const { partition, high_watermark: end } of description.partitions) {
  const readTo = members.ledger.reads.get(partition)?.end ?? 0;
  if (readTo < end) broken.push(`partition ${partition}: nobody has read ${readTo} of ${end}`);
}
broken.push(...members.ledger.skips);
if ((await group())?.lag !== 0) broken.push("not all that was read is committed");
await members.end();
const changes = await readGroupLog(address);
broken.push(...brokenGroupPromises(changes, GROUP, members.ledger.ackedCommits));
await broker.end("SIGTERM");

/** The middle and the greatest, of numbers in any order. */
function middleAndMost(all: readonly number[]): string {
  const sorted = [...all].sort((a, b) => a - b);
  return `${sorted[sorted.length >> 1]} ms, ${sorted.at(-1)} at most`;
}

const generations = changes.filter(({ kind }) => kind === "group").length;
tell(
  `${memberCount} members of ${partitions} partitions, ${strategy}: ` +
    `${producer.ackedCount} records, ` +
    `${lastName} members in all, ${generations} generations kept, ${killed} kills of the broker, ` +
    `${members.ledger.ackedCommits.size} commits acked, ${members.refusedCommits} refused`,
);
if (leaves.length > 0) {
  const took = leaves.map(({ tookMs }) => tookMs);
  tell(`${leaves.length} leaves: others had the partitions in ${middleAndMost(took)}`);
  const slow = leaves.filter(({ tookMs }) => tookMs >= LEAVE_MS);
  for (const { tookMs, load } of slow) tell(`  ${tookMs} ms, at load ${load.toFixed(1)}`);
  for (const { tookMs } of slow.filter(({ load }) => load < os.availableParallelism())) {
    broken.push(`the partitions of one who left were taken up after ${tookMs} ms`);
  }
}
if (recoveryMs.length > 0) {
  tell(`after a kill the group was whole again in ${middleAndMost(recoveryMs)}`);
}
for (const each of broken.slice(0, 20)) tell(`  ${each}`);
tell(broken.length === 0 ? "no promise was broken" : `${broken.length} promises were broken`);
if (broken.length === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = broken.length === 0 ? 0 : 1;
