import type { ReactNode } from "react";
import type { App } from "../app/app.ts";
import { fitLine, type Line } from "../text/line.ts";
import { Lines } from "./lines.tsx";

/** All about the selected row; in two columns where it is longer than the screen. */
export function Details({ app }: { readonly app: App }): ReactNode {
  const { listing, memory, layout, size, theme } = app;
  const height = layout.bodyHeight - 1;
  const card = listing.detail(memory.index) ?? [];
  const isLong = card.length > height;
  const width = isLong ? Math.floor((size.columns - 3) / 2) : size.columns - 2;
  const { ellipsis } = theme.glyphs;
  const half = (line: Line = []): Line => fitLine(line, width, "left", ellipsis);
  const lines = card.slice(0, height).map((line, index): Line => {
    const beside: Line = isLong ? [[" "], ...half(card[height + index])] : [];
    return [[" "], ...half(line), ...beside];
  });
  return <Lines lines={[[], ...lines]} width={size.columns} height={1 + height} theme={theme} />;
}
