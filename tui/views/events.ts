import type { EventRow } from "../data/world.ts";
import { type CellContext, type Column, left } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { moment } from "../text/numbers.ts";
import { sentence } from "../text/wrap.ts";
import type { Role } from "../theme/palettes.ts";
import { fact, UNKNOWN } from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<EventRow>[] = [
  left("time", "TIME", 12, 0, {
    cell: ({ atMs }, { nowMs }) => [moment(atMs, nowMs), "muted"],
    sortBy: ({ arrival }) => arrival,
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
export function eventsView({ world, nowMs }: ViewContext): View<EventRow> {
  return {
    table: {
      columns,
      rows: world.events,
      key: ({ brokerId, sequence }) => `${brokerId}-${sequence}`,
      search: ({ kind, subject, message }) => `${kind} ${subject} ${message}`,
      isFault: ({ severity }) => severity !== "info",
    },
    sort: { column: "time", descending: true },
    empty: world.complete ? "nothing has happened since the broker's start" : "",
    nameOf: ({ message }) => message,
    detail: (event) => {
      const isShared = world.broker?.replication.role === "member";
      const of = isShared ? [fact("broker", [`broker ${event.brokerId}`])] : [];
      return [...card(event, nowMs), ...of];
    },
    open: ({ subject }) =>
      world.topics.has(subject) ? { view: "partitions", topic: subject } : null,
  };
}

function card({ atMs, severity, kind, subject, message }: EventRow, nowMs: number): Line[] {
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
export function eventCell({ severity, message }: EventRow, context: CellContext): Span[] {
  return [severityGlyph(severity, context), [` ${message}`, "text"]];
}

function severityGlyph(severity: EventRow["severity"], { theme }: CellContext): Span {
  const { dot, warning, bad } = theme.glyphs;
  const signs: Record<EventRow["severity"], readonly [string, Role]> = {
    info: [dot, "muted"],
    warning: [warning, "warning"],
    error: [bad, "bad"],
  };
  return signs[severity];
}
