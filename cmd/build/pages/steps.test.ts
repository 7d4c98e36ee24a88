import { describe, expect, test } from "bun:test";
import { blocksOf } from "./blocks.ts";
import { stepsOf } from "./session.ts";
import { settled } from "./settle.ts";
import { partsOf, withOutputs } from "./steps.ts";

const FENCE = "```";

const PAGE = `
${FENCE}console
$ echo one |
> cat
one
$ true
$ date
2026-01-31T12:00:00.000Z
${FENCE}

${FENCE}text
a picture
${FENCE}

${FENCE}js a.mjs
await 1;
${FENCE}

- a list

  <!-- first:
  make ready
  -->

  ${FENCE}sh
  echo two
  ${FENCE}

  ${FENCE}text
  zwei
  ${FENCE}

<!-- not run: it needs a moon -->

${FENCE}sh
ls /moon
${FENCE}
`;

describe("a page", () => {
  const parts = partsOf(PAGE);
  const steps = stepsOf(parts);

  test("is read step by step", () => {
    expect(steps.map(({ command, output }) => [command, output])).toEqual([
      ["echo one |\ncat", "one\n"],
      ["true", ""],
      ["date", "2026-01-31T12:00:00.000Z\n"],
      ["make ready", null],
      ["echo two", "zwei\n"],
    ]);
    expect(parts).toContainEqual({ kind: "file", name: "a.mjs", text: "await 1;\n" });
    expect(parts.at(-1)).toMatchObject({ kind: "not run", why: "it needs a moon" });
  });

  test("gets what is printed now, and keeps what only varies", () => {
    const printed = ["eins\nuno\n", "", "2027-01-31T12:00:00.000Z\n", "ready\n", "two\n"];
    const same = (a: string, b: string): boolean => settled(a) === settled(b);
    const fresh = withOutputs(PAGE, steps, printed, same);
    expect(fresh).toBe(PAGE.replace("\none\n", "\neins\nuno\n").replace("zwei", "two"));
    expect(withOutputs(fresh, stepsOf(partsOf(fresh)), printed, same)).toBe(fresh);
  });

  test("whose block doesn't end is refused", () => {
    expect(() => blocksOf(`text\n${FENCE}sh\nls\n`)).toThrow("the block of line 2 doesn't end");
  });
});

test.each([
  ["in 0.3s", "in 12ms", true],
  ["disk_free  64GB", "disk_free       1.2MB", true],
  ['"timestamp_ms":1', '"timestamp_ms": 2', false],
  ['"timestamp_ms": 1', '"timestamp_ms": 2', true],
  ["116B", "117B", false],
  ["3 records", "4 records", false],
])("%j may stand for %j: %j", (a, b, expected) => {
  expect(settled(a) === settled(b)).toBe(expected);
});

test("what would change the machine is run by nobody, whoever wrote the page", () => {
  const page = `${FENCE}sh\nuseradd --system weir\n${FENCE}\n`;
  expect(() => partsOf(page)).toThrow("useradd --system weir");
  expect(partsOf(`<!-- not run: it makes a user -->\n\n${page}`)).toMatchObject([
    { kind: "not run", why: "it makes a user" },
  ]);
});
