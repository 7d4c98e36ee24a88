/**
 * Grows a cluster of compiled brokers under load, and shrinks it again:
 *
 *   npm run cluster:grow -- [--partitions N] [--rate N] [--fill MB] [--bandwidth SIZE]
 *
 * A fourth broker starts, copies and leaders are spread anew, the first broker is drained, stopped
 * and removed. An idempotent producer (acks=all, min.insync.replicas=2) goes on all the while; what
 * it was acked is looked for in the end. How long a record's ack takes is measured beside it. It
 * needs etcd and what interop/install.sh installs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { output } from "../command.ts";
import { produceEndlessly } from "../faults/endless-producer.ts";
import { addressOf, alive, end, type Member, weir } from "../faults/member.ts";
import { brokenPromises } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { executable } from "../weir.ts";
import { AckProbe } from "./ack-probe.ts";
import { addMember, inSync, makeTopic, startCluster, stopCluster } from "./running-cluster.ts";

const TOPIC = "acked";
/** How long the load is looked at while nothing moves. */
const QUIET_MS = 5000;

const { values: flags } = parseArgs({
  options: {
    partitions: { type: "string", default: "12" },
    rate: { type: "string", default: "1000" },
    fill: { type: "string", default: "100" },
    bandwidth: { type: "string", default: "20MB" },
  },
});
const partitions = Number(flags.partitions);
const home = mkdtempSync(path.join(os.tmpdir(), "weir-grow-"));
const tell = (text: string): void => void process.stdout.write(`${text}\n`);

const data = path.join(home, "data");
const started = await startCluster({ home: data });
const members = [...started.members];
const cluster = { ...started, members };
const [first, second] = members;
if (!first || !second) throw new Error("there are brokers");
await makeTopic(cluster, TOPIC, partitions);
await fill(second, Number(flags.fill));
const load = { partitions, recordBytes: [100], recordsPerSecond: Number(flags.rate) };
const producer = produceEndlessly(cluster.bootstrap, TOPIC, {
  ...{ client: "librdkafka", ...load, idempotent: true },
});
await makeTopic(cluster, "probed", 12);
const probe = await AckProbe.start(alive(second).port, "probed");
try {
  await producer.ackedMoreThan(0);
  await probe.phase("nothing moves", () => Bun.sleep(QUIET_MS));
  members.push(await addMember(cluster, data, 4));
  await probe.phase("rebalance onto a fourth broker", () => move(second, ["rebalance"]));
  await probe.phase("drain the first broker", () => move(second, ["drain", "1"]));
  tell(await weir(second, ["cluster", "ls"]));
  await probe.phase("stop the first broker", () => end(first, "SIGTERM"));
  members.shift();
  tell((await weir(second, ["cluster", "remove", "1"])).trimEnd());
  await probe.phase("nothing moves again", () => Bun.sleep(QUIET_MS));
  await producer.finish();
  await inSync(cluster, TOPIC);
  tell(await weir(second, ["cluster", "ls"]));
  for (const line of await probe.end()) tell(line);
  const logs = await readLogs(addressOf(second), TOPIC, partitions);
  const broken = producer.acked.flatMap((records, partition) => {
    return brokenPromises(logs[partition] ?? [], records, false);
  });
  tell(`${producer.ackedCount} records were acked, ${broken.length} promises were broken`);
  for (const each of broken.slice(0, 20)) tell(`  ${each}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
} finally {
  producer.kill();
  await stopCluster(cluster);
}
if (process.exitCode === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);

/** Has something to be moved: a topic of so many megabytes. */
async function fill(member: Member, megabytes: number): Promise<void> {
  await weir(member, ["topic", "create", "bulk", "-p", "12"]);
  const produce = [executable, "produce", "bulk", "-b", addressOf(member)];
  const lines = `${"x".repeat(999)}\n`.repeat(1000);
  const child = Bun.spawn({ cmd: produce, stdin: "pipe", stdout: "ignore", stderr: "inherit" });
  for (let sent = 0; sent < megabytes; sent++) {
    child.stdin.write(lines);
    await child.stdin.flush();
  }
  await child.stdin.end();
  await child.exited;
}

/** Calls a verb that moves copies; its progress is on stderr. */
async function move(member: Member, verb: readonly string[]): Promise<void> {
  const { bandwidth } = flags;
  const args = ["cluster", ...verb, "--yes", "--json", "--bandwidth", bandwidth];
  const beganMs = performance.now();
  const cmd = [executable, ...args, "-b", addressOf(member)];
  const { items } = JSON.parse(await output(cmd));
  const bytes = items.reduce((sum: number, item: { bytes: number }) => sum + item.bytes, 0);
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
  const what = `${items.length} partitions, ${(bytes / 1e6).toFixed(1)} MB`;
  tell(`weir ${args.slice(0, 2).join(" ")}: ${what} in ${seconds} s`);
}
