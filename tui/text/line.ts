import type { Role } from "../theme/palettes.ts";

/** Some text of one style; without a role it looks like what it stands on. */
export type Span = readonly [text: string, role?: Role];

/** What stands on one line of the screen. */
export type Line = readonly Span[];

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** What must not reach a terminal as it is: controls, and marks that turn the writing around. */
const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** How much of a text is looked at, at the most: cells are never longer. */
const MAX_CELL_LENGTH = 4096;

/** The cells that a text takes on the screen. */
export function widthOf(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : Bun.stringWidth(text);
}

/** The cells that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, [text]) => sum + widthOf(text), 0);
}

/** A text from outside as one line that leaves the terminal alone. */
export function cleanText(text: string, mark = "·"): string {
  const short = text.length > MAX_CELL_LENGTH ? text.slice(0, MAX_CELL_LENGTH) : text;
  return PRINTABLE_ASCII.test(short) ? short : short.replace(UNPRINTABLE, mark);
}

/** The beginning of a text that fits into `width` cells, with `ellipsis` where something is cut. */
export function fitText(text: string, width: number, ellipsis: string): string {
  if (width <= 0) return "";
  if (widthOf(text) <= width) return text;
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, width - 1) + ellipsis;
  let fitted = "";
  let left = width - widthOf(ellipsis);
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    fitted += segment;
  }
  return fitted + ellipsis;
}

/** A text in exactly `width` cells. */
export function padText(
  text: string,
  width: number,
  align: "left" | "right",
  ellipsis: string,
): string {
  const fitted = fitText(text, width, ellipsis);
  const fill = " ".repeat(Math.max(0, width - widthOf(fitted)));
  return align === "right" ? fill + fitted : fitted + fill;
}

/** Spans as a line of exactly `width` cells: cut at the end, or filled up on one side. */
export function fitLine(
  line: Line,
  width: number,
  align: "left" | "right",
  ellipsis: string,
): Line {
  const missing = width - lineWidth(line);
  if (missing === 0) return line;
  if (missing > 0) {
    const fill: Span = [" ".repeat(missing)];
    return align === "right" ? [fill, ...line] : [...line, fill];
  }
  const fitted: Span[] = [];
  let left = width;
  for (const [text, role] of line) {
    const shown = fitText(text, left, ellipsis);
    fitted.push(role === undefined ? [shown] : [shown, role]);
    left -= widthOf(shown);
    if (left <= 0 || shown !== text) break;
  }
  return left > 0 ? [...fitted, [" ".repeat(left)]] : fitted;
}
