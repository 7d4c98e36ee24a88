/**
 * Damages what the compiled broker has on its disk, and looks what it makes of it:
 *
 *   npm run damage -- [--cases N] [--from S]     so many cases, from seed S on
 *   npm run damage -- --seed S                   one of them again, in detail
 *
 * Each case flips a bit, zeroes a page or cuts the tail of one random file in a data directory that
 * a killed broker has left. Then everything is read back: nothing else than what was acknowledged
 * may be served, nothing may be missing but what stood in the damaged bytes, and that has to be
 * named. A broker that refuses to start has to say why, and to start after a repair.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type CaseResult, runCase } from "./case.ts";
import { extentsOf } from "./extents.ts";
import { prepare } from "./prepare.ts";
import { outcomeTable } from "./table.ts";

const { values: flags } = parseArgs({
  options: {
    cases: { type: "string", default: "500" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
  },
});
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
// In memory, where there is such a place: nothing here depends on when it is on a disk.
const base = existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir();
const home = mkdtempSync(path.join(base, "weir-damage-"));
const first = Number(flags.seed ?? flags.from);
const count = flags.seed === undefined ? Number(flags.cases) : 1;

const prepared = await prepare(path.join(home, "data"));
const extents = await extentsOf(prepared.data);
const results: CaseResult[] = [];
for (let seed = first; seed < first + count; seed++) {
  const result = await runCase(prepared, extents, path.join(home, `case-${seed}`), seed);
  results.push(result);
  if (result.broken.length > 0 || flags.seed !== undefined) describe(result);
}
if (count > 1) tell(outcomeTable(results));
const broken = results.filter((result) => result.outcome === "BROKEN").length;
const tookMs = results.map((result) => result.tookMs).sort((a, b) => a - b);
const median = tookMs[Math.floor(tookMs.length / 2)] ?? 0;
tell(`${count} cases, ${broken} broken; ${median.toFixed(0)} ms a case (median)`);
if (broken === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = broken === 0 ? 0 : 1;

function describe({ seed, spoilt, outcome, lostRecords, broken: wrong }: CaseResult): void {
  const { damage, file, from, to } = spoilt;
  tell(`seed ${seed}: ${damage} of ${file} [${from}, ${to}): ${outcome}, ${lostRecords} lost`);
  for (const each of wrong) tell(`  ${each}`);
}
