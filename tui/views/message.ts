import type { TailRecord } from "../data/tail.ts";
import { left } from "../list/column.ts";
import { hexLines, preview, textLines } from "../text/bytes.ts";
import type { Line } from "../text/line.ts";
import { grouped } from "../text/numbers.ts";
import { fact } from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

/** Lines of one value that are shown; who needs more exports the message. */
const MAX_LINES = 5000;

interface NumberedLine {
  readonly number: number;
  readonly line: Line;
}

/** One message, all of it. */
export function messageView(record: TailRecord, context: ViewContext): View<NumberedLine> {
  const rows = messageLines(record, context).map((line, number) => ({ number, line }));
  return {
    table: {
      columns: [
        left("line", "", 20, 0, {
          maxWidth: 1000,
          cell: ({ line }) => line,
        }),
      ],
      rows,
      key: ({ number }) => String(number),
      search: ({ line }) => line.map(([text]) => text).join(""),
      inOrder: true,
    },
    sort: null,
    empty: "",
  };
}

/** What there is to say about a message, and what it says. */
export function messageLines(record: TailRecord, context: ViewContext): readonly Line[] {
  const { topic, partition, offset, timestampMs, key, value, headers } = record;
  const time = timestampMs < 0 ? "none" : new Date(timestampMs).toISOString();
  return [
    [
      [`${topic}-${partition}`, "strong"],
      ["  offset ", "muted"],
      [grouped(offset), "strong"],
    ],
    [],
    fact("time", [time]),
    fact("key", key === null ? ["null", "faint"] : [preview(key), "accent"]),
    fact("value", value === null ? ["null", "faint"] : [`${grouped(value.length)} bytes`]),
    ...headers.map(([name, text]) =>
      fact("header", [name, "accent"], ["  "], [text ? preview(text) : "null"]),
    ),
    [],
    ...valueLines(value ?? new Uint8Array(0), context),
  ];
}

function valueLines(value: Uint8Array, { hex, valueWidth }: ViewContext): Line[] {
  const text = hex ? null : textLines(value);
  if (text === null) {
    return hexLines(value, MAX_LINES, valueWidth).map((line): Line => [[line, "muted"]]);
  }
  return text.slice(0, MAX_LINES).map(jsonLine);
}

/** A line of laid-out JSON, its name apart from its value; any other text stays as it is. */
function jsonLine(text: string): Line {
  const match = /^(\s*)("(?:[^"\\]|\\.)*")(: ?)(.*)$/.exec(text);
  if (match === null) return [[text, "text"]];
  const [, indent = "", name = "", colon = "", rest = ""] = match;
  return [[indent], [name, "accent"], [colon, "muted"], [rest, "text"]];
}
