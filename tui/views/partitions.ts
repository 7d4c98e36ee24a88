import { type CopyLag, copyLags, type PartitionRow } from "../data/partition-row.ts";
import { type CellContext, type Column, left, right } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { duration, grouped, shortBytes } from "../text/numbers.ts";
import { sentence } from "../text/wrap.ts";
import {
  bytesCell,
  bytesInCell,
  bytesOutCell,
  copiesCell,
  copyBytesCell,
  copyLines,
  copyRecordsCell,
  copyTimeCell,
  fact,
  healthGlyph,
  healthRole,
  healthTexts,
  missingCopies,
  recordsInCell,
} from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<PartitionRow>[] = [
  right("partition", "P", 4, 0, {
    cell: ({ numberText }) => [numberText, "strong"],
    sortBy: ({ partition }) => partition,
  }),
  right("leader", "LEADER", 6, 7, {
    cell: ({ leader }) => (leader < 0 ? ["none", "bad"] : [String(leader), "text"]),
    sortBy: ({ leader }) => leader,
  }),
  left("isr", "ISR", 11, 0, {
    cell: isrCell,
    sortBy: ({ isr, replicas }) => isr.length / replicas.length,
  }),
  left("copies", "COPIES", 7, 0, {
    maxWidth: 24,
    cell: (row) => copiesCell(row),
  }),
  right("lag", "LAG", 5, 0, {
    cell: (row, { nowMs }) => copyRecordsCell(worstCopy(row, nowMs)),
    sortBy: ({ copies }) => greatest(copies.map(({ lagRecords }) => lagRecords)),
  }),
  right("bytes-lag", "BYTES", 6, 4, {
    cell: (row, { nowMs }) => copyBytesCell(worstCopy(row, nowMs)),
    sortBy: ({ copies }) => greatest(copies.map(({ lagBytes }) => lagBytes)),
  }),
  right("behind", "BEHIND", 6, 1, {
    cell: (row, { nowMs }) => copyTimeCell(worstCopy(row, nowMs)),
    sortBy: ({ copies }) => greatest(copies.map(({ lagMs }) => lagMs)),
  }),
  right("epoch", "EPOCH", 5, 8, {
    cell: ({ leaderEpoch }) => [String(leaderEpoch), "muted"],
    sortBy: ({ leaderEpoch }) => leaderEpoch,
  }),
  right("start", "START", 9, 6, {
    maxWidth: 19,
    cell: ({ logStartOffset }) => [grouped(logStartOffset), "muted"],
    sortBy: ({ logStartOffset }) => logStartOffset,
  }),
  right("end", "END", 10, 0, {
    maxWidth: 19,
    cell: ({ highWatermark }) => [grouped(highWatermark), "text"],
    sortBy: ({ highWatermark }) => highWatermark,
  }),
  right("size", "SIZE", 6, 3, {
    cell: ({ sizeBytes }) => bytesCell(sizeBytes),
    sortBy: ({ sizeBytes }) => sizeBytes,
  }),
  right("in", "IN/s", 5, 0, {
    cell: ({ rates }) => recordsInCell(rates),
    sortBy: ({ rates }) => rates?.recordsInPerSecond ?? 0,
  }),
  right("bytes-in", "IN", 8, 9, {
    cell: ({ rates }) => bytesInCell(rates),
    sortBy: ({ rates }) => rates?.bytesInPerSecond ?? 0,
  }),
  right("out", "OUT", 8, 5, {
    cell: ({ rates }) => bytesOutCell(rates),
    sortBy: ({ rates }) => rates?.bytesOutPerSecond ?? 0,
  }),
];

/** The partitions of a topic. */
export function partitionsView(topic: string, context: ViewContext): View<PartitionRow> {
  const { partitions, topics, complete } = context.world;
  const known = partitions?.topic === topic ? partitions : null;
  const isGone = complete && !topics.has(topic);
  return {
    table: {
      columns,
      rows: isGone ? [] : (known?.rows ?? []),
      key: ({ numberText }) => numberText,
      search: ({ partition, leader, replicas }) => `${partition} ${leader} ${replicas.join(",")}`,
      isFault: ({ health }) => health !== "ok",
    },
    sort: { column: "partition", descending: false },
    empty: isGone ? `there is no topic ${topic} (any more)` : "",
    open: ({ partition }) => ({ view: "messages", topic, partition, from: { kind: "tail" } }),
    nameOf: ({ partition }) => `${topic}-${partition}`,
    detail: (row) => card(row, context),
  };
}

function card(row: PartitionRow, context: ViewContext): readonly Line[] {
  const { topic, partition, leader, leaderEpoch, isr, observers, health, rates } = row;
  const { logStartOffset, highWatermark, logEndOffset, sizeBytes } = row;
  const missing = missingCopies(row);
  const role = healthRole(health);
  return [
    [[`${topic}-${partition}`, "strong"]],
    [],
    fact("state", [`${healthGlyph(health, context)} ${health}`, role]),
    ...sentence(healthTexts[health], "muted"),
    [],
    fact("leader", leader < 0 ? ["none", "bad"] : [`broker ${leader}`]),
    fact("epoch", [String(leaderEpoch)]),
    fact("copies", ...copiesCell(row)),
    fact("in sync", [isr.join(", ")]),
    fact("missing", missing.length === 0 ? ["none", "muted"] : [missing.join(", "), "bad"]),
    [],
    fact("starts at", [grouped(logStartOffset)]),
    fact("ends at", [grouped(highWatermark)]),
    fact("not yet safe", [grouped(Math.max(0, logEndOffset - highWatermark))]),
    fact("records", [grouped(highWatermark - logStartOffset)]),
    fact("size", [shortBytes(sizeBytes)]),
    [],
    fact("records in/s", recordsInCell(rates)),
    fact("in", bytesInCell(rates)),
    fact("out", bytesOutCell(rates)),
    [],
    ...copyLags(row, context.nowMs).flatMap((lag) =>
      copyLines(lag, observers.includes(lag.broker), context),
    ),
  ];
}

/** `● 2/2`; of one that lacks a copy, also since when. */
function isrCell(row: PartitionRow, context: CellContext): Line {
  const { isr, replicas, observers, health } = row;
  const role = healthRole(health);
  const count = `${isr.length}/${replicas.length - observers.length}`;
  const state: Span = [`${healthGlyph(health, context)} ${count}`, role];
  const outMs = outOfSyncMs(row, context.nowMs);
  return outMs === null ? [state] : [state, [` ${duration(outMs)}`, "muted"]];
}

/** How long the copy that has been missing longest has been; null: none is, as far as is known. */
export function outOfSyncMs(row: PartitionRow, nowMs: number): number | null {
  const missing = copyLags(row, nowMs).filter(({ broker }) => !row.observers.includes(broker));
  return greatest(missing.map(({ outMs }) => outMs));
}

function worstCopy(row: PartitionRow, nowMs: number): CopyLag | undefined {
  return copyLags(row, nowMs)[0];
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
