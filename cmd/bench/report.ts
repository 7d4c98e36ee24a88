import type { Listing } from "../output/listing.ts";
import { humanBytes, humanCount } from "../output/numbers.ts";
import { listingShape } from "../output/shape.ts";
import type { Column } from "../output/table.ts";
import type { Load, Tally } from "./load.ts";

/** What one direction came to. */
export interface Measured {
  readonly step: "produce" | "consume";
  readonly tally: Tally;
  readonly load: Load;
  /** Whether each record's way was timed. */
  readonly timed: boolean;
  /** Processor time that this process took meanwhile, of one processor: 1 is all of it. */
  readonly clientCpu: number;
}

export const benchShape = listingShape("bench", {
  step: "text, produce or consume",
  records: "integer, acked, or read",
  bytes: "integer, of their values",
  duration_ms: "number, from the beginning to the last ack, or the last record",
  records_per_s: "number, of that time",
  bytes_per_s: "number, of that time",
  latency_p50_ms: "number or null, from sending to the ack, or to the reader; null: not timed",
  latency_p99_ms: "number or null, the same",
  latency_p999_ms: "number or null, the same",
  latency_max_ms: "number or null, the same",
  client_cpu_percent: "number, what the load itself took of one processor, all steps together",
  topic: "text, where to",
  partitions: "integer, of the topic",
  connections: "integer, that wrote, and as many that read",
  record_bytes: "integer, of one value",
  acks: "text, 0, 1 or all",
  rate: "integer or null, records a second that were asked for; null: as many as are taken",
});

const seconds = ({ tally }: Measured): number => (tally.endedAtMs - tally.beganAtMs) / 1000;
const perSecond = (row: Measured, count: number): number =>
  count === 0 ? 0 : count / Math.max(seconds(row), 0.001);

/** The time that this share of the records took; null where they weren't timed. */
function latency({ timed, tally }: Measured, share: number): number | null {
  if (!timed) return null;
  return share === 1 ? tally.latencies.maxMs : tally.latencies.percentileMs(share);
}

function latencyColumn(header: string, share: number): Column<Measured> {
  const text = (row: Measured): string => {
    const timeMs = latency(row, share);
    return timeMs === null ? "" : `${timeMs.toFixed(timeMs < 10 ? 2 : 1)}ms`;
  };
  const plain = (row: Measured): string => latency(row, share)?.toFixed(3) ?? "";
  return { header, align: "right", text, plain };
}

const columns: readonly Column<Measured>[] = [
  { header: "STEP", align: "left", text: ({ step }) => step },
  {
    header: "RECORDS",
    align: "right",
    text: ({ tally }) => humanCount(tally.records),
    plain: ({ tally }) => String(tally.records),
  },
  { header: "SECONDS", align: "right", text: (row) => seconds(row).toFixed(1) },
  {
    header: "RECORDS/S",
    align: "right",
    text: (row) => humanCount(Math.round(perSecond(row, row.tally.records))),
    plain: (row) => perSecond(row, row.tally.records).toFixed(1),
  },
  {
    header: "BYTES/S",
    align: "right",
    text: (row) => humanBytes(perSecond(row, row.tally.bytes)),
    plain: (row) => perSecond(row, row.tally.bytes).toFixed(1),
  },
  latencyColumn("P50", 0.5),
  latencyColumn("P99", 0.99),
  latencyColumn("P99.9", 0.999),
  latencyColumn("MAX", 1),
  {
    header: "CLIENT-CPU",
    align: "right",
    text: ({ clientCpu }) => `${Math.round(clientCpu * 100)}%`,
    plain: ({ clientCpu }) => (clientCpu * 100).toFixed(1),
  },
];

/** What was measured, a direction a line. */
export function benchListing(rows: readonly Measured[]): Listing<Measured> {
  return { shape: benchShape, items: rows.map(itemOf), rows, columns };
}

const toMicroseconds = (timeMs: number | null): number | null =>
  timeMs === null ? null : Math.round(timeMs * 1000) / 1000;

function itemOf(row: Measured): object {
  const { step, tally, load, clientCpu } = row;
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    step,
    records: tally.records,
    bytes: tally.bytes,
    duration_ms: round(seconds(row) * 1000),
    records_per_s: round(perSecond(row, tally.records)),
    bytes_per_s: round(perSecond(row, tally.bytes)),
    latency_p50_ms: toMicroseconds(latency(row, 0.5)),
    latency_p99_ms: toMicroseconds(latency(row, 0.99)),
    latency_p999_ms: toMicroseconds(latency(row, 0.999)),
    latency_max_ms: toMicroseconds(latency(row, 1)),
    client_cpu_percent: round(clientCpu * 100),
    topic: load.topic,
    partitions: load.partitionCount,
    connections: load.connections,
    record_bytes: load.valueBytes,
    acks: load.acks === -1 ? "all" : String(load.acks),
    rate: load.rate,
  };
}
