import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Sample } from "./measures/figures.ts";

/** Where runs leave what they measured: a file a measure, which its next run replaces. */
const folder = path.resolve(import.meta.dir, "../dist/bench/results");

/** What a run of a measure saw. */
export interface Result {
  readonly measure: string;
  /** Of its last round: YYYY-MM-DD. */
  readonly date: string;
  readonly command: string;
  readonly machine: readonly (readonly [string, string])[];
  /** By system: its version and its samples; null, where a round failed. */
  readonly systems: Readonly<Record<string, SystemResult>>;
  /** Why systems weren't measured, or a round of theirs failed. */
  readonly failures: readonly string[];
}

export interface SystemResult {
  readonly version: string;
  /** The same index is the same round. */
  readonly samples: readonly (Sample | null)[];
}

export function saveResult(result: Result): void {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${result.measure}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
}

/** All that was kept, by measure. */
export function readResults(): Map<string, Result> {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const results = names.map((name): Result => {
    return JSON.parse(readFileSync(path.join(folder, name), "utf8"));
  });
  return new Map(results.map((result) => [result.measure, result]));
}
