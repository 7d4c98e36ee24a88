import { Box, useInput, useWindowSize } from "ink";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import type { App } from "../app/app.ts";
import { keyNames } from "../app/keys.ts";
import { isTooSmall, SMALLEST } from "../app/layout.ts";
import { press } from "../app/press.ts";
import type { Line } from "../text/line.ts";
import { Details } from "./details.tsx";
import { Confirm, Twin } from "./dialog.tsx";
import { Footer } from "./footer.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { Lines } from "./lines.tsx";
import { Overview } from "./overview.tsx";
import { TableView } from "./table.tsx";

/** The whole screen, drawn anew whenever the app says so. It is never taller than the terminal. */
export function Root({ app }: { readonly app: App }): ReactNode {
  useSyncExternalStore(app.subscribe, app.version);
  const { columns, rows } = useWindowSize();
  useEffect(() => app.resize({ columns, rows }), [app, columns, rows]);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) press(app, name);
  });
  const { size, theme } = app;
  if (isTooSmall(size)) {
    const lines: Line[] = [
      [[`weir top needs ${SMALLEST.columns}x${SMALLEST.rows}`]],
      [["q quits"]],
    ];
    return <Lines lines={lines} width={size.columns} height={size.rows} theme={theme} />;
  }
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Header app={app} />
      <Body app={app} />
      <Footer app={app} />
    </Box>
  );
}

function Body({ app }: { readonly app: App }): ReactNode {
  const { mode, screen } = app;
  switch (mode.kind) {
    case "help":
      return <Help app={app} top={mode.top} />;
    case "twin":
      return <Twin app={app} />;
    case "details":
      return <Details app={app} />;
    case "confirm":
      return <Confirm app={app} question={mode.question} typed={mode.typed} />;
    case "browse":
    case "filter":
    case "command":
      return screen.view === "overview" ? <Overview app={app} /> : <TableScreen app={app} />;
  }
}

/** A table, and beside it, where there is room, more about the selected row. */
function TableScreen({ app }: { readonly app: App }): ReactNode {
  const { layout, listing, memory, theme } = app;
  const { bodyHeight, detailWidth } = layout;
  const { vertical } = theme.glyphs.frame;
  const detail = detailWidth > 0 ? (listing.detail(memory.index) ?? []) : [];
  const card = Array.from(
    { length: bodyHeight },
    (_, index): Line => [[`${vertical} `, "faint"], ...(detail[index] ?? [])],
  );
  return (
    <Box flexShrink={0}>
      <TableView app={app} />
      {detailWidth > 0 && (
        <Lines lines={card} width={detailWidth} height={bodyHeight} theme={theme} />
      )}
    </Box>
  );
}
