import type { App } from "../app/app.ts";
import type { Line } from "../text/line.ts";
import type { Picture } from "./part.tsx";

/** The rows of a list that are on the screen, under their head. Others don't exist here. */
export function table(app: App): Picture {
  const { listing, memory, layout } = app;
  const { tableWidth: width, tableHeight } = layout;
  const { index, top } = memory;
  const count = Math.min(tableHeight, Math.max(0, listing.keys.length - top));
  const rows = Array.from({ length: count }, (_, row) =>
    listing.line(top + row, top + row === index),
  );
  const selected = count > 0 ? 1 + index - top : -1;
  return {
    lines: [listing.head, ...(count === 0 ? emptyLines(app) : rows)],
    ...{ width, height: 1 + tableHeight },
    base: (line) => (line === selected ? "selected" : undefined),
  };
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

/** Beside the table, where there is room, more about the selected row. */
export function card({ layout, listing, memory, theme }: App): Picture {
  const { bodyHeight, detailWidth: width } = layout;
  if (width === 0) return { lines: [], width, height: 0 };
  const detail = listing.detail(memory.index) ?? [];
  const { vertical } = theme.glyphs.frame;
  const lines = Array.from(
    { length: bodyHeight },
    (_, index): Line => [[`${vertical} `, "faint"], ...(detail[index] ?? [])],
  );
  return { lines, width, height: bodyHeight };
}
