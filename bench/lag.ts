/**
 * How right it is what the compiled broker says of a group: how far it is behind as time, and in
 * how long it will have read everything. In real time, with a producer and a consumer that are
 * irregular; what is said is compared with what then comes to be.
 *
 *   npm run bench:lag -- [--seed N] [--partitions N] [--ahead SECONDS]
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Client } from "../internal/client/api.ts";
import { connect } from "../internal/client/client.ts";
import type { GroupReader } from "../internal/client/group-reader-api.ts";
import { bunPlatform } from "../internal/platform/bun/platform.ts";
import { seeded } from "../internal/record/samples.testing.ts";
import { startWeir } from "../interop/weir.ts";
import { summarize } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    partitions: { type: "string", default: "3" },
    ahead: { type: "string", default: "40" },
  },
});
const partitionCount = Number(flags.partitions);
const aheadMs = Number(flags.ahead) * 1000;
const random = seeded(Number(flags.seed));

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
let commits = 0;
let drained = false;

async function write(client: Client): Promise<void> {
  const producer = await client.openProducer(TOPIC, {
    lingerMs: 0,
    onReceipt: ({ partition }, { recordCount }) => {
      const nowMs = performance.now();
      for (let each = 0; each < recordCount; each++) cameAtMs[partition]?.push(nowMs);
    },
  });
  while (!drained) {
    const count = Math.ceil(random() * BURST_RECORDS);
    const partition = Math.floor(random() * partitionCount);
    for (let each = 0; each < count; each++) {
      await producer.send({ key: null, value: new Uint8Array(100), partition });
    }
    await sleep(random() * PAUSE_MS);
  }
  await producer.close();
}

/** Reads at an uneven pace, and commits about once a second. */
async function read(reader: GroupReader): Promise<void> {
  let committedAtMs = 0;
  for await (const event of reader) {
    if (event.kind !== "records") continue;
    const { partition, records } = event;
    await sleep((records.length / READ_PER_SECOND) * 1000 * (0.3 + 1.4 * random()));
    places.set(partition, (records.at(-1)?.offset ?? -1) + 1);
    if (performance.now() - committedAtMs < 1000 && !isAtEnd()) continue;
    committedAtMs = performance.now();
    await commit(reader);
  }
}

const isAtEnd = () => cameAtMs.every((times, at) => (places.get(at) ?? 0) >= times.length);

async function commit(reader: GroupReader): Promise<void> {
  const offsets = [...places].map(([partition, offset]) => {
    return { topic: TOPIC, partition, offset };
  });
  await reader.commit(offsets);
  for (const { partition, offset } of offsets) committed[partition] = offset;
  commits++;
}

/** How long the oldest record has been there that the group hasn't committed. */
function trueLagMs(nowMs: number): number {
  const oldest = cameAtMs.map((times, at) => times[committed[at] ?? 0] ?? nowMs);
  return nowMs - Math.min(...oldest);
}

/** What was said at one moment, and what was true of it. */
interface Look {
  readonly atMs: number;
  readonly trueLagMs: number;
  readonly lagMs: number;
  readonly drainMs: number;
}

/** Looks until the group has read everything; resolves with what was said, and when that was. */
async function watch(client: Client): Promise<{ looks: Look[]; drainedAtMs: number }> {
  const looks: Look[] = [];
  for (;;) {
    const before = commits;
    const [group] = await client.listGroups();
    const atMs = performance.now();
    if (group?.lag === 0 && commits > 0) return { looks, drainedAtMs: atMs };
    // Where a commit was under way, nobody can say what the broker has seen.
    if (group && commits === before) {
      const { lagMs, drainMs } = group;
      looks.push({ atMs, trueLagMs: trueLagMs(atMs), lagMs, drainMs });
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** How far what was said is from what was true, as a share of that. */
function report(what: string, said: readonly [said: number, true: number][], most: number): void {
  const errors = said.map(([one, other]) => Math.abs(one - other) / other);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const { median, max } = summarize(errors);
  const within = errors.filter((error) => error <= most).length;
  const kept = `${within} of ${errors.length} within ${percent(most)}`;
  console.log(`${what}: ${kept}; error median ${percent(median)}, greatest ${percent(max)}`);
  if (within < errors.length) process.exitCode = 1;
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
await looking.createTopic({ ...topic, validateOnly: false });
const offsets = committed.map((offset, partition) => ({ topic: TOPIC, partition, offset }));
await looking.setGroupOffsets(GROUP, offsets);

const writer = write(writing);
await sleep(aheadMs);
const beganAtMs = performance.now();
const reader = reading.openGroupReader({
  ...{ groupId: GROUP, topics: [TOPIC], clientId: "reader", start: "earliest", follow: true },
});
const readAll = read(reader);
const { looks, drainedAtMs } = await watch(looking);
drained = true;
reader.stop();
await Promise.all([writer, readAll]);
await reader.leave();
for (const client of [writing, reading, looking]) await client.close();
await broker.end("SIGTERM");
rmSync(home, { recursive: true });

const count = cameAtMs.reduce((sum, times) => sum + times.length, 0);
const took = `${((drainedAtMs - beganAtMs) / 1000).toFixed(1)} s`;
console.log(
  `${count} records in ${partitionCount} partitions; read in ${took}, ${looks.length} looks`,
);
const lagged = looks.filter((look) => look.trueLagMs >= LEAST_LAG_MS);
report(
  "lag as time",
  lagged.map((look) => [look.lagMs, look.trueLagMs]),
  0.1,
);
const told = looks.filter(({ atMs, drainMs }) => {
  return atMs - beganAtMs > SETTLED_MS && drainedAtMs - atMs > LEAST_DRAIN_MS && drainMs >= 0;
});
report(
  "time until it is read",
  told.map((look) => [look.drainMs, drainedAtMs - look.atMs]),
  0.25,
);
