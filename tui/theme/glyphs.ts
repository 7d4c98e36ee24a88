/** The signs that stand beside colours, so that nothing is told by colour alone. */
export interface Glyphs {
  readonly ok: string;
  readonly warning: string;
  readonly bad: string;
  readonly live: string;
  readonly waiting: string;
  readonly separator: string;
  readonly pointer: string;
  readonly ascending: string;
  readonly descending: string;
  readonly ellipsis: string;
  readonly dot: string;
  readonly enter: string;
  /** The arrow keys. */
  readonly arrows: Readonly<Record<"up" | "down" | "left" | "right", string>>;
  /** The heights of a bar, from nothing to full. */
  readonly levels: readonly string[];
  readonly frame: Frame;
}

/** The lines of a box. */
export interface Frame {
  readonly horizontal: string;
  readonly vertical: string;
  readonly corners: readonly [
    topLeft: string,
    topRight: string,
    bottomLeft: string,
    bottomRight: string,
  ];
}

/** For terminals whose font has the box drawing and block elements of Unicode: nearly all. */
export const unicodeGlyphs: Glyphs = {
  ok: "●",
  warning: "▲",
  bad: "✖",
  live: "●",
  waiting: "○",
  separator: "▸",
  pointer: "▌",
  ascending: "▲",
  descending: "▼",
  ellipsis: "…",
  dot: "·",
  enter: "⏎",
  arrows: { up: "↑", down: "↓", left: "←", right: "→" },
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  frame: { horizontal: "─", vertical: "│", corners: ["╭", "╮", "╰", "╯"] },
};

/** For all others. */
export const asciiGlyphs: Glyphs = {
  ok: "o",
  warning: "!",
  bad: "X",
  live: "*",
  waiting: "o",
  separator: ">",
  pointer: ">",
  ascending: "^",
  descending: "v",
  ellipsis: "~",
  dot: ".",
  enter: "Enter",
  arrows: { up: "Up", down: "Down", left: "Left", right: "Right" },
  levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
  frame: { horizontal: "-", vertical: "|", corners: ["+", "+", "+", "+"] },
};
