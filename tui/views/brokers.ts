import { type BrokerRow, brokerRows } from "../data/broker-rows.ts";
import { diskSpace } from "../data/disk-space.ts";
import { type CellContext, type Column, left, right } from "../list/column.ts";
import type { Span } from "../text/line.ts";
import { grouped, latency, shortBytes, shortCount } from "../text/numbers.ts";
import { brokerCard } from "./broker-card.ts";
import { modeCell, standingCell } from "./broker-cells.ts";
import { bytesOutCell, recordsInCell, UNKNOWN } from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const columns: readonly Column<BrokerRow>[] = [
  right("broker", "BROKER", 6, 0, {
    cell: ({ brokerId }) => [String(brokerId), "strong"],
    sortBy: ({ brokerId }) => brokerId,
  }),
  left("state", "STATE", 13, 0, {
    cell: standingCell,
    sortBy: ({ standing }) => standing,
  }),
  left("role", "ROLE", 6, 0, {
    cell: ({ role }) => [role, "text"],
  }),
  left("mode", "MODE", 5, 3, {
    cell: modeCell,
  }),
  right("lag", "LAG", 5, 2, {
    cell: ({ lagRecords }) => lagSpan(lagRecords),
    sortBy: ({ lagRecords }) => lagRecords,
  }),
  left("durability", "ACKS", 6, 6, {
    cell: ({ self }) => (self ? [self.durability, "text"] : UNKNOWN),
  }),
  right("sync", "SYNC P50", 8, 5, {
    cell: ({ self }) => (self?.syncs ? [latency(self.syncs.p50Ms), "text"] : UNKNOWN),
  }),
  right("sync99", "P99", 7, 1, {
    cell: ({ self }) => (self?.syncs ? [latency(self.syncs.p99Ms), "text"] : UNKNOWN),
  }),
  right("in", "IN/s", 5, 0, {
    cell: ({ self }) => (self ? recordsInCell(self.rates) : UNKNOWN),
  }),
  right("out", "OUT", 8, 4, {
    cell: ({ self }) => (self ? bytesOutCell(self.rates) : UNKNOWN),
  }),
  right("disk", "FREE", 7, 1, {
    cell: freeCell,
  }),
  right("clients", "CLIENTS", 7, 7, {
    cell: ({ self }) => (self ? [grouped(self.connections), "text"] : UNKNOWN),
  }),
];

/** The brokers: the one that one is connected to, and what it, or they, tell of the others. */
export function brokersView(context: ViewContext): View<BrokerRow> {
  const { broker, others } = context.world;
  return {
    table: {
      columns,
      rows: broker ? brokerRows(broker, others) : [],
      key: ({ brokerId }) => String(brokerId),
      isFault: ({ standing }) => standing !== "up",
    },
    sort: { column: "broker", descending: false },
    empty: "",
    open: ({ isWatched }) => (isWatched ? { view: "configs", topic: null } : null),
    detail: (row) => brokerCard(row, context),
  };
}

function lagSpan(lagRecords: number | null): Span {
  if (lagRecords === null) return UNKNOWN;
  return [shortCount(lagRecords), lagRecords === 0 ? "faint" : "warning"];
}

function freeCell({ self }: BrokerRow, { theme: { glyphs } }: CellContext): Span {
  if (!self) return UNKNOWN;
  const free = shortBytes(self.diskFreeBytes);
  return diskSpace(self).isLow ? [`${glyphs.warning} ${free}`, "warning"] : [free, "text"];
}
