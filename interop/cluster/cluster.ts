/**
 * Does to a cluster of compiled brokers, and to its etcd, what machines and networks do to them:
 *
 *   npm run cluster -- [--only faults|power|rolling|many] [--rounds N] [--partitions N]
 *                      [--faults none,kill,stop,freeze,etcd,all,no-etcd,no-peers,alone]
 *                      [--answer-ms N: so long the producer waits for an answer, not a minute]
 *
 * faults   one after the other:
 *   none     nothing for 2 s: how long acks pause on this machine by themselves
 *   kill     kill -9 of a broker         stop      SIGTERM: it hands over first
 *   freeze   SIGSTOP for 6 s             etcd      etcd is killed, and is away for 2 s or for 6 s
 *   all      kill -9 of all brokers      no-etcd   a broker doesn't reach etcd for 6 s
 *   no-peers nor the other brokers       alone     neither
 * power    all brokers lose their power at once: what was not synced is gone
 * rolling  each broker is restarted in turn, under librdkafka, kafkajs and Java, with what they do
 *          by themselves when something fails
 * many     10,000 partitions: a start, a kill, and what etcd has to do
 *
 * Idempotent producers (acks=all, min.insync.replicas=2) and a group ride through the faults, and
 * what they were acked is looked for in the end. It needs etcd and what interop/install.sh
 * installs; power needs root and mkfs.ext4, faults of the network need root and iproute2.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { hasNetworks } from "../faults/network.ts";
import { type FaultName, isFault, MACHINE_FAULTS, NETWORK_FAULTS } from "./faults.ts";
import { manyPartitions } from "./many.ts";
import { powerRounds } from "./power.ts";
import { rollingRestarts } from "./rolling.ts";
import { clusterRounds } from "./rounds.ts";
import { medianAndWorst } from "./silence.ts";

const usual = [...MACHINE_FAULTS, ...(hasNetworks ? NETWORK_FAULTS : [])];
const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "faults" },
    rounds: { type: "string", default: "20" },
    faults: { type: "string", default: usual.join(",") },
    partitions: { type: "string" },
    "answer-ms": { type: "string" },
  },
});
const home = mkdtempSync(path.join(os.tmpdir(), "weir-cluster-"));
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const rounds = Number(flags.rounds);
const partitions = flags.partitions === undefined ? undefined : Number(flags.partitions);

const broken = await run();
tell(broken.length === 0 ? "no promise was broken" : `${broken.length} promises were broken`);
for (const each of broken.slice(0, 20)) tell(`  ${each}`);
if (broken.length === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = broken.length === 0 ? 0 : 1;

async function run(): Promise<readonly string[]> {
  switch (flags.only) {
    case "faults":
      return await faultRounds();
    case "power":
      return await powerRounds(home, rounds, tell);
    case "rolling":
      return await rollingRestarts(home, rounds, tell);
    case "many":
      return await manyPartitions(home, partitions, tell);
    default:
      throw new Error(`there is no ${flags.only}`);
  }
}

async function faultRounds(): Promise<readonly string[]> {
  const faults: FaultName[] = flags.faults.split(",").filter(isFault);
  const answerMs = flags["answer-ms"];
  const plan = {
    ...{ rounds, partitions: partitions ?? 3, faults },
    ...(answerMs !== undefined && { answerMs: Number(answerMs) }),
  };
  const outcome = await clusterRounds(home, plan, tell);
  for (const fault of faults) {
    const pauses = outcome.pauses.filter((pause) => pause.fault === fault);
    if (pauses.length === 0) continue;
    const led = pauses.flatMap(({ ledMs }) => ledMs ?? []);
    const leads = led.length === 0 ? "no lead changed" : `led anew after ${medianAndWorst(led)}`;
    const silence = medianAndWorst(pauses.map(({ ms }) => ms));
    tell(`${fault}: ${pauses.length} times, no acks for ${silence}; ${leads}`);
  }
  tell(`${outcome.ackedCount} records and ${outcome.committedCount} commits were acked`);
  return outcome.broken;
}
