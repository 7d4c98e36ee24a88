import { Box, Text, Transform } from "ink";
import { memo, type ReactNode } from "react";
import type { Line } from "../text/line.ts";
import type { Role } from "../theme/palettes.ts";
import type { Theme } from "../theme/theme.ts";

/** Some lines, one below the other, in a box of their own size; what is missing is empty. */
export function Lines(props: {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** What the line at an index is drawn on. */
  readonly base?: (index: number) => Role | undefined;
}): ReactNode {
  const { lines, width, theme, base } = props;
  const height = Math.max(0, props.height);
  // Ink's canvas is blank, and each character on it costs: blanks at the end are left to it.
  const painted = Array.from({ length: height }, (_, index) =>
    theme.paint(lines[index] ?? [], width, base?.(index)).trimEnd(),
  );
  return <Painted painted={painted} width={width} />;
}

/** A line at an edge of the screen. */
export function Bar(props: {
  readonly line: Line;
  readonly width: number;
  readonly theme: Theme;
}): ReactNode {
  const { line, width, theme } = props;
  return <Lines lines={[line]} width={width} height={1} theme={theme} base={() => "bar"} />;
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
