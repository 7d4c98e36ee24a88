import type { BrokerEvent } from "../../internal/client/api.ts";
import { type CellContext, type Column, left } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { moment } from "../text/numbers.ts";
import { sentence } from "../text/wrap.ts";
import type { Role } from "../theme/palettes.ts";
import { fact, UNKNOWN } from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<BrokerEvent>[] = [
  left("time", "TIME", 12, 0, {
    cell: ({ atMs }, { nowMs }) => [moment(atMs, nowMs), "muted"],
    sortBy: ({ sequence }) => sequence,
  }),
  left("kind", "KIND", 20, 1, {
    cell: ({ kind }) => [kind, "muted"],
    sortBy: ({ kind }) => kind,
  }),
  left("event", "EVENT", 40, 0, {
    maxWidth: 200,
    cell: eventCell,
  }),
];

/** What has happened, the newest first. */
export function eventsView({ world, nowMs }: ViewContext): View<BrokerEvent> {
  return {
    table: {
      columns,
      rows: world.events,
      key: ({ sequence }) => String(sequence),
      search: ({ kind, subject, message }) => `${kind} ${subject} ${message}`,
      isFault: ({ severity }) => severity !== "info",
    },
    sort: { column: "time", descending: true },
    empty: world.complete ? "nothing has happened since the broker's start" : "",
    nameOf: ({ message }) => message,
    detail: (event) => card(event, nowMs),
    open: ({ subject }) =>
      world.topics.has(subject) ? { view: "partitions", topic: subject } : null,
  };
}

function card({ atMs, severity, kind, subject, message }: BrokerEvent, nowMs: number): Line[] {
  return [
    ...sentence(message, "strong"),
    [],
    fact("time", [moment(atMs, nowMs)]),
    fact("kind", [kind]),
    fact("severity", [severity]),
    fact("subject", subject === "" ? UNKNOWN : [subject]),
  ];
}

/** What an event says, with its sign. */
export function eventCell({ severity, message }: BrokerEvent, context: CellContext): Span[] {
  return [severityGlyph(severity, context), [` ${message}`, "text"]];
}

function severityGlyph(severity: BrokerEvent["severity"], { theme }: CellContext): Span {
  const { dot, warning, bad } = theme.glyphs;
  const signs: Record<BrokerEvent["severity"], readonly [string, Role]> = {
    info: [dot, "muted"],
    warning: [warning, "warning"],
    error: [bad, "bad"],
  };
  return signs[severity];
}
