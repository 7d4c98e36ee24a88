import path from "node:path";
import { type Outcome, type SeedRange, sceneOption } from "./seeds.ts";

/** What is said of a seed with which a process ended, or had to be ended. */
export const UNENDED = "the seed never ends, or ends the process";

/** A seed that takes longer never ends. */
const STALL_MS = 60_000;
const SCRIPT = path.resolve(import.meta.dir, "../simulate.ts");
const PRELOAD = path.resolve(import.meta.dir, "mutate.ts");

/**
 * Runs seeds in a process of its own, with the bug `mutant` planted if one is named, until `tell`
 * doesn't want more. A seed that never ends counts as failed; another process goes on behind it.
 */
export async function runInChild(
  range: SeedRange,
  mutant: string | null,
  tell: (outcome: Outcome) => boolean,
): Promise<void> {
  const { step } = range;
  let { from, count } = range;
  while (count > 0) {
    const done = await runOnce({ ...range, from, count }, mutant, tell);
    if (done === null) return;
    from += done * step;
    count -= done;
    if (count === 0) return;
    // It has ended in the middle of a seed.
    if (!tell({ seed: from, summary: null, failure: UNENDED })) return;
    from += step;
    count--;
  }
}

/** Returns how many seeds were told, or null if no more are wanted. */
async function runOnce(
  { scene, scenario, from, count, step }: SeedRange,
  mutant: string | null,
  tell: (outcome: Outcome) => boolean,
): Promise<number | null> {
  const planted = mutant === null ? [] : ["--preload", PRELOAD];
  const named = mutant === null ? [] : [`--mutant=${mutant}`];
  const seeds = [`--from=${from}`, `--seeds=${count}`, `--step=${step}`];
  const what = scenario === undefined ? sceneOption(scene) : [`--scenario=${scenario}`];
  const options = ["--lines", ...seeds, ...what, ...named];
  const cmd = [process.execPath, ...planted, SCRIPT, ...options];
  const child = Bun.spawn({ cmd, stdout: "pipe", stderr: mutant === null ? "inherit" : "ignore" });
  let told = 0;
  let text = "";
  let watchdog = setTimeout(() => child.kill("SIGKILL"), STALL_MS);
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill("SIGKILL"), STALL_MS);
    for (const line of lines) {
      const outcome: Outcome = JSON.parse(line);
      told++;
      if (tell(outcome)) continue;
      child.kill("SIGKILL");
      clearTimeout(watchdog);
      return null;
    }
  }
  clearTimeout(watchdog);
  await child.exited;
  return told;
}
