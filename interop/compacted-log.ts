import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Fixture, startFixture } from "./fixture.ts";
import type { Weir } from "./weir.ts";

/** How often it is looked whether something has happened, and how often at the most. */
const LOOK_EVERY_MS = 20;
const MAX_LOOKS = 1500;

/** Settings of a topic that is compacted as soon as there is anything to do. */
export const COMPACTED_TOPIC = [
  "cleanup.policy=compact",
  "min.cleanable.dirty.ratio=0.01",
  "segment.bytes=65536",
];

/** Letters that no codec makes much shorter. */
export function noise(seed: number): string {
  let state = seed;
  return Array.from({ length: 500 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(97 + ((state >>> 16) % 26));
  }).join("");
}

/** A broker that looks for logs to compact all the time. */
export function startCompactingFixture(): Promise<Fixture> {
  return startFixture({ settings: { "log.cleaner.backoff.ms": "20" } });
}

/** Makes a topic with one partition that is compacted. */
export async function createCompacted(
  fixture: Fixture,
  topic: string,
  ...settings: string[]
): Promise<void> {
  const config = [...COMPACTED_TOPIC, ...settings].flatMap((setting) => ["--config", setting]);
  await fixture.weir(["topic", "create", topic, "-p", "1", ...config]);
}

/** The paths of the files in a partition's folder that end in `suffix`, in order. */
export function segmentFiles(data: string, partition: string, suffix = ".log"): string[] {
  const folder = path.join(data, "logs", partition);
  const names = readdirSync(folder).filter((name) => name.endsWith(suffix));
  return names.sort().map((name) => path.join(folder, name));
}

/** Bytes in a partition's segments; one that is removed meanwhile counts for nothing. */
export function sizeOnDisk(data: string, partition: string): number {
  const sizeBytes = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return segmentFiles(data, partition).reduce((sum, file) => sum + sizeBytes(file), 0);
}

/** Offsets up to which compaction has been over a partition, as the broker's log tells. */
export function compactedTo(broker: Weir, partition: string): number {
  const lines = readFileSync(broker.logFile, "utf8").split("\n");
  const ends = lines.flatMap((line) => {
    if (!line.includes('"event":"compacted"')) return [];
    const { log, endOffset } = JSON.parse(line);
    return log === partition ? [Number(endOffset)] : [];
  });
  return Math.max(0, ...ends);
}

/** Waits until compaction has been over a partition up to `offset`. */
export async function compacted(broker: Weir, partition: string, offset: number): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    if (compactedTo(broker, partition) >= offset) return;
    await Bun.sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${partition} is compacted to ${compactedTo(broker, partition)}, not ${offset}`);
}
