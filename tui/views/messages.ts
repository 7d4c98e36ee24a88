import type { Tail, TailRecord } from "../data/tail.ts";
import { type Column, left, right } from "../list/column.ts";
import { preview } from "../text/bytes.ts";
import type { Line, Span } from "../text/line.ts";
import { grouped, momentWithMs } from "../text/numbers.ts";
import { messageLines } from "./message.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<TailRecord>[] = [
  left("time", "TIME", 12, 1, {
    cell: ({ timestampMs }, { nowMs }) => [momentWithMs(timestampMs, nowMs), "muted"],
  }),
  right("partition", "P", 4, 2, {
    cell: ({ partition }) => [String(partition), "muted"],
  }),
  right("offset", "OFFSET", 9, 0, {
    maxWidth: 16,
    cell: ({ offset }) => [grouped(offset), "muted"],
  }),
  left("key", "KEY", 5, 0, {
    maxWidth: 24,
    cell: ({ key }) => bytesCell(key, "accent"),
  }),
  left("value", "VALUE", 16, 0, {
    maxWidth: 400,
    cell: ({ value }) => bytesCell(value, "text"),
  }),
];

/** A topic's messages, as they come. */
export function messagesView(context: ViewContext): View<TailRecord> {
  const { tail } = context;
  return {
    table: {
      columns,
      rows: tail?.records ?? [],
      key: keyOfRecord,
      search: ({ key, value }) => `${preview(key ?? none)} ${preview(value ?? none)}`,
      inOrder: true,
    },
    sort: null,
    summary: tailState(tail),
    empty: tail?.failure ?? "no messages yet",
    open: (record) => ({ view: "message", record }),
    nameOf: ({ value }) => preview(value ?? none),
    detail: (record) => messageLines(record, context),
  };
}

const none = new Uint8Array(0);

function keyOfRecord({ partition, offset }: TailRecord): string {
  return `${partition}:${offset}`;
}

function bytesCell(bytes: Uint8Array | null, role: "accent" | "text"): Span {
  if (bytes === null) return ["null", "faint"];
  return bytes.length === 0 ? ["empty", "faint"] : [preview(bytes), role];
}

/** A line that says how a tail does: whether it follows, and what it has left out. */
function tailState(tail: Tail | null): Line {
  if (tail === null) return [];
  const state: Span = tail.following ? ["  following", "ok"] : ["  not following", "muted"];
  if (tail.skippedCount === 0) return [state];
  return [state, [` ${grouped(tail.skippedCount)} left out: too many to watch`, "warning"]];
}
