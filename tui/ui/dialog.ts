import type { App } from "../app/app.ts";
import type { Question } from "../app/mode.ts";
import { twinOf } from "../app/twin.ts";
import { cleanText, fitLine, type Line, lineWidth } from "../text/line.ts";
import type { Picture } from "./part.tsx";

/** A box has a line above and one below what it holds. */
const FRAME_LINES = 2;

/** A question, or an answer, in a box in the middle. */
function dialog(app: App, title: string, lines: readonly Line[]): Picture {
  const { theme, size, layout } = app;
  const { frame, ellipsis } = theme.glyphs;
  const widest = Math.max(title.length + 2, ...lines.map(lineWidth));
  const inner = Math.min(size.columns - 6, widest);
  const [topLeft, topRight, bottomLeft, bottomRight] = frame.corners;
  const margin: Line = [[" ".repeat(Math.max(0, Math.floor((size.columns - inner - 4) / 2)))]];
  const head = frame.horizontal.repeat(Math.max(0, inner - title.length - 1));
  const box: Line[] = [
    [
      [`${topLeft}${frame.horizontal} `, "accent"],
      [title, "strong"],
      [` ${head}${topRight}`, "accent"],
    ],
    ...lines.map(
      (line): Line => [
        [`${frame.vertical} `, "accent"],
        ...fitLine(line, inner, "left", ellipsis),
        [` ${frame.vertical}`, "accent"],
      ],
    ),
    [[`${bottomLeft}${frame.horizontal.repeat(inner + 2)}${bottomRight}`, "accent"]],
  ];
  const above = Math.max(0, Math.floor((layout.bodyHeight - box.length) / 3));
  const placed = [...Array<Line>(above).fill([]), ...box.map((line) => [...margin, ...line])];
  return { lines: placed, width: size.columns, height: layout.bodyHeight };
}

/** What there is room for: what has to be typed must be seen, whatever else is told. */
function withinLines(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, room - 1);
  return [...shown, `and ${lines.length - shown.length} more lines`];
}

/** Something that is done only when a word has been typed. */
export function confirm(app: App, question: Question, typed: string): Picture {
  const { title, lines, word } = question;
  const cursor = app.theme.glyphs.levels.at(-1) ?? "_";
  const isRight = typed === word;
  const answer: Line = [["> ", "accent"], [cleanText(typed), isRight ? "ok" : "strong"], [cursor]];
  const next: Line = isRight
    ? [
        [app.theme.glyphs.enter, "accent"],
        [" do it   ", "muted"],
        ["Esc", "accent"],
        [" don't", "muted"],
      ]
    : [
        ["Esc", "accent"],
        [" don't", "muted"],
      ];
  const asked: Line = [
    ["Type ", "muted"],
    [cleanText(word), "strong"],
    [" to go on.", "muted"],
  ];
  const around = [[], [], asked, answer, [], next].length + FRAME_LINES;
  const told = withinLines(lines, app.layout.bodyHeight - around);
  const all: Line[] = [[], ...told.map((line): Line => [[line]]), [], asked, answer, [], next];
  return dialog(app, title, all);
}

/** The command line that prints what the screen shows. */
export function twin(app: App): Picture {
  const lines: Line[] = [
    [],
    [[`  ${twinOf(app)}  `, "strong"]],
    [],
    [["It prints the same in a shell; with --json for programs.", "muted"]],
    [
      ["any key", "accent"],
      [" back", "muted"],
    ],
  ];
  return dialog(app, "as a command", lines);
}
