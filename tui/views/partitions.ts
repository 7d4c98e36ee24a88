import type { PartitionActivity } from "../../internal/client/api.ts";
import { type Column, left, right } from "../list/column.ts";
import type { Line } from "../text/line.ts";
import { grouped, shortBytes } from "../text/numbers.ts";
import {
  bytesCell,
  bytesInCell,
  bytesOutCell,
  copiesCell,
  fact,
  healthGlyph,
  healthRole,
  healthTexts,
  missingCopies,
  recordsInCell,
} from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<PartitionActivity>[] = [
  right("partition", "P", 5, 0, {
    cell: ({ partition }) => [String(partition), "strong"],
    sortBy: ({ partition }) => partition,
  }),
  right("leader", "LEADER", 6, 2, {
    cell: ({ leader }) => (leader < 0 ? ["none", "bad"] : [String(leader), "text"]),
    sortBy: ({ leader }) => leader,
  }),
  left("isr", "ISR", 5, 0, {
    cell: ({ isr, replicas, observers, health }, context) => [
      `${healthGlyph(health, context)} ${isr.length}/${replicas.length - observers.length}`,
      healthRole(health),
    ],
    sortBy: ({ isr, replicas }) => isr.length / replicas.length,
  }),
  left("copies", "COPIES", 9, 1, {
    maxWidth: 24,
    cell: (row) => copiesCell(row),
  }),
  right("epoch", "EPOCH", 5, 6, {
    cell: ({ leaderEpoch }) => [String(leaderEpoch), "muted"],
    sortBy: ({ leaderEpoch }) => leaderEpoch,
  }),
  right("start", "START", 9, 5, {
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
  right("in", "IN/s", 6, 0, {
    cell: ({ rates }) => recordsInCell(rates),
    sortBy: ({ rates }) => rates?.recordsInPerSecond ?? 0,
  }),
  right("bytes-in", "IN", 8, 7, {
    cell: ({ rates }) => bytesInCell(rates),
    sortBy: ({ rates }) => rates?.bytesInPerSecond ?? 0,
  }),
  right("out", "OUT", 8, 4, {
    cell: ({ rates }) => bytesOutCell(rates),
    sortBy: ({ rates }) => rates?.bytesOutPerSecond ?? 0,
  }),
];

/** The partitions of a topic. */
export function partitionsView(topic: string, context: ViewContext): View<PartitionActivity> {
  const { partitions, topics, complete } = context.world;
  const known = partitions?.topic === topic ? partitions : null;
  const isGone = complete && !topics.has(topic);
  return {
    table: {
      columns,
      rows: isGone ? [] : [...(known?.rows.values() ?? [])],
      key: ({ partition }) => String(partition),
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

function card(row: PartitionActivity, context: ViewContext): readonly Line[] {
  const { topic, partition, leader, leaderEpoch, isr, observers, health, rates } = row;
  const { logStartOffset, highWatermark, logEndOffset, sizeBytes } = row;
  const missing = missingCopies(row);
  const role = healthRole(health);
  return [
    [[`${topic}-${partition}`, "strong"]],
    [],
    fact("state", [`${healthGlyph(health, context)} ${health}`, role]),
    [[healthTexts[health], "muted"]],
    [],
    fact("leader", leader < 0 ? ["none", "bad"] : [`broker ${leader}`]),
    fact("epoch", [String(leaderEpoch)]),
    fact("copies", ...copiesCell(row)),
    fact("in sync", [isr.join(", ")]),
    fact("missing", missing.length === 0 ? ["none", "muted"] : [missing.join(", "), "bad"]),
    fact("observers", observers.length === 0 ? ["none", "muted"] : [observers.join(", ")]),
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
    [["copies' lag: one broker has no other copy", "faint"]],
  ];
}
