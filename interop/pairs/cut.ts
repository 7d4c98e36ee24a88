import path from "node:path";
import {
  type EndlessProducer,
  endlessClients,
  produceEndlessly,
} from "../faults/endless-producer.ts";
import { addressOf, type Member, until, weir } from "../faults/member.ts";
import { makeNetwork } from "../faults/network.ts";
import { brokenPromises } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { followed, startPair, statusOf, stopPair } from "./pair.ts";
import { differences } from "./segments.ts";

const TOPIC = "acked";
const CUT_MS = 30_000;
const LOAD = {
  client: "librdkafka",
  partitions: 3,
  recordBytes: [100],
  recordsPerSecond: 5000,
  idempotent: true,
} as const;

/** A way in which a pair may bear that the network between its brokers is cut. */
interface Policy {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether acks go on without the slave. */
  readonly goesOn: boolean;
}

const LAG_MS = 5000;
const POLICIES: readonly Policy[] = [
  { name: "degrade", settings: {}, goesOn: true },
  { name: "refuse", settings: { "replication.policy": "refuse" }, goesOn: false },
  { name: "fence", settings: { "replication.fence.after.ms": "2000" }, goesOn: false },
];

/** Cuts the network between two brokers for half a minute under load; resolves with what broke. */
export async function cuts(directory: string, tell: (text: string) => void): Promise<string[]> {
  if (!endlessClients.librdkafka.isInstalled) throw new Error("run interop/install.sh");
  const broken: string[] = [];
  for (const policy of POLICIES) {
    await using network = await makeNetwork(2);
    const [left, right] = network.places;
    if (!left || !right) throw new Error("the network has no places");
    const home = path.join(directory, `cut-${policy.name}`);
    const settings = { "replica.lag.time.max.ms": String(LAG_MS), ...policy.settings };
    const topic = { name: TOPIC, partitions: LOAD.partitions };
    const pair = await startPair(home, { settings, places: [left, right] }, topic);
    const producer = produceEndlessly(pair.bootstrap, TOPIC, LOAD);
    try {
      await producer.ackedMoreThan(10_000);
      await network.cut(left, [right]);
      broken.push(...(await duringCut(pair.one, producer, policy, tell)));
      const healedMs = performance.now();
      await network.heal();
      await followed(pair.one);
      tell(`${policy.name}: in sync again after ${elapsed(healedMs)}`);
      await producer.ackedMoreThan(producer.ackedCount);
      await producer.finish();
      const logs = await readLogs(addressOf(pair.one), TOPIC, LOAD.partitions);
      for (const [partition, records] of producer.acked.entries()) {
        broken.push(...brokenPromises(logs[partition] ?? [], records, false));
      }
      await until("the slave has all", async () => (await statusOf(pair.one)).lag_records === 0);
    } finally {
      producer.kill();
      await stopPair(pair);
    }
    const [one, two] = [pair.one.options.data, pair.two.options.data];
    broken.push(...differences(one, two, TOPIC, LOAD.partitions));
    tell(`${policy.name}: ${producer.ackedCount} acked, ${broken.length} promises broken`);
  }
  return broken;
}

/** Looks at the master every second while it doesn't reach its slave. */
async function duringCut(
  master: Member,
  producer: EndlessProducer,
  { name, goesOn }: Policy,
  tell: (text: string) => void,
): Promise<string[]> {
  const began = performance.now();
  const before = producer.ackedCount;
  let shrunkAfter = "";
  let lastAckMs = began;
  let acked = before;
  let pauseMs = 0;
  while (performance.now() - began < CUT_MS) {
    const { isr } = JSON.parse(await weir(master, ["topic", "describe", TOPIC, "--json"])).items[0]
      .partitions[0];
    if (isr.length === 1 && shrunkAfter === "") shrunkAfter = elapsed(began);
    if (producer.ackedCount > acked) {
      pauseMs = Math.max(pauseMs, performance.now() - lastAckMs);
      acked = producer.ackedCount;
      lastAckMs = performance.now();
    }
    await Bun.sleep(200);
  }
  pauseMs = Math.max(pauseMs, performance.now() - lastAckMs);
  const { acked_alone: alone, degraded_since_ms: since } = await statusOf(master);
  const during = producer.ackedCount - before;
  tell(
    `${name}: cut for 30 s: ISR shrunk after ${shrunkAfter}, no acks for ${pauseMs.toFixed(0)} ` +
      `ms at a time, ${during} acked meanwhile, ${alone} of them alone`,
  );
  const broken: string[] = [];
  if (shrunkAfter === "") broken.push(`${name}: the ISR never shrank`);
  if (since === null) broken.push(`${name}: the status doesn't tell of a degraded time`);
  if (goesOn !== alone > 0) broken.push(`${name}: ${alone} records were acked alone`);
  return broken;
}

function elapsed(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
