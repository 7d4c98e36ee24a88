/**
 * What a master and its slave cost that have nothing to do, with records in many partitions. What
 * a slave costs under load is among the measures of bench.ts: `npm run bench -- --only 'pair-*'`.
 *
 *   npm run bench:pairs -- [--partitions N] [--seconds N] [--directory DIR]
 *
 * Needs kcat.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Member, weir } from "../interop/faults/member.ts";
import { kcat } from "../interop/kcat.ts";
import { followed, startPair, stopPair } from "../interop/pairs/pair.ts";
import { cpuSeconds } from "./processes.ts";

const RECORDS_A_PARTITION = 8;
const SETTLE_MS = 5000;

const { values: flags } = parseArgs({
  options: {
    partitions: { type: "string", default: "10000" },
    seconds: { type: "string", default: "20" },
    directory: { type: "string", default: path.resolve(import.meta.dir, "../dist/bench/pairs") },
  },
});
const { directory } = flags;
const [partitions, seconds] = [Number(flags.partitions), Number(flags.seconds)];

rmSync(directory, { recursive: true, force: true });
const pair = await startPair(directory, {}, { name: "idle", partitions });
const numbers = Array.from({ length: partitions * RECORDS_A_PARTITION }, (_, i) => `${i}\n`);
const [address = ""] = pair.bootstrap.split(",");
await kcat(address, ["-P", "-t", "idle", "-X", "partitioner=random"], { input: numbers.join("") });
await followed(pair.one);
await Bun.sleep(SETTLE_MS);
const before = cpuOfBoth();
await Bun.sleep(seconds * 1000);
const [master, slave] = cpuOfBoth().map((cpu, i) => ((cpu - (before[i] ?? 0)) / seconds) * 100);
const status = JSON.parse(await weir(pair.one, ["status", "--json"])).items[0];
process.stdout.write(
  `${status.partitions} partitions with ${status.records_in} records, idle: ` +
    `master ${master?.toFixed(2)} %, slave ${slave?.toFixed(2)} % of a core\n`,
);
await stopPair(pair);
rmSync(directory, { recursive: true });

/** Seconds that the master has used so far, and the slave. */
function cpuOfBoth(): number[] {
  return [pair.one, pair.two].map(({ broker }: Member) => (broker ? cpuSeconds(broker.pid) : 0));
}
