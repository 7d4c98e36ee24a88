import type { ReactNode } from "react";
import type { App } from "../app/app.ts";
import type { Line } from "../text/line.ts";
import { Lines } from "./lines.tsx";

/** The rows of a list that are on the screen, under their head. Others don't exist here. */
export function TableView({ app }: { readonly app: App }): ReactNode {
  const { listing, memory, layout, theme } = app;
  const { tableWidth, tableHeight } = layout;
  const { index, top } = memory;
  const count = Math.min(tableHeight, Math.max(0, listing.keys.length - top));
  const rows = Array.from({ length: count }, (_, row) =>
    listing.line(top + row, top + row === index),
  );
  const selected = count > 0 ? 1 + index - top : -1;
  return (
    <Lines
      lines={[listing.head, ...(count === 0 ? emptyLines(app) : rows)]}
      width={tableWidth}
      height={1 + tableHeight}
      theme={theme}
      base={(line) => (line === selected ? "selected" : undefined)}
    />
  );
}

/** Why there is nothing: nothing is known yet, the filter leaves nothing, or there is nothing. */
function emptyLines(app: App): readonly Line[] {
  const { listing, memory, session } = app;
  const { link } = session.world;
  let reason = listing.empty;
  if (memory.filter !== "" && listing.total > 0) reason = `nothing matches /${memory.filter}`;
  else if (memory.faultsOnly && listing.total > 0) reason = "no faults";
  else if (link.state === "lost" && listing.total === 0) reason = link.reason;
  return [[], [["  "], [reason, "muted"]]];
}
