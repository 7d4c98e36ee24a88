import { type Limits, type Load, loads } from "../loads.ts";
import type { Direction } from "../report/bends.ts";

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
  /** Why the rate rises, stays or falls, for the page to say where a run has shown that it does. */
  readonly reasons: Readonly<Partial<Record<Direction, string>>>;
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
    reasons: {
      level:
        "One journal takes all partitions' records, and one sync makes them durable, however " +
        "many files there are.",
      falls:
        "Each batch is another partition's: there are more logs' states to touch, and each log " +
        "has a tail to write to a file of its own.",
    },
  },
  connections: {
    ...usual,
    title: "Connections",
    x: "connections, each with 1 record of 100 B under way",
    points: [1, 10, 100, 1000, 5000],
    load: (connections) => ({ ...loads.small, connections }),
    reasons: {
      rises:
        "A sync takes as long for one record as for a thousand, and a turn of the loop serves " +
        "all that have come: what one connection waits for, many share.",
      level:
        "A record costs what its request and answer cost the kernel and the broker: more " +
        "connections only wait longer.",
    },
  },
  size: {
    title: "Record size",
    x: "bytes a record, 10 connections x 1 record",
    points: [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000],
    load: (recordBytes) => ({ ...loads.small, unit: "MB/s", connections: 10, recordBytes }),
    limits: (recordBytes) => ({ seconds: 2, bytes: Math.max(400e6, recordBytes * 40) }),
    reasons: {
      rises:
        "A request has a cost whatever it carries: the more bytes, the smaller a part that is.",
      level:
        "Bytes are what costs: they are checked, copied and written. From 64 KiB on they go " +
        "straight to the segment, once, with only their place in the journal.",
    },
  },
  groups: {
    ...usual,
    title: "Groups",
    x: "groups that commit an offset each second, beside 100 connections x 1 record of 100 B",
    points: [1, 10, 100, 1000],
    beside: "groups",
    reasons: {
      level:
        "A commit is a record like any other, in the same journal and the same sync, and so many " +
        "a second are few beside the load.",
      falls: "A commit is a request and a record like any other, and takes its part of the time.",
    },
  },
  stored: {
    ...usual,
    title: "Stored data",
    x: "bytes stored, beside 100 connections x 1 record of 100 B",
    points: [1e6, 10e6, 100e6, 1e9, 10e9],
    beside: "stored",
    reasons: {
      level: "What is stored is in closed segments that nobody touches.",
      falls:
        "A large store is written just before its point is measured, which may share the disk " +
        "with what the page cache still writes.",
    },
  },
} as const satisfies Record<string, Curve>;

export type CurveId = keyof typeof curves;
