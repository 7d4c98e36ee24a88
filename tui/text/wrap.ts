import { widthOf } from "./line.ts";

/** Texts of a card are wrapped at so many cells: two cards fit beside each other. */
export const CARD_TEXT_WIDTH = 38;

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
