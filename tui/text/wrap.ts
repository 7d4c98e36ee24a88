import type { Role } from "../theme/palettes.ts";
import { type Line, widthOf } from "./line.ts";

/** Texts of a card are wrapped at so many cells: two cards fit beside each other. */
const CARD_TEXT_WIDTH = 38;

/** A text in lines of at most `width` cells, broken between words; a longer word has its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** A sentence of a card, in as many lines as it takes. */
export function sentence(text: string, role: Role): Line[] {
  return wrapText(text, CARD_TEXT_WIDTH).map((line): Line => [[line, role]]);
}
