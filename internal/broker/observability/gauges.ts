import type { LogStore } from "../../storage/log-store.ts";
import type { LogSums } from "../topics/log-totals.ts";
import type { Gauge } from "./watch-api.ts";

/** How many connections there are at a broker's doors. */
export interface ConnectionCounts {
  readonly open: number;
  /** null: there are no doors. */
  readonly most: number | null;
  /** Those that were turned away because there were so many. */
  readonly refusedCount: number;
}

/** How hard a broker is pressed: who looks at it sees what slows it down. */
export function brokerPressure(store: LogStore, logs: LogSums, connections: ConnectionCounts) {
  const { syncLatencies: syncs } = store;
  const { minFreeBytes: diskReserveBytes } = store.pressure;
  return { syncs, diskReserveBytes, gauges: brokerGauges(store, logs, connections) };
}

function brokerGauges(
  store: LogStore,
  { acksWaiting }: LogSums,
  connections: ConnectionCounts,
): Gauge[] {
  const { appendsWaiting, journalLimitBytes, heldCount } = store.pressure;
  const { open, most, refusedCount } = connections;
  return [
    { name: "appends", used: appendsWaiting, most: null, unit: "count", hitCount: 0 },
    { name: "acks", used: acksWaiting, most: null, unit: "count", hitCount: 0 },
    {
      name: "journal",
      used: store.journalSizeBytes,
      most: journalLimitBytes,
      unit: "bytes",
      hitCount: heldCount,
    },
    { name: "connections", used: open, most, unit: "count", hitCount: refusedCount },
  ];
}
