import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

const page = readFileSync(path.join(import.meta.dir, "../../docs/cookbook.md"), "utf8");
const setup = /```sh setup\n(.*?)```/s.exec(page)?.[1] ?? "";
const recipes = [...page.matchAll(/^### (.*?)\n.*?```sh\n(.*?)```\n\n```text\n(.*?)```/gms)].map(
  ([, name = "", line = "", output = ""]) => ({ name, line, output }),
);

let bench: Workbench;
let other: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--set", "group.initial.rebalance.delay.ms=0"]);
  other = await openWorkbench(["--durability", "memory"]);
  expect(await bench.bash(setup)).toMatchObject({ code: 0, stderr: "" });
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

test("there are twenty recipes or more, and each has its output", () => {
  expect(recipes.length).toBeGreaterThanOrEqual(20);
  expect(recipes.length).toBe([...page.matchAll(/^### /gm)].length);
});

// What a recipe says to people on stderr stands before what it prints, as a terminal shows it.
test.each(recipes)("$name", async ({ line, output }) => {
  const { code, stdout, stderr } = await bench.bash(line, { env: { OTHER: other.address } });
  expect(stderr + stdout).toBe(output);
  expect(code).toBe(0);
});
