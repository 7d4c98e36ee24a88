import { Box } from "ink";
import type { ReactNode } from "react";
import type { App } from "../app/app.ts";
import type { Line } from "../text/line.ts";
import { Lines, Row } from "./lines.tsx";

/** The rows of a list that are on the screen, under their head. Others don't exist here. */
export function TableView({ app }: { readonly app: App }): ReactNode {
  const { listing, memory, layout, theme } = app;
  const { tableWidth, tableHeight } = layout;
  const { index, top } = memory;
  const count = Math.min(tableHeight, Math.max(0, listing.keys.length - top));
  const lines = Array.from({ length: count }, (_, row) =>
    listing.line(top + row, top + row === index),
  );
  return (
    <Box flexDirection="column" width={tableWidth} flexShrink={0}>
      <Row painted={theme.paint(listing.head, tableWidth)} />
      <Lines
        lines={listing.keys.length === 0 ? emptyLines(app) : lines}
        width={tableWidth}
        height={tableHeight}
        theme={theme}
        base={(row) => (row < count && top + row === index ? "selected" : undefined)}
      />
    </Box>
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
