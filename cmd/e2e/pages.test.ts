/** Does what README.md and docs/*.md say, and holds what is printed then against the pages. */
import { beforeAll, describe, expect, test } from "bun:test";
import { outcomesOf, readPages } from "../build/pages/reading.ts";
import { MAX_MS, type Outcome, stepsOf } from "../build/pages/session.ts";
import { settled } from "../build/pages/settle.ts";
import { ensureBuilt } from "./weir.testing.ts";

const pages = readPages();
const outcomes = new Map<string, Outcome[]>();

beforeAll(async () => {
  await ensureBuilt();
  const all = await Promise.all(pages.map(outcomesOf));
  for (const [i, { name }] of pages.entries()) outcomes.set(name, all[i] ?? []);
}, 2 * MAX_MS);

describe.each(pages)("$name", ({ name, parts }) => {
  const steps = stepsOf(parts).map((step, i) => {
    return { ...step, i, line: step.from, head: step.command.split("\n")[0] };
  });

  test.each(steps)("line $line: $head", ({ i, output: shown }) => {
    const { output = "", code } = outcomes.get(name)?.[i] ?? {};
    if (shown === null) expect({ output, code }).toMatchObject({ code: 0 });
    else expect(settled(output)).toBe(settled(shown));
  });

  const left = parts.flatMap((part) => (part.kind === "not run" ? [part] : []));
  test.each(left)("line $at is not run: $why", ({ why }) => expect(why).not.toBe(""));
});
