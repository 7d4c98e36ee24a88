import { isWordCharacter } from "./classes.ts";
import { parsePattern } from "./parse.ts";
import { type CharacterSet, type Edge, hasCharacter, type Node } from "./syntax.ts";

/*
 * Patterns as RE2 has them: matching takes at most as many steps as the pattern is long, for each
 * character of the text; no pattern and no text takes longer. There is no backtracking: all ways
 * are gone at once (Thompson's construction), as a set of places in a program.
 */

/** A step of a program: where to go on, and what has to be so. */
type Instruction =
  | { readonly kind: "set"; readonly set: CharacterSet; next: number }
  | { readonly kind: "edge"; readonly edge: Edge; next: number }
  | { readonly kind: "fork"; readonly nexts: number[] }
  | { readonly kind: "match" };

/** A compiled pattern; its length bounds what matching costs. */
export type Pattern = readonly Instruction[];

/** The longest pattern that is taken, in characters. */
const MAX_PATTERN_LENGTH = 1024;
/** The longest program: repeats are written out. */
const MAX_INSTRUCTIONS = 2000;

/** A pattern that may be matched; null if it can't be read, or would be too costly. */
export function compilePattern(text: string): Pattern | null {
  if (text.length > MAX_PATTERN_LENGTH) return null;
  const node = parsePattern(text);
  if (node === null || sizeOf(node) >= MAX_INSTRUCTIONS) return null;
  const program: Instruction[] = [{ kind: "match" }];
  const start = compile(program, node, 0);
  program.push({ kind: "fork", nexts: [start] });
  return program;
}

/** How many instructions it takes, before any is made. */
function sizeOf(node: Node): number {
  switch (node.kind) {
    case "set":
    case "edge":
      return 1;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case "choice":
      return 1 + node.options.reduce((sum, option) => sum + sizeOf(option), 0);
    case "repeat":
      return (1 + sizeOf(node.of)) * (Number.isFinite(node.most) ? node.most : node.least + 1);
  }
}

/** Puts the instructions for a node in front of those at `next`; returns where they begin. */
function compile(program: Instruction[], node: Node, next: number): number {
  switch (node.kind) {
    case "set":
      return program.push({ kind: "set", set: node.set, next }) - 1;
    case "edge":
      return program.push({ kind: "edge", edge: node.edge, next }) - 1;
    case "sequence":
      return node.parts.reduceRight((behind, part) => compile(program, part, behind), next);
    case "choice": {
      const nexts = node.options.map((option) => compile(program, option, next));
      return program.push({ kind: "fork", nexts }) - 1;
    }
    case "repeat":
      return compileRepeat(program, node, next);
  }
}

function compileRepeat(
  program: Instruction[],
  { of, least, most }: Extract<Node, { kind: "repeat" }>,
  next: number,
): number {
  let start = next;
  if (Number.isFinite(most)) {
    for (let i = least; i < most; i++) {
      start = program.push({ kind: "fork", nexts: [compile(program, of, start), next] }) - 1;
    }
  } else {
    const nexts = [next];
    start = program.push({ kind: "fork", nexts }) - 1;
    nexts.push(compile(program, of, start));
  }
  for (let i = 0; i < least; i++) start = compile(program, of, start);
  return start;
}

/** Whether a pattern matches all of a text. */
export function matches(pattern: Pattern, text: string): boolean {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  let places = reachable(pattern, [pattern.length - 1], codePoints, 0);
  for (let at = 0; at < codePoints.length && places.size > 0; at++) {
    const codePoint = codePoints[at] ?? 0;
    const nexts: number[] = [];
    for (const place of places) {
      const step = pattern[place];
      if (step?.kind === "set" && hasCharacter(step.set, codePoint)) nexts.push(step.next);
    }
    places = reachable(pattern, nexts, codePoints, at + 1);
  }
  return places.has(0);
}

/** The places that are reached without a character, from these on, in front of character `at`. */
function reachable(
  pattern: Pattern,
  from: number[],
  codePoints: readonly number[],
  at: number,
): Set<number> {
  const places = new Set<number>();
  for (let place = from.pop(); place !== undefined; place = from.pop()) {
    if (places.has(place)) continue;
    places.add(place);
    const step = pattern[place];
    if (step?.kind === "fork") from.push(...step.nexts);
    if (step?.kind === "edge" && isAt(step.edge, codePoints, at)) from.push(step.next);
  }
  return places;
}

function isAt(edge: Edge, codePoints: readonly number[], at: number): boolean {
  if (edge === "begin") return at === 0;
  if (edge === "end") return at === codePoints.length;
  const isWord = (index: number) => isWordCharacter(codePoints[index] ?? -1);
  return (isWord(at - 1) !== isWord(at)) === (edge === "word");
}
