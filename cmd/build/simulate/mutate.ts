/**
 * Loaded before the simulator in a process of its own: plants the bug `--mutant NAME` into the
 * source as it is loaded. Nothing on the disk is changed.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { plugin } from "bun";
import { planted } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

const root = path.resolve(import.meta.dir, "../../..");
const name = process.argv.find((arg) => arg.startsWith("--mutant="))?.slice("--mutant=".length);
const mutant = MUTANTS.find((candidate) => candidate.name === name);
if (!mutant) throw new Error(`there is no mutant ${name}`);

plugin({
  name: "mutant",
  setup(build) {
    for (const file of new Set(mutant.patches.map((patch) => patch.file))) {
      const full = path.join(root, file);
      const filter = new RegExp(`${full.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
      build.onLoad({ filter }, () => ({
        contents: planted(mutant, file, readFileSync(full, "utf8")),
        loader: "ts",
      }));
    }
  },
});
