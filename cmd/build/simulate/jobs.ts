import { addFailures, addTally, emptyTally, type SeedRange, type Tally } from "./seeds.ts";

/** Shares seeds out to `jobs` processes that run `script`, and adds up what they tell. */
export async function runJobs(script: string, range: SeedRange, jobs: number): Promise<Tally> {
  const tally = emptyTally();
  const parts = Array.from({ length: jobs }, (_, job) => ({
    from: range.from + job,
    seeds: Math.ceil((range.seeds - job) / jobs),
  }));
  const tellings = parts.map(async ({ from, seeds }) => {
    const options = [`--from=${from}`, `--seeds=${seeds}`, `--step=${jobs}`];
    const cmd = [
      process.execPath,
      script,
      "--json",
      ...options,
      ...(range.goesOn ? ["--all"] : []),
    ];
    const child = Bun.spawn({ cmd, stdout: "pipe", stderr: "inherit" });
    const text = await new Response(child.stdout).text();
    if ((await child.exited) !== 0) throw new Error(`seeds from ${from}: the process has ended`);
    const told: Tally = JSON.parse(text);
    addTally(tally, told);
    addFailures(tally, told.failures);
  });
  await Promise.all(tellings);
  return tally;
}
