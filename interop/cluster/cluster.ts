/**
 * Does to a cluster of compiled brokers, and to its etcd, what machines do to them:
 *
 *   npm run cluster -- [--rounds N] [--partitions N] [--faults kill,stop,freeze,etcd,all]
 *
 * kill    kill -9 of a broker          stop    SIGTERM: it hands over first
 * freeze  SIGSTOP for 6 s              etcd    etcd is killed, and is away for 2 s or for 6 s
 * all     kill -9 of all brokers
 *
 * An idempotent producer (acks=all, min.insync.replicas=2) rides through all of it, and what it was
 * acked is looked for in the end. It needs etcd and what interop/install.sh installs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { FAULTS, type FaultName, isFault } from "./faults.ts";
import { clusterRounds, type Pause } from "./rounds.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    faults: { type: "string", default: FAULTS.join(",") },
    partitions: { type: "string", default: "1" },
  },
});
const home = mkdtempSync(path.join(os.tmpdir(), "weir-cluster-"));
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const faults: FaultName[] = flags.faults.split(",").filter(isFault);
const outcome = await clusterRounds(
  home,
  { rounds: Number(flags.rounds), partitions: Number(flags.partitions), faults },
  tell,
);
for (const fault of faults) tell(`${fault}: ${pausesText(outcome.pauses, fault)}`);
tell(`${outcome.ackedCount} records were acked, ${outcome.broken.length} promises were broken`);
for (const each of outcome.broken.slice(0, 20)) tell(`  ${each}`);
if (outcome.broken.length === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = outcome.broken.length === 0 ? 0 : 1;

function pausesText(pauses: readonly Pause[], fault: FaultName): string {
  const times = pauses.filter((pause) => pause.fault === fault).map(({ ms }) => ms);
  if (times.length === 0) return "none";
  const sorted = times.sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const worst = sorted.at(-1) ?? 0;
  const median = `${middle.toFixed(0)} ms (median)`;
  return `${times.length} times, no acks for ${median}, ${worst.toFixed(0)} ms (worst)`;
}
