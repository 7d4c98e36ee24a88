import { ANY, ANY_IN_LINE, inBothCases, others, PERL_CLASSES, POSIX_CLASSES } from "./classes.ts";
import type { CharacterRange, CharacterSet, Edge, Node } from "./syntax.ts";

/** As in RE2: `x{1001}` is refused. */
const MAX_REPEAT = 1000;
const MAX_DEPTH = 100;

const EDGES: ReadonlyMap<string, Edge> = new Map([
  ["A", "begin"],
  ["z", "end"],
  ["b", "word"],
  ["B", "no-word"],
]);

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** What flags, such as `(?i)`, say of what stands behind them. */
interface Flags {
  readonly ignoresCase: boolean;
  readonly dotMatchesAll: boolean;
}

/** A pattern that isn't one, or has what isn't supported. */
class NotAPattern extends Error {}

/**
 * Reads a pattern in RE2's syntax; null if it isn't one. Of that syntax these are not supported:
 * classes of Unicode characters (`\p{Greek}`), and lines inside of the text (`(?m)`).
 */
export function parsePattern(text: string): Node | null {
  try {
    return new Parser(text).all();
  } catch (error) {
    if (error instanceof NotAPattern) return null;
    throw error;
  }
}

/** Reads a pattern from left to right, by recursive descent. */
class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoresCase: false, dotMatchesAll: false };

  constructor(text: string) {
    this.#characters = [...text];
  }

  all(): Node {
    const node = this.#choice();
    if (this.#at < this.#characters.length) throw new NotAPattern("a ) too many");
    return node;
  }

  #choice(): Node {
    if (++this.#depth > MAX_DEPTH) throw new NotAPattern("nested too deeply");
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 && options[0] ? options[0] : { kind: "choice", options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (let next = this.#peek(); next !== null && next !== "|" && next !== ")"; ) {
      parts.push(...this.#repeated(this.#atom()));
      next = this.#peek();
    }
    return { kind: "sequence", parts };
  }

  /** What stands here, as often as it says; lazy or not is the same for a whole match. */
  #repeated(parts: readonly Node[]): readonly Node[] {
    const bounds = this.#repeat();
    if (bounds === null) return parts;
    const last = parts.at(-1);
    if (last === undefined) throw new NotAPattern("nothing to repeat");
    this.#take("?");
    if (this.#repeat() !== null) throw new NotAPattern("a repeat of a repeat");
    const [least, most] = bounds;
    return [...parts.slice(0, -1), { kind: "repeat", of: last, least, most }];
  }

  #repeat(): readonly [least: number, most: number] | null {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#rest(16));
    if (counted === null) return null;
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    const isOpen = counted[2] !== undefined && counted[3] === "";
    const most = counted[2] === undefined ? least : Number(counted[3]);
    if (least > MAX_REPEAT || most > MAX_REPEAT || (!isOpen && most < least)) {
      throw new NotAPattern("a repeat out of bounds");
    }
    return [least, isOpen ? Number.POSITIVE_INFINITY : most];
  }

  /** Mostly one node; several for `\Q...\E`, none for flags. */
  #atom(): readonly Node[] {
    if (this.#takeText("\\Q")) return this.#quoted();
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return [{ kind: "set", set: this.#brackets() }];
      case ".":
        return [{ kind: "set", set: this.#flags.dotMatchesAll ? ANY : ANY_IN_LINE }];
      case "^":
        return [{ kind: "edge", edge: "begin" }];
      case "$":
        return [{ kind: "edge", edge: "end" }];
      case "*":
      case "+":
      case "?":
        throw new NotAPattern("nothing to repeat");
      case "\\":
        return [this.#escape()];
      default:
        return [this.#literal(character)];
    }
  }

  #group(): readonly Node[] {
    const before = this.#flags;
    if (this.#take("?")) {
      const opened = /^(?:P?<\w+>|([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)]))/.exec(this.#rest(128));
      if (opened === null) throw new NotAPattern("an unknown kind of group");
      this.#at += opened[0].length;
      this.#setFlags(opened[1] ?? "", true);
      this.#setFlags(opened[2] ?? "", false);
      if (opened[3] === ")") return [];
    }
    const node = this.#choice();
    if (!this.#take(")")) throw new NotAPattern("a ) is missing");
    this.#flags = before;
    return [node];
  }

  #setFlags(letters: string, isSet: boolean): void {
    for (const letter of letters) {
      if (letter === "i") this.#flags = { ...this.#flags, ignoresCase: isSet };
      else if (letter === "s") this.#flags = { ...this.#flags, dotMatchesAll: isSet };
      else if (letter !== "U") throw new NotAPattern(`the flag ${letter}`);
    }
  }

  #quoted(): readonly Node[] {
    const parts: Node[] = [];
    while (this.#peek() !== null && !this.#takeText("\\E")) {
      parts.push(this.#literal(this.#next()));
    }
    return parts;
  }

  #escape(): Node {
    const edge = EDGES.get(this.#peek() ?? "");
    if (edge !== undefined) {
      this.#at++;
      return { kind: "edge", edge };
    }
    const perl = this.#perlClass();
    if (perl !== null) return { kind: "set", set: { ranges: perl, negated: false } };
    return this.#literal(this.#escapedCharacter());
  }

  #perlClass(): readonly CharacterRange[] | null {
    const found = PERL_CLASSES.get(this.#peek() ?? "") ?? null;
    if (found !== null) this.#at++;
    return found;
  }

  /** A single character behind a backslash. */
  #escapedCharacter(): string {
    const coded = /^(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|(0[0-7]{0,2}))/.exec(
      this.#rest(16),
    );
    if (coded !== null) {
      this.#at += coded[0].length;
      const codePoint = coded[3] ? parseInt(coded[3], 8) : parseInt(coded[1] ?? coded[2] ?? "", 16);
      if (codePoint > 0x10ffff) throw new NotAPattern("no such character");
      return String.fromCodePoint(codePoint);
    }
    const character = this.#next();
    const control = CONTROLS.get(character);
    if (control !== undefined) return control;
    if (/[\p{L}\p{N}]/u.test(character)) throw new NotAPattern(`\\${character}`);
    return character;
  }

  /** A class in brackets, behind the first one. */
  #brackets(): CharacterSet {
    const negated = this.#take("^");
    const ranges: CharacterRange[] = [];
    for (let isFirst = true; isFirst || this.#peek() !== "]"; isFirst = false) {
      ranges.push(...this.#bracketItem());
    }
    this.#at++;
    return { ranges: this.#flags.ignoresCase ? inBothCases(ranges) : ranges, negated };
  }

  #bracketItem(): readonly CharacterRange[] {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.#rest(16));
    if (posix !== null) {
      this.#at += posix[0].length;
      const named = POSIX_CLASSES.get(posix[2] ?? "");
      if (named === undefined) throw new NotAPattern(posix[0]);
      return posix[1] === "^" ? others(named) : named;
    }
    const first = this.#bracketEnd();
    if (typeof first !== "string") return first;
    const isRange = this.#peek() === "-" && this.#characters[this.#at + 1] !== "]";
    const last = isRange ? this.#rangeEnd() : first;
    const [from, to] = [codePointOf(first), codePointOf(last)];
    if (to < from) throw new NotAPattern("a range that ends before it begins");
    return [[from, to]];
  }

  #rangeEnd(): string {
    this.#at++;
    const last = this.#bracketEnd();
    if (typeof last !== "string") throw new NotAPattern("a range that ends with a class");
    return last;
  }

  /** A character in brackets, or a class of them. */
  #bracketEnd(): string | readonly CharacterRange[] {
    const character = this.#next();
    if (character !== "\\") return character;
    return this.#perlClass() ?? this.#escapedCharacter();
  }

  #literal(character: string): Node {
    const codePoint = codePointOf(character);
    const ranges: CharacterRange[] = [[codePoint, codePoint]];
    const both = this.#flags.ignoresCase ? inBothCases(ranges) : ranges;
    return { kind: "set", set: { ranges: both, negated: false } };
  }

  #peek(): string | null {
    return this.#characters[this.#at] ?? null;
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new NotAPattern("it ends too early");
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #takeText(text: string): boolean {
    if (this.#rest(text.length) !== text) return false;
    this.#at += text.length;
    return true;
  }

  /** What comes next, up to so many characters. */
  #rest(length: number): string {
    return this.#characters.slice(this.#at, this.#at + length).join("");
  }
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
