import { Box, useInput, useWindowSize } from "ink";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import type { App } from "../app/app.ts";
import { keyNames } from "../app/keys.ts";
import { isTooSmall, SMALLEST } from "../app/layout.ts";
import { press } from "../app/press.ts";
import type { Line } from "../text/line.ts";
import { details } from "./details.ts";
import { confirm, twin } from "./dialog.ts";
import { footer } from "./footer.ts";
import { header } from "./header.ts";
import { help } from "./help.ts";
import { above, below } from "./overview.ts";
import { Part, type Picture } from "./part.tsx";
import { card, table } from "./table.ts";

/**
 * The whole screen; it is never taller than the terminal. Its parts are drawn anew whenever the
 * app says so, this only when there are others.
 */
export function Root({ app }: { readonly app: App }): ReactNode {
  const { columns, rows } = useWindowSize();
  useEffect(() => app.resize({ columns, rows }), [app, columns, rows]);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) press(app, name);
  });
  const shape = useSyncExternalStore(app.subscribe, () => shapeOf(app));
  if (shape === "small") return <Part app={app} of={tooSmall} />;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Part app={app} of={header} />
      <Body app={app} shape={shape} />
      <Part app={app} of={footer} />
    </Box>
  );
}

/** What is between the lines at the edges: one part, a table with a card, or the first screen. */
type Shape = "one" | "table" | "overview";

function shapeOf({ size, mode, screen }: App): Shape | "small" {
  if (isTooSmall(size)) return "small";
  if (mode.kind !== "browse" && mode.kind !== "filter" && mode.kind !== "command") return "one";
  return screen.view === "overview" ? "overview" : "table";
}

function Body({ app, shape }: { readonly app: App; readonly shape: Shape }): ReactNode {
  switch (shape) {
    case "one":
      return <Part app={app} of={one} />;
    case "overview":
      return (
        <Box flexDirection="column" flexShrink={0}>
          <Part app={app} of={above} />
          <Part app={app} of={table} />
          <Part app={app} of={below} />
        </Box>
      );
    case "table":
      return (
        <Box flexShrink={0}>
          <Part app={app} of={table} />
          <Part app={app} of={card} />
        </Box>
      );
  }
}

/** What stands in a table's place as long as it lasts. */
function one(app: App): Picture {
  const { mode } = app;
  switch (mode.kind) {
    case "help":
      return help(app, mode.top);
    case "twin":
      return twin(app);
    case "details":
      return details(app);
    case "confirm":
      return confirm(app, mode.question, mode.typed);
    case "browse":
    case "filter":
    case "command":
      return table(app);
  }
}

function tooSmall({ size }: App): Picture {
  const lines: Line[] = [[[`weir top needs ${SMALLEST.columns}x${SMALLEST.rows}`]], [["q quits"]]];
  return { lines, width: size.columns, height: size.rows };
}
