import type { SystemId } from "../systems/all.ts";
import type { MeasureId } from "./all.ts";
import type { Figure } from "./figures.ts";

/** What Weir wants to reach: a figure of its own, or its ratio to another's. */
export interface Goal {
  readonly what: string;
  readonly measure: MeasureId;
  readonly figure: Figure;
  readonly system: SystemId;
  /** The figure is divided by this one's; of the same measure, unless it says another. */
  readonly against?: { readonly system: SystemId; readonly measure?: MeasureId };
  readonly bound: "at least" | "at most";
  readonly value: number;
}

type Row = readonly [SystemId, Goal["bound"], number, SystemId];

/** Goals of one figure: a system of ours, and its ratio to another one. */
function ratios(what: string, measure: MeasureId, figure: Figure, rows: readonly Row[]): Goal[] {
  return rows.map(([system, bound, value, other]) => {
    return { what, measure, figure, system, bound, value, against: { system: other } };
  });
}

function overPartitions(measure: MeasureId, partitions: number, value: number): Goal {
  return {
    what: `durable, over ${partitions} partitions, against one`,
    measure,
    figure: "acksPerSecond",
    system: "weir-fsync",
    against: { system: "weir-fsync", measure: "partitions-1" },
    bound: "at least",
    value,
  };
}

function alone(what: string, measure: MeasureId, figure: Figure, value: number): Goal {
  return { what, measure, figure, system: "weir-fsync", bound: "at most", value };
}

export const goals: readonly Goal[] = [
  ...ratios("produce 1 KiB", "produce-1k", "mbPerSecond", [
    ["weir-memory", "at least", 0.9, "c"],
    ["weir-memory", "at least", 1.8, "kafka"],
    ["weir-fsync", "at least", 1, "kafka"],
    ["weir-fsync", "at least", 0.9, "c-files"],
    ["weir-fsync", "at least", 0.9, "c-journal"],
  ]),
  ...ratios("produce 100 B", "produce-100", "recordsPerSecond", [
    ["weir-memory", "at least", 1, "kafka"],
    ["weir-fsync", "at least", 1, "kafka"],
    ["weir-memory", "at least", 0.95, "c"],
    ["weir-fsync", "at least", 0.95, "c"],
  ]),
  ...ratios("catch-up consume, 1 KiB", "catch-up-1k", "mbPerSecond", [
    ["weir-fsync", "at least", 1, "kafka"],
    ["weir-fsync", "at least", 0.9, "c"],
  ]),
  ...ratios("catch-up consume, 100 B", "catch-up-100", "recordsPerSecond", [
    ["weir-fsync", "at least", 1, "kafka"],
    ["weir-fsync", "at least", 0.9, "c"],
  ]),
  ...ratios("1 MB batches", "batches", "mbPerSecond", [
    ["weir-memory", "at least", 0.9, "c"],
    ["weir-fsync", "at least", 1.3, "kafka"],
    ["weir-fsync", "at least", 0.9, "c-files"],
  ]),
  ...ratios("100 connections x 1 record", "connections-100", "acksPerSecond", [
    ["weir-fsync", "at least", 1.3, "kafka"],
    ["weir-fsync", "at least", 0.9, "c-journal"],
    ["weir-memory", "at least", 0.8, "c"],
  ]),
  overPartitions("partitions-100", 100, 0.95),
  overPartitions("partitions-1000", 1000, 0.9),
  overPartitions("partitions-10000", 10_000, 0.8),
  ...ratios("end to end, 2k records/s", "latency-2k", "p50Ms", [
    ["weir-fsync", "at most", 1.2, "c-journal"],
  ]),
  ...ratios("end to end, 2k records/s", "latency-2k", "p99Ms", [
    ["weir-fsync", "at most", 0.5, "kafka"],
  ]),
  ...ratios("end to end, 20k records/s", "latency-20k", "p99Ms", [
    ["weir-fsync", "at most", 0.2, "kafka"],
  ]),
  ...ratios("a pair, 1 MB batches", "pair-batches", "mbPerSecond", [
    ["weir-pair-sync", "at least", 0.6, "weir-fsync"],
    ["weir-pair-async", "at least", 0.9, "weir-fsync"],
  ]),
  ...ratios("a pair, 100 connections", "pair-100", "acksPerSecond", [
    ["weir-pair-sync", "at least", 0.6, "weir-fsync"],
    ["weir-pair-async", "at least", 0.9, "weir-fsync"],
  ]),
  alone("start", "start", "startMs", 50),
  alone("idle", "start", "idleMb", 50),
  alone("idle", "start", "idleCpuPercent", 0.1),
  alone("2 GB stored", "restart-2gb", "afterKillMs", 300),
  alone("10,000 partitions", "topics", "afterKillMs", 2000),
  alone("10 topics x 1000 partitions", "topics", "createSeconds", 2),
  alone("10,000 partitions written to", "topics", "loadedMb", 200),
];
