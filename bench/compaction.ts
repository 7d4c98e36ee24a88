/**
 * What compaction costs those who produce, and what it keeps memory and disk to: the same load, in
 * turns, on a topic whose old records are deleted and on one that is compacted.
 *
 *     bun bench/compaction.ts [--seconds 60] [--turns 4] [--rate 200]
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Client } from "../internal/client/api.ts";
import { connect } from "../internal/client/client.ts";
import { bunPlatform } from "../internal/platform/bun/platform.ts";
import { BatchBuilder } from "../internal/record/builder.ts";
import { startWeir, type Weir } from "../interop/weir.ts";
import { cpuSeconds, residentBytes } from "./processes.ts";

const MIB = 1024 * 1024;
const KEYS_PER_BATCH = 64;
const VALUE_BYTES = 1000;
/** Batches with other keys each: the state that compaction keeps is as large as all of them. */
const BATCHES = 400;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    turns: { type: "string", default: "4" },
    rate: { type: "string", default: "200" },
  },
});
const seconds = Number(options.seconds);
const batchesPerSecond = Number(options.rate);

/** The topics, and how each of them stays small. */
const TOPICS = {
  deleted: { "retention.bytes": String(64 * MIB) },
  compacted: { "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.5" },
} as const;

const home = mkdtempSync(path.join(os.tmpdir(), "weir-compaction-"));
const data = path.join(home, "data");
const settings = { "log.cleaner.backoff.ms": "1000", "log.retention.check.interval.ms": "1000" };
const weir = await startWeir({ data, settings });
const platform = bunPlatform();
const address = { host: "127.0.0.1", port: weir.port };
const client = await connect(platform, address, { timeoutMs: 60_000, clientName: "bench" });
const batches = Array.from({ length: BATCHES }, (_, n) => batchOf(n));
for (const [name, config] of Object.entries(TOPICS)) {
  const entries = { ...config, "segment.bytes": String(16 * MIB) };
  await client.createTopic({
    name,
    partitionCount: 1,
    replicationFactor: null,
    config: new Map(Object.entries(entries)),
  });
}
const columns = [
  "topic",
  "MB",
  "p50 ms",
  "p99 ms",
  "p99.9 ms",
  "max ms",
  "RSS MB",
  "disk MB",
  "CPU %",
];
process.stdout.write(`${columns.map((name) => name.padStart(10)).join("")}\n`);
for (let turn = 0; turn < Number(options.turns) * 2; turn++) {
  const topic = turn % 2 === 0 ? "deleted" : "compacted";
  const row = await load(client, weir, topic);
  process.stdout.write(`${row.map((cell) => cell.padStart(10)).join("")}\n`);
}
await client.close();
await weir.end("SIGTERM");
rmSync(home, { recursive: true });

/** Sends batches at the rate for the time of a turn; resolves with what that came to. */
async function load(client: Client, { pid }: Weir, topic: string): Promise<string[]> {
  const timesMs: number[] = [];
  const waiting = new Set<Promise<void>>();
  const cpuBefore = cpuSeconds(pid);
  const began = performance.now();
  let [sent, rssBytes, diskBytes] = [0, 0, 0];
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs = performance.now() - began) {
    for (; sent < (nowMs / 1000) * batchesPerSecond; sent++) {
      const batch = batches[sent % BATCHES] ?? new Uint8Array(0);
      const sentAt = performance.now();
      const call = client.produce({ topic, partition: 0, batch, acks: -1 }).then(() => {
        timesMs.push(performance.now() - sentAt);
        waiting.delete(call);
      });
      waiting.add(call);
      if (sent % batchesPerSecond !== 0) continue;
      rssBytes = Math.max(rssBytes, residentBytes(pid).anonymous);
      diskBytes = Math.max(diskBytes, sizeOf(path.join(data, "logs", `${topic}-0`)));
    }
    await Bun.sleep(1);
  }
  await Promise.all(waiting);
  const cpu = (cpuSeconds(pid) - cpuBefore) / ((performance.now() - began) / 1000);
  timesMs.sort((a, b) => a - b);
  const at = (share: number) => (timesMs[Math.ceil(share * timesMs.length) - 1] ?? 0).toFixed(2);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const sentBytes = sent * (batches[0]?.length ?? 0);
  const latencies = [at(0.5), at(0.99), at(0.999), at(1)];
  const sizes = [megabytes(rssBytes), megabytes(diskBytes)];
  return [topic, megabytes(sentBytes), ...latencies, ...sizes, (cpu * 100).toFixed(0)];
}

function batchOf(number: number): Uint8Array {
  const builder = new BatchBuilder();
  for (let i = 0; i < KEYS_PER_BATCH; i++) {
    const key = new TextEncoder().encode(`user-${number * KEYS_PER_BATCH + i}`);
    const value = crypto.getRandomValues(new Uint8Array(VALUE_BYTES));
    builder.append({ timestampMs: Date.now(), key, value, headers: [] });
  }
  return builder.build("none");
}

/** Bytes of the files in a folder; none while it isn't there. */
function sizeOf(folder: string): number {
  try {
    const names = readdirSync(folder);
    return names.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}
