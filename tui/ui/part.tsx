import { Box, Text, Transform } from "ink";
import { memo, type ReactNode, useSyncExternalStore } from "react";
import type { App } from "../app/app.ts";
import type { Line } from "../text/line.ts";
import type { Role } from "../theme/palettes.ts";

/** Some lines, one below the other, in a box of their own size; what is missing is empty. */
export interface Picture {
  readonly lines: readonly Line[];
  /** In cells. */
  readonly width: number;
  readonly height: number;
  /** What the line at an index is drawn on. */
  readonly base?: (index: number) => Role | undefined;
}

/** A line at an edge of the screen. */
export function bar({ size }: App, line: Line): Picture {
  return { lines: [line], width: size.columns, height: 1, base: () => "bar" };
}

/**
 * A part of the screen, which looks anew whenever the app says so. What is around it doesn't: ink
 * paints the whole screen when it is given anything again, the same or not.
 */
export function Part(props: { readonly app: App; readonly of: (app: App) => Picture }): ReactNode {
  const { app, of } = props;
  useSyncExternalStore(app.subscribe, app.version);
  const { lines, width, height, base } = of(app);
  // Ink's canvas is blank, and each character on it costs: blanks at the end are left to it.
  const painted = Array.from({ length: Math.max(0, height) }, (_, index) =>
    app.theme.paint(lines[index] ?? [], width, base?.(index)).trimEnd(),
  );
  return <Painted painted={painted} width={width} />;
}

/**
 * Lines as the terminal takes them, as one element for ink: it measures and cuts nothing, because
 * it only knows how many there are, and is given each when it draws it. An element for each line
 * costs twice as much, one for each cell four times. Lines that are the same aren't drawn again.
 */
const Painted = memo(
  function Painted({ painted, width }: PaintedProps): ReactNode {
    const height = painted.length;
    if (height === 0) return null;
    return (
      <Box width={width} height={height} flexShrink={0}>
        <Transform transform={(_, index) => painted[index] ?? ""}>
          <Text>{` ${"\n".repeat(height - 1)}`}</Text>
        </Transform>
      </Box>
    );
  },
  (before, after) =>
    before.width === after.width &&
    before.painted.length === after.painted.length &&
    before.painted.every((line, index) => line === after.painted[index]),
);

interface PaintedProps {
  readonly painted: readonly string[];
  readonly width: number;
}
