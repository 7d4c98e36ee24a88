/**
 * What `weir top` takes of a processor while 10,000 partitions are written to, and what producers
 * notice of it: the same load, by turns without and with the screen.
 *
 *     npm run bench:screen -- [--partitions 10000] [--rate 2000] [--seconds 15] [--turns 5]
 *                             [--settling 3]
 *
 * A screen that has just been opened paints everything: what it takes when it has settled counts.
 * The runtime goes on to compile what has become hot for half a minute.
 *
 * Needs tmux.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openScreen } from "../cmd/e2e/tmux.testing.ts";
import type { Client } from "../internal/client/api.ts";
import { connect } from "../internal/client/client.ts";
import { bunPlatform } from "../internal/platform/bun/platform.ts";
import { BatchBuilder } from "../internal/record/builder.ts";
import { startWeir } from "../interop/weir.ts";
import { cpuSeconds } from "./processes.ts";
import { summarize } from "./statistics.ts";

const TOPIC = "orders";
const VALUE_BYTES = 100;

const { values: flags } = parseArgs({
  options: {
    partitions: { type: "string", default: "10000" },
    rate: { type: "string", default: "2000" },
    seconds: { type: "string", default: "15" },
    turns: { type: "string", default: "5" },
    settling: { type: "string", default: "3" },
  },
});
const [partitions, rate, seconds, turns, settling] = [
  flags.partitions,
  flags.rate,
  flags.seconds,
  flags.turns,
  flags.settling,
].map(Number) as [number, number, number, number, number];

const home = mkdtempSync(path.join(os.tmpdir(), "weir-screen-"));
const weir = await startWeir({ data: path.join(home, "data") });
const client = await connect(
  bunPlatform(),
  { host: "127.0.0.1", port: weir.port },
  { timeoutMs: 60_000, clientName: "bench" },
);
const topic = { name: TOPIC, partitionCount: partitions, replicationFactor: null };
await client.createTopic({ ...topic, config: new Map() });
const batch = batchOfOne();
await load(client, partitions / rate);

const without: number[] = [];
const beside: number[] = [];
const shares: number[] = [];
const brokerWithout: number[] = [];
const brokerBeside: number[] = [];
for (let turn = 0; turn < turns; turn++) {
  const brokerAlone = cpuMeter(weir.pid);
  without.push(await load(client, seconds));
  brokerWithout.push(brokerAlone());
  await using screen = await openScreen(
    { address: weir.address, directory: home },
    { columns: 120, rows: 40 },
  );
  await screen.see("overview");
  await screen.run(`topics ${TOPIC}`);
  await load(client, settling);
  const [ofScreen, ofBroker] = [cpuMeter(await screen.pid()), cpuMeter(weir.pid)];
  beside.push(await load(client, seconds));
  shares.push(ofScreen());
  brokerBeside.push(ofBroker());
}
const ratios = beside.map((p99Ms, turn) => p99Ms / (without[turn] ?? Number.NaN));
tell("CPU of the screen, % of a core", shares);
tell("CPU of the broker without it", brokerWithout);
tell("CPU of the broker with it", brokerBeside);
tell("p99 without it, ms", without);
tell("p99 with it, ms", beside);
tell("p99 with / without", ratios);
await client.close();
await weir.end("SIGTERM");
rmSync(home, { recursive: true });

/** Tells what a process takes from now on until it is asked, in % of a core. */
function cpuMeter(pid: number): () => number {
  const [before, began] = [cpuSeconds(pid), performance.now()];
  return () => (100 * (cpuSeconds(pid) - before)) / ((performance.now() - began) / 1000);
}

/** Sends records to one partition after the other; resolves with the acks' p99 in ms. */
async function load(producer: Client, forSeconds: number): Promise<number> {
  const timesMs: number[] = [];
  const waiting = new Set<Promise<void>>();
  const began = performance.now();
  let sent = 0;
  for (let nowMs = 0; nowMs < forSeconds * 1000; nowMs = performance.now() - began) {
    for (; sent < (nowMs / 1000) * rate; sent++) {
      const sentAt = performance.now();
      const place = { topic: TOPIC, partition: sent % partitions, batch: batch.slice() };
      const call = producer.produce({ ...place, acks: -1 }).then(() => {
        timesMs.push(performance.now() - sentAt);
        waiting.delete(call);
      });
      waiting.add(call);
    }
    await Bun.sleep(1);
  }
  await Promise.all(waiting);
  timesMs.sort((a, b) => a - b);
  return timesMs[Math.ceil(0.99 * timesMs.length) - 1] ?? Number.NaN;
}

function batchOfOne(): Uint8Array {
  const builder = new BatchBuilder();
  const value = crypto.getRandomValues(new Uint8Array(VALUE_BYTES));
  builder.append({ timestampMs: Date.now(), key: null, value, headers: [] });
  return builder.build("none");
}

function tell(what: string, values: readonly number[]): void {
  const all = values.map((value) => value.toFixed(1)).join(" ");
  process.stdout.write(
    `${what.padEnd(34)}median ${summarize(values).median.toFixed(2)}   (${all})\n`,
  );
}
