import { expect, test } from "bun:test";
import { seeded } from "../../../record/samples.testing.ts";
import { compilePattern, matches } from "./pattern.ts";

function doesMatch(pattern: string, text: string): boolean | null {
  const compiled = compilePattern(pattern);
  return compiled && matches(compiled, text);
}

test.each([
  ["orders", "orders", true],
  ["orders", "orders2", false],
  ["ord", "orders", false],
  ["", "", true],
  ["", "a", false],
  ["orders.*", "orders-eu", true],
  ["orders|bills", "bills", true],
  ["(orders|bills)-[0-9]{2,3}", "bills-12", true],
  ["(orders|bills)-[0-9]{2,3}", "bills-1", false],
  ["(orders|bills)-[0-9]{2,3}", "bills-1234", false],
  ["a{3}", "aaa", true],
  ["a{2,}", "aaaaa", true],
  ["a{2,}", "a", false],
  ["a{,3}", "a{,3}", true],
  ["a{0}", "", true],
  ["(?:a|b)+?c?", "abab", true],
  ["(?P<name>a+)b", "aab", true],
  ["(?<name>a+)b", "aab", true],
  ["(?i)ORDERS", "orders", true],
  ["(?i:o)rders", "Orders", true],
  ["(?i:o)rders", "ORDERS", false],
  ["a(?i)b|c", "aB", true],
  ["(?i)[a-c]+", "ABC", true],
  ["(?i-i)a", "A", false],
  ["^orders$", "orders", true],
  ["\\Aorders\\z", "orders", true],
  ["a^b", "ab", false],
  ["\\bo\\w+\\b", "orders", true],
  ["o\\Brders", "orders", true],
  ["o\\brders", "orders", false],
  ["[^a-y]+", "zz", true],
  ["[^a-y]+", "az", false],
  ["[]a]+", "]a", true],
  ["[a-]+", "a-", true],
  ["[\\d_]+", "1_2", true],
  ["[[:alpha:][:digit:]]+", "a1", true],
  ["[[:^alpha:]]+", "1", true],
  ["[^[:^digit:]]", "7", true],
  ["\\d\\D\\s\\S\\w\\W", "1a b_-", true],
  ["\\Qa.b*\\E+", "a.b**", true],
  ["\\Qa.b", "a.b", true],
  ["a\\.b", "a.b", true],
  ["a\\.b", "axb", false],
  ["\\x41\\x{42}\\103", "ABC", null],
  ["\\x41\\x{42}\\012", "AB\n", true],
  [".", "\n", false],
  ["(?s).", "\n", true],
  ["(a*)*b", "aaab", true],
  ["(a|aa)+$", "aaaa", true],
  ["(|a)+", "aaa", true],
  ["ä+", "ää", true],
  [".", "😀", true],
  ["(", "(", null],
  [")", ")", null],
  ["[a", "a", null],
  ["[b-a]", "a", null],
  ["*a", "a", null],
  ["a**", "a", null],
  ["a{2}{3}", "aaaaaa", null],
  ["a{1001}", "a", null],
  ["a{3,2}", "a", null],
  ["(a{900}){900}", "a", null],
  ["(a)\\1", "aa", null],
  ["(?=a)a", "a", null],
  ["(?<!a)b", "b", null],
  ["(?m)a", "a", null],
  ["\\pL", "a", null],
  ["a\\", "a", null],
  ["[[:letters:]]", "a", null],
  ["\\x{110000}", "a", null],
])("%p on %p: %p", (pattern, text, expected) => {
  expect(doesMatch(pattern, text)).toBe(expected);
});

test("patterns that others take forever for are matched at once", () => {
  for (const evil of ["(a+)+$", "(a|a)*b", "(a|aa)+b", "([a-z]+)*\\.x", "(.*)*(.*)*(.*)*y"]) {
    expect(doesMatch(evil, `${"a".repeat(248)}!`)).toBe(false);
  }
  expect(doesMatch("(", "a")).toBeNull();
  expect(doesMatch("(".repeat(1000), "a")).toBeNull();
  expect(doesMatch("a".repeat(1025), "a")).toBeNull();
});

test("random patterns match as JavaScript's do", () => {
  const random = seeded(17);
  const below = (bound: number) => Math.floor(random() * bound);
  const patternOf = (depth: number): string => {
    const choice = depth === 0 ? below(4) : below(9);
    if (choice < 2) return "ab"[below(2)] ?? "";
    if (choice === 2) return ".";
    if (choice === 3) return ["[ab]", "[^a]", "\\w", "c"][below(4)] ?? "";
    if (choice === 4) return `(?:${patternOf(depth - 1)}|${patternOf(depth - 1)})`;
    if (choice === 5) return `(?:${patternOf(depth - 1)})${["*", "+", "?", "{1,2}"][below(4)]}`;
    return patternOf(depth - 1) + patternOf(depth - 1);
  };
  for (let round = 0; round < 3000; round++) {
    const pattern = patternOf(3);
    const text = Array.from({ length: below(6) }, () => "abc"[below(3)]).join("");
    expect([pattern, text, doesMatch(pattern, text)]).toEqual([
      pattern,
      text,
      new RegExp(`^(?:${pattern})$`, "u").test(text),
    ]);
  }
});
