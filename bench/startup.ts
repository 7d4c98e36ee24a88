import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { executable, startWeir } from "../interop/weir.ts";
import { residentBytes } from "./processes.ts";
import { type Summary, summarize } from "./statistics.ts";

/** What a broker costs before it has done anything. */
export interface StartUp {
  /** From the start of `weir --version` to its exit. */
  readonly versionMs: Summary;
  /** From the start of a broker with an empty directory until it says that it serves. */
  readonly readyMs: Summary;
  /** Memory of a broker that has been idle for a second. */
  readonly idleBytes: Summary;
  readonly idleAnonymousBytes: Summary;
}

const VERSION_RUNS = 41;
const BROKER_RUNS = 11;
const IDLE_MS = 1000;

/** Measures it with the files of the executable in the page cache. */
export async function measureStartUp(directory: string): Promise<StartUp> {
  const versionMs: number[] = [];
  for (let run = 0; run < VERSION_RUNS; run++) {
    const began = performance.now();
    Bun.spawnSync({ cmd: [executable, "--version"] });
    versionMs.push(performance.now() - began);
  }
  const readyMs: number[] = [];
  const idle: { total: number; anonymous: number }[] = [];
  for (let run = 0; run < BROKER_RUNS; run++) {
    const home = path.join(directory, "start-up");
    mkdirSync(home, { recursive: true });
    const broker = await startWeir({ data: path.join(home, "data") });
    readyMs.push(broker.readyMs);
    if (run < 3) {
      await Bun.sleep(IDLE_MS);
      idle.push(residentBytes(broker.pid));
    }
    await broker.end("SIGTERM");
    rmSync(home, { recursive: true });
  }
  return {
    versionMs: summarize(versionMs),
    readyMs: summarize(readyMs),
    idleBytes: summarize(idle.map(({ total }) => total)),
    idleAnonymousBytes: summarize(idle.map(({ anonymous }) => anonymous)),
  };
}
