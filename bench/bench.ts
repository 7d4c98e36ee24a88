/**
 * Measures the compiled broker against the reference in C, and writes docs/benchmarks.md.
 *
 *   npm run bench -- [--quick] [--rounds N] [--directory DIR] [--out FILE]
 *
 * Needs a C compiler (`cc`) on x86-64 Linux, an idle machine and about 2 GB of disk.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.ts";
import { page } from "./report.ts";
import { comparePairs, type Effort } from "./rounds.ts";
import { measureStartUp } from "./startup.ts";
import { buildTools } from "./tools.ts";

const root = path.resolve(import.meta.dir, "..");
const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    directory: { type: "string", default: path.join(root, "dist", "bench", "data") },
    out: { type: "string", default: path.join(root, "docs", "benchmarks.md") },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 5 : 11));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is not a number from 1");
const effort: Effort = {
  rounds,
  limits: { seconds: flags.quick ? 1 : 2, bytes: 400e6 },
};
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

buildTools();
rmSync(flags.directory, { recursive: true, force: true });
mkdirSync(flags.directory, { recursive: true });
const machine = describeMachine(flags.directory);
tell("start-up");
const startUp = await measureStartUp(flags.directory);
const comparisons = await comparePairs(flags.directory, effort, tell);
rmSync(flags.directory, { recursive: true });

const given = process.argv.slice(2);
const command = ["npm run bench", ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
const date = new Date().toISOString().slice(0, 10);
const text = page({ command, date, machine, effort, startUp, comparisons });
writeFileSync(flags.out, text);
process.stdout.write(text);
