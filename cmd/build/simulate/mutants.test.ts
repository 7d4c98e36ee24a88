import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { planted } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

const root = path.resolve(import.meta.dir, "../../..");
const transpiler = new Bun.Transpiler({ loader: "ts" });

test("every mutant's place is there, and leaves a source that compiles", () => {
  for (const mutant of MUTANTS) {
    for (const { file } of mutant.patches) {
      const source = readFileSync(path.join(root, file), "utf8");
      const text = planted(mutant, file, source);
      expect(text, mutant.name).not.toBe(source);
      transpiler.transformSync(text);
    }
  }
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
