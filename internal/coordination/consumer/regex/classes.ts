import type { CharacterRange, CharacterSet } from "./syntax.ts";

const LAST_CODE_POINT = 0x10ffff;

const DIGITS = ranges("09");
const LOWER = ranges("az");
const UPPER = ranges("AZ");
const WORD = ranges("09", "AZ", "__", "az");
const SPACES: readonly CharacterRange[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

/** `\d`, `\s`, `\w`, and the same in capitals for all other characters. */
export const PERL_CLASSES: ReadonlyMap<string, readonly CharacterRange[]> = new Map([
  ["d", DIGITS],
  ["s", SPACES],
  ["w", WORD],
  ["D", others(DIGITS)],
  ["S", others(SPACES)],
  ["W", others(WORD)],
]);

/** `[:alpha:]` and the like, inside of brackets. */
export const POSIX_CLASSES: ReadonlyMap<string, readonly CharacterRange[]> = new Map([
  ["alnum", ranges("09", "AZ", "az")],
  ["alpha", ranges("AZ", "az")],
  ["ascii", [[0, 0x7f]]],
  ["blank", ranges("\t\t", "  ")],
  [
    "cntrl",
    [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
  ],
  ["digit", DIGITS],
  ["graph", ranges("!~")],
  ["lower", LOWER],
  ["print", ranges(" ~")],
  ["punct", ranges("!/", ":@", "[`", "{~")],
  [
    "space",
    [
      [0x09, 0x0d],
      [0x20, 0x20],
    ],
  ],
  ["upper", UPPER],
  ["word", WORD],
  ["xdigit", ranges("09", "AF", "af")],
]);

/** `.`: any character but the end of a line; with the flag `s` that, too. */
export const ANY_IN_LINE: CharacterSet = { ranges: ranges("\n\n"), negated: true };
export const ANY: CharacterSet = { ranges: [], negated: true };

/** Whether a character is one of `\w`. */
export function isWordCharacter(codePoint: number): boolean {
  return WORD.some(([first, last]) => first <= codePoint && codePoint <= last);
}

/** All characters that are in none of the ranges, which are in ascending order. */
export function others(some: readonly CharacterRange[]): CharacterRange[] {
  const between: CharacterRange[] = [];
  let next = 0;
  for (const [first, last] of some) {
    if (first > next) between.push([next, first - 1]);
    next = last + 1;
  }
  between.push([next, LAST_CODE_POINT]);
  return between;
}

/** The ranges with the other case of every ASCII letter in them. */
export function inBothCases(some: readonly CharacterRange[]): CharacterRange[] {
  const CASE_BIT = 0x20;
  const both = [...some];
  for (const [letters, shift] of [
    [UPPER, CASE_BIT],
    [LOWER, -CASE_BIT],
  ] as const) {
    for (const [first, last] of some) {
      for (const [a, z] of letters) {
        const [from, to] = [Math.max(first, a), Math.min(last, z)];
        if (from <= to) both.push([from + shift, to + shift]);
      }
    }
  }
  return both;
}

function ranges(...pairs: readonly string[]): CharacterRange[] {
  return pairs.map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)]);
}
