import type { App } from "../app/app.ts";
import { fitLine, type Line } from "../text/line.ts";
import type { Picture } from "./part.tsx";

/** All about the selected row; in two columns where it is longer than the screen. */
export function details(app: App): Picture {
  const { listing, memory, layout, size, theme } = app;
  const height = layout.bodyHeight - 1;
  const card = listing.detail(memory.index) ?? [];
  const isLong = card.length > height;
  const [first, second] = isLong ? columnsOf(card, height) : [card, []];
  const width = isLong ? Math.floor((size.columns - 3) / 2) : size.columns - 2;
  const { ellipsis } = theme.glyphs;
  const half = (line: Line = []): Line => fitLine(line, width, "left", ellipsis);
  const lines = Array.from({ length: height }, (_, index): Line => {
    const beside: Line = isLong ? [[" "], ...half(second[index])] : [];
    return [[" "], ...half(first[index]), ...beside];
  });
  return { lines: [[], ...lines], width: size.columns, height: 1 + height };
}

/** A card in two columns, parted between two of its paragraphs, where both have room then. */
function columnsOf(card: readonly Line[], height: number): [readonly Line[], readonly Line[]] {
  const gap = card.findLastIndex((line, index) => index <= height && line.length === 0);
  const isRoom = gap > 0 && card.length - gap - 1 <= height;
  return isRoom
    ? [card.slice(0, gap), card.slice(gap + 1)]
    : [card.slice(0, height), card.slice(height)];
}
