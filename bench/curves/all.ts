import { type Limits, type Load, loads } from "../loads.ts";

/** How a cost grows with one thing while all others stay. */
export interface Curve {
  readonly title: string;
  /** What grows, with its unit. */
  readonly x: string;
  readonly points: readonly number[];
  readonly load: (x: number) => Load;
  readonly limits: (x: number) => Limits;
  /** What is there besides the load: so many bytes stored, or groups that commit each second. */
  readonly beside?: "stored" | "groups";
  /** What is seen, and why: each bend. */
  readonly note: string;
}

const SHORT: Limits = { seconds: 2, bytes: 400e6 };
const usual = { load: () => loads.small, limits: () => SHORT };

export const curves = {
  partitions: {
    ...usual,
    title: "Partitions",
    x: "partitions, 100 connections x 1 record of 100 B",
    points: [1, 10, 100, 1000, 10_000],
    load: (partitions) => ({ ...loads.small, partitions }),
    note:
      "One journal takes all partitions' records, and one sync makes them durable, so how many " +
      "files there are doesn't count. What falls towards 10,000 is that each batch is " +
      "another partition's: its log's state isn't in the processor's cache, and each log " +
      "has a tail to write out.",
  },
  connections: {
    ...usual,
    title: "Connections",
    x: "connections, each with 1 record of 100 B under way",
    points: [1, 10, 100, 1000, 5000],
    load: (connections) => ({ ...loads.small, connections }),
    note:
      "A sync takes as long for one record as for a thousand: what one connection waits for, a " +
      "hundred share. From then on a record costs what its request and answer cost the kernel, " +
      "and more connections only wait longer.",
  },
  size: {
    title: "Record size",
    x: "bytes a record, 10 connections x 1 record",
    points: [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000],
    load: (recordBytes) => ({ ...loads.small, unit: "MB/s", connections: 10, recordBytes }),
    limits: (recordBytes) => ({ seconds: 2, bytes: Math.max(400e6, recordBytes * 40) }),
    note:
      "Below 10 kB the cost is a request's, whatever it carries. Then bytes count: from 64 KiB " +
      "on they go straight to the segment, once, with only their place in the journal.",
  },
  groups: {
    ...usual,
    title: "Groups",
    x: "groups that commit an offset each second, beside 100 connections x 1 record of 100 B",
    points: [1, 10, 100, 1000],
    beside: "groups",
    note: "A commit is a record like any other, in the same journal and the same sync.",
  },
  stored: {
    ...usual,
    title: "Stored data",
    x: "bytes stored, beside 100 connections x 1 record of 100 B",
    points: [1e6, 10e6, 100e6, 1e9, 10e9],
    beside: "stored",
    note:
      "What is stored is in closed segments that nobody touches. The points of a large store " +
      "share the disk with what the page cache still writes.",
  },
} as const satisfies Record<string, Curve>;

export type CurveId = keyof typeof curves;
