import { Box } from "ink";
import type { ReactNode } from "react";
import type { App } from "../app/app.ts";
import type { Line } from "../text/line.ts";
import { moment } from "../text/numbers.ts";
import { eventCell } from "../views/events.ts";
import { factLines, tileLines } from "../views/tiles.ts";
import { Lines } from "./lines.tsx";
import { TableView } from "./table.tsx";

/** The first screen: boxes with what counts, what to look at first, and what has happened. */
export function Overview({ app }: { readonly app: App }): ReactNode {
  const { layout, theme, size, context } = app;
  const { aboveHeight, hasBoxes, belowHeight } = layout;
  const above = hasBoxes ? tileLines(context, size.columns) : factLines(context, size.columns);
  const below = eventLines(app, belowHeight);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Lines lines={above} width={size.columns} height={aboveHeight} theme={theme} />
      <TableView app={app} />
      <Lines lines={below} width={size.columns} height={belowHeight} theme={theme} />
    </Box>
  );
}

function eventLines({ session: { world }, context }: App, height: number): readonly Line[] {
  const newest = world.events.slice(-Math.max(0, height - 1)).reverse();
  const none: Line[] = world.complete ? [[[" nothing since the broker's start", "faint"]]] : [];
  return [
    [[" EVENTS", "muted"]],
    ...(newest.length === 0 ? none : []),
    ...newest.map((event): Line => {
      const time = moment(event.atMs, context.nowMs);
      return [[` ${time} `, "muted"], ...eventCell(event, context)];
    }),
  ];
}
