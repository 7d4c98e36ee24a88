import type { BrokerActivity } from "../../internal/client/api.ts";
import { type CellContext, type Column, left, right } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { duration, grouped, latency, moment, shortBytes } from "../text/numbers.ts";
import { wrapText } from "../text/wrap.ts";
import { bytesInCell, bytesOutCell, fact, recordsInCell, UNKNOWN } from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<BrokerActivity>[] = [
  right("broker", "BROKER", 6, 0, {
    cell: ({ brokerId }) => [String(brokerId), "strong"],
    sortBy: ({ brokerId }) => brokerId,
  }),
  left("state", "STATE", 12, 0, {
    cell: stateCell,
  }),
  left("role", "ROLE", 7, 1, {
    cell: () => ["alone", "text"],
  }),
  left("durability", "ACKS", 7, 4, {
    cell: ({ durability }) => [durability, "text"],
  }),
  right("sync", "SYNC P50", 8, 5, {
    cell: ({ syncs }) => (syncs ? [latency(syncs.p50Ms), "text"] : UNKNOWN),
  }),
  right("sync99", "P99", 7, 2, {
    cell: ({ syncs }) => (syncs ? [latency(syncs.p99Ms), "text"] : UNKNOWN),
  }),
  right("in", "IN/s", 6, 0, {
    cell: ({ rates }) => recordsInCell(rates),
  }),
  right("out", "OUT", 8, 3, {
    cell: ({ rates }) => bytesOutCell(rates),
  }),
  right("disk", "FREE", 6, 1, {
    cell: ({ diskFreeBytes }) => [shortBytes(diskFreeBytes), "text"],
  }),
  right("clients", "CLIENTS", 7, 6, {
    cell: ({ connections }) => [grouped(connections), "text"],
  }),
];

/** The brokers: for now the one that one is connected to. */
export function brokersView(context: ViewContext): View<BrokerActivity> {
  const { broker } = context.world;
  return {
    table: {
      columns,
      rows: broker ? [broker] : [],
      key: ({ brokerId }) => String(brokerId),
      isFault: ({ writable }) => !writable,
    },
    sort: { column: "broker", descending: false },
    empty: "",
    open: () => ({ view: "configs", topic: null }),
    detail: (row) => card(row, context),
  };
}

/** Whether a broker takes writes. */
export function stateCell({ writable }: BrokerActivity, { theme: { glyphs } }: CellContext): Span {
  return writable ? [`${glyphs.ok} writable`, "ok"] : [`${glyphs.bad} read-only`, "bad"];
}

function card(row: BrokerActivity, context: ViewContext): readonly Line[] {
  const { nowMs } = context;
  const { syncs } = row;
  const refusal = row.writeRefusal ? wrapText(row.writeRefusal, 42) : [];
  return [
    [[`broker ${row.brokerId}`, "strong"]],
    [],
    fact("state", stateCell(row, context)),
    ...refusal.map((line): Line => [[line, "bad"]]),
    fact("role", ["alone: it leads every partition"]),
    fact("version", [row.version]),
    fact("cluster", [row.clusterId, "muted"]),
    fact("started", [moment(row.startedAtMs, nowMs)]),
    fact("up for", [duration(nowMs - row.startedAtMs)]),
    [],
    fact("topics", [grouped(row.topicCount)]),
    fact("partitions", [grouped(row.partitionCount)]),
    fact("clients", [grouped(row.connections)]),
    fact("records in/s", recordsInCell(row.rates)),
    fact("in", bytesInCell(row.rates)),
    fact("out", bytesOutCell(row.rates)),
    [],
    fact("durability", [row.durability]),
    fact("sync p50", syncs ? [latency(syncs.p50Ms)] : UNKNOWN),
    fact("sync p99", syncs ? [latency(syncs.p99Ms)] : UNKNOWN),
    fact("slowest", syncs ? [latency(syncs.maxMs)] : UNKNOWN),
    [],
    fact("data", [row.dataDirectory, "muted"]),
    fact("segments", [shortBytes(row.logSizeBytes)]),
    fact("journal", [shortBytes(row.journalSizeBytes)]),
    fact("disk free", [shortBytes(row.diskFreeBytes)]),
  ];
}
