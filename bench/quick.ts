import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Limits, type Load, loads, rate, runLoad } from "./loads.ts";
import { decimal, spread, table } from "./report/tables.ts";
import { type Summary, summarize } from "./statistics.ts";
import { systems } from "./systems/all.ts";
import type { System } from "./systems/system.ts";
import { tools } from "./tools.ts";

/** The ratios that were last accepted, by the names of rows. */
const acceptedFile = path.join(import.meta.dir, "accepted.json");
/** What is told to have moved. */
const TOLERANCE = 0.1;
const ROUNDS = 5;
const LIMITS: Limits = { seconds: 1, bytes: 400e6 };
const MOMENT: Limits = { seconds: 0.25, bytes: 40e6 };
const PAUSE_MS = 300;

/** Two systems that promise the same with an ack. */
const pairs = {
  fsync: { ours: systems["weir-fsync"], reference: systems["c-journal"] },
  memory: { ours: systems["weir-memory"], reference: systems.c },
} as const;

/** A row of accepted.json. */
type Ratios = Record<string, number>;

/**
 * The guard: Weir's ratios to the reference in C under some raw loads, in less than three minutes,
 * and what has moved since they were last accepted. With `accept` they are what the next run is
 * compared with.
 */
export async function quick(
  directory: string,
  accept: boolean,
  tell: (text: string) => void,
): Promise<void> {
  const ratios = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    tell(`round ${round + 1} of ${ROUNDS}`);
    for (const [name, pair] of Object.entries(pairs)) {
      const sides = ["ours", "reference"] as const;
      const rates = { ours: new Map<string, number>(), reference: new Map<string, number>() };
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        rates[side] = await measure(pair[side], path.join(directory, "quick"));
      }
      for (const [load, ours] of rates.ours) {
        const row = `${name}/${load}`;
        const ratio = ours / (rates.reference.get(load) ?? Number.NaN);
        ratios.set(row, [...(ratios.get(row) ?? []), ratio]);
      }
    }
  }
  const summaries = new Map([...ratios].map(([row, values]) => [row, summarize(values)] as const));
  process.stdout.write(statement(summaries, readAccepted()));
  if (!accept) return;
  const rounded = [...summaries].map(([row, { median }]) => [row, Number(median.toFixed(3))]);
  writeFileSync(acceptedFile, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
}

/** One life of a system under every load. */
async function measure(system: System, directory: string): Promise<Map<string, number>> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { address, end } = await system.start(directory);
  const rates = new Map<string, number>();
  try {
    for (const [name, load] of Object.entries(loads) as [string, Load][]) {
      if (load.unit === "MB/s") await rehearse(address, load);
      await runLoad(address, name, load, MOMENT);
      rates.set(name, rate(load, await runLoad(address, name, load, LIMITS)));
    }
  } finally {
    await end();
  }
  rmSync(directory, { recursive: true });
  Bun.spawnSync({ cmd: ["sync", "--file-system", path.dirname(directory)] });
  return rates;
}

/** Leaves memory at hand for what is written next: see writesMuch. */
async function rehearse(address: string, load: Load): Promise<void> {
  await runLoad(address, "rehearsal", load, LIMITS);
  Bun.spawnSync({ cmd: [tools.load, address, "rehearsal", "delete"] });
  await Bun.sleep(PAUSE_MS);
}

/** A table of all ratios, and a sentence for each that has moved. */
function statement(ratios: ReadonlyMap<string, Summary>, accepted: Ratios): string {
  const sentences: string[] = [];
  const rows = [...ratios].map(([row, ratio]) => {
    const before = accepted[row];
    if (before === undefined) return [row, spread(ratio, 2), "", ""];
    const change = ratio.median / before - 1;
    const percent = `${change < 0 ? "" : "+"}${decimal(change * 100, 0)} %`;
    if (Math.abs(change) > TOLERANCE) sentences.push(sentence(row, ratio, before, percent));
    return [row, spread(ratio, 2), decimal(before, 2), percent];
  });
  const moved = sentences.length > 0 ? sentences : ["Nothing has moved by more than 10 %."];
  return `${table(["Weir / C", "Ratio", "Accepted", "Change"], rows)}\n${moved.join("\n")}\n`;
}

function sentence(row: string, { median, min, max }: Summary, before: number, percent: string) {
  const direction = median < before ? "SLOWER" : "faster";
  const isCovered = min <= before && before <= max;
  const doubt = isCovered ? "; but some rounds were beyond it: measure again" : ", in all rounds";
  return `${direction}: ${row} moved by ${percent}, from ${before} to ${median.toFixed(3)}${doubt}`;
}

function readAccepted(): Ratios {
  return JSON.parse(readFileSync(acceptedFile, "utf8"));
}
