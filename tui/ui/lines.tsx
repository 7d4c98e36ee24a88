import { Box, Text } from "ink";
import { memo, type ReactNode } from "react";
import type { Line } from "../text/line.ts";
import type { Role } from "../theme/palettes.ts";
import type { Theme } from "../theme/theme.ts";

/** One line of the screen. A row of a table is one text, not one for each cell: it costs half. */
export const Row = memo(function Row({ painted }: { readonly painted: string }): ReactNode {
  return <Text wrap="truncate-end">{painted}</Text>;
});

/** Some lines, one below the other, in a box of their own size; what is missing is empty. */
export function Lines(props: {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** What the line at an index is drawn on. */
  readonly base?: (index: number) => Role | undefined;
}): ReactNode {
  const { lines, width, height, theme, base } = props;
  const rows = Array.from({ length: Math.max(0, height) }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line's place is what it is
    <Row key={index} painted={theme.paint(lines[index] ?? [], width, base?.(index))} />
  ));
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {rows}
    </Box>
  );
}
