/** What a pattern is made of; what it captures is of no interest. */
export type Node =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "choice"; readonly options: readonly Node[] }
  | { readonly kind: "repeat"; readonly of: Node; readonly least: number; readonly most: number };

/** A place between characters: the text's begin or end, or where a word begins or ends, or not. */
export type Edge = "begin" | "end" | "word" | "no-word";

/** Characters by their code points: in one of the ranges, or, negated, in none of them. */
export interface CharacterSet {
  readonly ranges: readonly CharacterRange[];
  readonly negated: boolean;
}

/** From the first code point to the last, both included. */
export type CharacterRange = readonly [first: number, last: number];

/** Whether a character is in a set. */
export function hasCharacter({ ranges, negated }: CharacterSet, codePoint: number): boolean {
  return ranges.some(([first, last]) => first <= codePoint && codePoint <= last) !== negated;
}
