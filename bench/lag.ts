/**
 * How right it is what the compiled broker says of a group: how far it is behind as time, and in
 * how long it will have read everything. In real time, with a producer and a consumer that are
 * irregular; what is said is compared with what then comes to be.
 *
 * A seed is a script of bursts, pauses and paces, thrown by dice: ten seconds of them differ by
 * 15 %. So some thirty seeds of a hundred have looks at which the next bursts make more than the
 * difference allowed, and still ten for who knows the true means. `--cards 10` deals the same sizes
 * and times from decks of ten: as irregular, but soon without luck. The last line tells how right
 * somebody is who knows how fast it came to be read.
 *
 *   npm run bench:lag -- [--seed N] [--partitions N] [--ahead SECONDS] [--cards N]
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Client } from "../internal/client/api.ts";
import { connect } from "../internal/client/client.ts";
import type { GroupReader } from "../internal/client/group-reader-api.ts";
import { bunPlatform } from "../internal/platform/bun/platform.ts";
import { dealt, seeded } from "../internal/record/samples.testing.ts";
import { startWeir } from "../interop/weir.ts";
import { summarize } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    partitions: { type: "string", default: "3" },
    ahead: { type: "string", default: "40" },
    cards: { type: "string", default: "0" },
  },
});
const partitionCount = Number(flags.partitions);
const aheadMs = Number(flags.ahead) * 1000;
const cardCount = Number(flags.cards);
const random = seeded(Number(flags.seed));
/** Each has chances of its own: else who comes first would change what the others do. */
const chance = () => seeded(random() * 2 ** 31);
const deal = () => dealt(chance(), cardCount);
const [burst, pause, place, pace] = [deal(), deal(), chance(), deal()];

const TOPIC = "orders";
const GROUP = "billing";
/** A burst has up to so many records, and what comes behind it is a pause of up to so long. */
const BURST_RECORDS = 200;
const PAUSE_MS = 800;
/** What the consumer takes a second, more or less: some 250 come. */
const READ_PER_SECOND = 600;
const LOOK_EVERY_MS = 500;
/** What is said before the group has been seen for so long isn't looked at. */
const SETTLED_MS = 15_000;
/** Below that, the time of a look counts, and what the next bursts and pauses are. */
const LEAST_LAG_MS = 2000;
const LEAST_DRAIN_MS = 10_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** When each record was acked, and how far the group has committed, by partition. */
const cameAtMs: number[][] = Array.from({ length: partitionCount }, () => []);
const committed: number[] = cameAtMs.map(() => 0);
/** How far the group has read. */
const places = new Map<number, number>();
/** Commits that began, and those that are over. */
const commits = { begun: 0, over: 0 };
/** When the group had first committed all that there was; null: it hasn't yet. */
let drainedAtMs: number | null = null;

async function write(client: Client): Promise<void> {
  const producer = await client.openProducer(TOPIC, {
    lingerMs: 0,
    onReceipt: ({ partition }, { recordCount }) => {
      const nowMs = performance.now();
      for (let each = 0; each < recordCount; each++) cameAtMs[partition]?.push(nowMs);
    },
  });
  while (drainedAtMs === null) {
    const count = Math.ceil(burst() * BURST_RECORDS);
    const partition = Math.floor(place() * partitionCount);
    for (let each = 0; each < count; each++) {
      await producer.send({ key: null, value: new Uint8Array(100), partition });
    }
    await sleep(pause() * PAUSE_MS);
  }
  await producer.close();
}

/** Reads at an uneven pace, and commits about once a second. */
async function read(reader: GroupReader): Promise<void> {
  let committedAtMs = 0;
  for await (const event of reader) {
    if (event.kind !== "records") continue;
    const { partition, records } = event;
    await sleep((records.length / READ_PER_SECOND) * 1000 * (0.3 + 1.4 * pace()));
    places.set(partition, (records.at(-1)?.offset ?? -1) + 1);
    const isLast = isAtEnd();
    if (performance.now() - committedAtMs < 1000 && !isLast) continue;
    committedAtMs = performance.now();
    await commit(reader);
    if (isLast) drainedAtMs ??= performance.now();
  }
}

const isAtEnd = () => cameAtMs.every((times, at) => (places.get(at) ?? 0) >= times.length);

async function commit(reader: GroupReader): Promise<void> {
  const offsets = [...places].map(([partition, offset]) => {
    return { topic: TOPIC, partition, offset };
  });
  commits.begun++;
  await reader.commit(offsets);
  for (const { partition, offset } of offsets) committed[partition] = offset;
  commits.over++;
}

/** How long the oldest record has been there that the group hasn't committed. */
function trueLagMs(nowMs: number): number {
  const oldest = cameAtMs.map((times, at) => times[committed[at] ?? 0] ?? nowMs);
  return nowMs - Math.min(...oldest);
}

/** How many records the group hasn't read. */
function unread(): number {
  return cameAtMs.reduce((sum, times, at) => sum + times.length - (places.get(at) ?? 0), 0);
}

/** What was said at one moment, and what was true of it. */
interface Look {
  readonly atMs: number;
  readonly unread: number;
  readonly trueLagMs: number;
  readonly lagMs: number;
  readonly drainMs: number;
}

/** Looks until the group has read everything; resolves with what was said. */
async function watch(client: Client): Promise<Look[]> {
  const looks: Look[] = [];
  while (drainedAtMs === null) {
    const { begun, over } = commits;
    const [group] = await client.listGroups();
    const atMs = performance.now();
    // Where a commit was under way, nobody can say what the broker has seen.
    if (group && begun === over && begun === commits.begun) {
      const { lagMs, drainMs } = group;
      looks.push({ atMs, unread: unread(), trueLagMs: trueLagMs(atMs), lagMs, drainMs });
    }
    await sleep(LOOK_EVERY_MS);
  }
  return looks;
}

/** Tells how far what was said is from what was true, as a share of that; whether by `most`. */
function report(what: string, said: readonly [said: number, true: number][], most: number) {
  const errors = said.map(([one, other]) => Math.abs(one - other) / other);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const { median, max } = summarize(errors);
  const within = errors.filter((error) => error <= most).length;
  const kept = `${within} of ${errors.length} within ${percent(most)}`;
  console.log(`${what}: ${kept}; error median ${percent(median)}, greatest ${percent(max)}`);
  return within === errors.length;
}

const home = mkdtempSync(path.join(os.tmpdir(), "weir-lag-"));
const broker = await startWeir({ data: path.join(home, "data") });
const [host = "", port] = broker.address.split(":");
const open = () => {
  const address = { host, port: Number(port) };
  return connect(bunPlatform(), address, { timeoutMs: 30_000, clientName: "bench" });
};
const [writing, reading, looking] = [await open(), await open(), await open()];
const topic = { name: TOPIC, partitionCount, replicationFactor: null, config: new Map() };
await looking.createTopic(topic);
const offsets = committed.map((offset, partition) => ({ topic: TOPIC, partition, offset }));
await looking.setGroupOffsets(GROUP, offsets);

const writer = write(writing);
await sleep(aheadMs);
const beganAtMs = performance.now();
const reader = reading.openGroupReader({
  ...{ groupId: GROUP, topics: [TOPIC], clientId: "reader", start: "earliest", follow: true },
});
const readAll = read(reader);
const looks = await watch(looking);
reader.stop();
await Promise.all([writer, readAll]);
await reader.leave();
for (const client of [writing, reading, looking]) await client.close();
await broker.end("SIGTERM");
rmSync(home, { recursive: true });

const doneAtMs = drainedAtMs ?? performance.now();
const count = cameAtMs.reduce((sum, times) => sum + times.length, 0);
const tookMs = doneAtMs - beganAtMs;
const took = `${(tookMs / 1000).toFixed(1)} s`;
console.log(
  `${count} records in ${partitionCount} partitions; read in ${took}, ${looks.length} looks`,
);
const lagged = looks.filter((look) => look.trueLagMs >= LEAST_LAG_MS);
const isLagRight = report(
  "lag as time",
  lagged.map((look) => [look.lagMs, look.trueLagMs]),
  0.1,
);
const settled = looks.filter(({ atMs }) => {
  return atMs - beganAtMs > SETTLED_MS && doneAtMs - atMs > LEAST_DRAIN_MS;
});
const told = settled.filter(({ drainMs }) => drainMs >= 0);
const isDrainRight = report(
  `time until it is read, told in ${told.length} of ${settled.length} looks`,
  told.map((look) => [look.drainMs, doneAtMs - look.atMs]),
  0.25,
);
const [first] = settled;
const fallsPerMs = first ? first.unread / (doneAtMs - first.atMs) : 0;
report(
  "the same by who knows how fast it became less in all that time",
  settled.map((look) => [look.unread / fallsPerMs, doneAtMs - look.atMs]),
  0.25,
);
if (!isLagRight || !isDrainRight || told.length < settled.length) process.exitCode = 1;
