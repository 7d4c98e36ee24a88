import type { App } from "../app/app.ts";
import type { Line } from "../text/line.ts";
import { moment } from "../text/numbers.ts";
import { eventCell } from "../views/events.ts";
import { factLines, tileLines } from "../views/tiles.ts";
import type { Picture } from "./part.tsx";

/** What stands above the first screen's table: boxes with what counts. */
export function above({ layout, size, context }: App): Picture {
  const { aboveHeight: height, hasBoxes } = layout;
  const width = size.columns;
  return { lines: hasBoxes ? tileLines(context, width) : factLines(context, width), width, height };
}

/** And below it: what has happened. */
export function below(app: App): Picture {
  const { layout, size } = app;
  const height = layout.belowHeight;
  return { lines: eventLines(app, height), width: size.columns, height };
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
