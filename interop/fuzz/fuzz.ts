/**
 * Sends the compiled broker what no client would, for a while:
 *
 *   npm run fuzz -- [--seconds N] [--seed S] [--durability memory]
 *
 * Random bytes, mutated and real requests, slow, silent and greedy connections, long requests of
 * nothing; and beside them, a client that means well. The broker must live through it, log no fault
 * of its own, keep the good client's p99 below its bound, and let go of what it held.
 *
 * Attacks are drawn by the seed; how they meet is up to the machine.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { requestFrames } from "../../internal/doors/kafka/fuzz/requests.testing.ts";
import { seeded } from "../../internal/record/samples.testing.ts";
import { output } from "../command.ts";
import { executable, startWeir } from "../weir.ts";
import { attack } from "./attacks.ts";
import { type Footprint, footprint } from "./footprint.ts";
import type { Health } from "./healthy.ts";

const HEALTHY_P99_MS = 50;
const MEMORY_GROWTH_MIB = 64;
/** What the second half takes more than the first has grown: caches are full, code is compiled. */
const WARM_UP_SHARE = 0.5;
/** How long members of groups that nobody comes back to may live. */
const SESSION_MS = 10_000;
const REST_MS = 2 * SESSION_MS;
const TOPIC = "healthy";
/** So many topics are deleted by one command. */
const MANY = 100;

/** A topic as `weir topic ls --json` has it. */
interface TopicItem {
  readonly name: string;
  readonly internal: boolean;
}

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    // Where others keep the disk busy, the good client waits for it: memory leaves it out.
    durability: { type: "string", default: "fsync" },
  },
});
const seconds = Number(flags.seconds);
const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 31));
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
tell(`seed ${seed}, ${seconds} s`);

const home = mkdtempSync(path.join(os.tmpdir(), "weir-fuzz-"));
const broker = await startWeir({
  data: path.join(home, "data"),
  durability: flags.durability === "memory" ? "memory" : "fsync",
  settings: {
    "group.max.session.timeout.ms": `${SESSION_MS}`,
    "group.min.session.timeout.ms": "100",
  },
});
const weir = (...args: string[]): Promise<string> =>
  output([executable, ...args], { env: { WEIR_BROKER: broker.address } });

await weir("topic", "create", TOPIC);
const counts = new Map<string, number>();
const draw = seeded(seed);
const frames = requestFrames();

async function attackFor(ms: number): Promise<void> {
  await attack({ port: broker.port, frames, draw, stop: AbortSignal.timeout(ms), counts });
}

/** Takes away what real requests have left, so that only leaks remain. */
async function tidyUp(): Promise<void> {
  await Bun.sleep(REST_MS);
  const { items }: { items: TopicItem[] } = JSON.parse(await weir("topic", "ls", "--json"));
  const names = items.flatMap(({ name, internal }) => (internal || name === TOPIC ? [] : [name]));
  while (names.length > 0) await weir("topic", "delete", "--yes", ...names.splice(0, MANY));
  await Bun.sleep(REST_MS);
}

await attackFor(seconds * 1000 * WARM_UP_SHARE);
await tidyUp();
const before = footprint(broker.pid);
const healthy = Bun.spawn({
  cmd: [process.execPath, path.join(import.meta.dir, "healthy.ts"), broker.address, TOPIC],
  stdout: "pipe",
});
await attackFor(seconds * 1000 * (1 - WARM_UP_SHARE));
const atEnd = footprint(broker.pid);
healthy.kill("SIGTERM");
const healthText = await healthy.stdout.text();
await tidyUp();
const after = footprint(broker.pid);
const exitCode = await broker.end("SIGTERM");
const faults = readFileSync(broker.logFile, "utf8").split("\n").filter(isFault);

function isFault(line: string): boolean {
  return line.includes("kafka-request-failed");
}

const health: Health | null = healthText === "" ? null : JSON.parse(healthText);
for (const [name, count] of counts) tell(`${String(count).padStart(9)} ${name}`);
tell(`good client: ${JSON.stringify(health)}`);
const row = (measure: (print: Footprint) => number): string =>
  `${measure(before)} before, ${measure(atEnd)} at the end, ${measure(after)} after`;
tell(`memory, MiB: ${row(({ memoryMib }) => memoryMib)}`);
tell(`handles:     ${row(({ handles }) => handles.length)}`);

const broken: string[] = [];
if (exitCode !== 0) broken.push(`the broker ended with ${exitCode}`);
if (health === null) broken.push("the good client was not served");
else if (health.p99Ms > HEALTHY_P99_MS) broken.push(`the good client waited ${health.p99Ms} ms`);
if (after.memoryMib > before.memoryMib + MEMORY_GROWTH_MIB) broken.push("memory was not let go");
if (after.handles.length > before.handles.length) {
  broken.push(`handles were not let go: ${after.handles.join(", ")}`);
}
for (const fault of faults.slice(0, 5)) broken.push(fault);
for (const text of broken) tell(text);
tell(broken.length === 0 ? "the broker is well" : `its files are in ${home}`);
if (broken.length === 0) rmSync(home, { recursive: true });
process.exit(broken.length === 0 ? 0 : 1);
