import type { Codec } from "../../internal/client/producer-api.ts";
import type { GlobalOptions } from "../options.ts";
import { LatencyHistogram } from "./histogram.ts";
import type { Stamps } from "./stamp.ts";

/** What is measured: what is asked for, and the topic that it goes to. */
export interface Load {
  readonly topic: string;
  readonly partitionCount: number;
  /** How to reach the broker. */
  readonly connect: GlobalOptions;
  /** Connections that write, and as many that read. */
  readonly connections: number;
  readonly valueBytes: number;
  /** Records a second, all connections together; null: as many as are taken. */
  readonly rate: number | null;
  /** Where it ends: after so many records, or that time. */
  readonly recordCount: number;
  readonly durationMs: number;
  readonly acks: -1 | 0 | 1;
  readonly batchBytes: number;
  readonly lingerMs: number;
  readonly compression: Codec;
  readonly stamps: Stamps;
}

/** What was counted of one direction, by all connections. */
export interface Tally {
  records: number;
  bytes: number;
  /** Of this process's clock: the first record's sending, the last one's ack or arrival. */
  beganAtMs: number;
  endedAtMs: number;
  readonly latencies: LatencyHistogram;
}

/** Nothing yet. */
export function newTally(): Tally {
  const nowMs = performance.now();
  const latencies = new LatencyHistogram();
  return { records: 0, bytes: 0, beganAtMs: nowMs, endedAtMs: nowMs, latencies };
}

/** The share of one of several connections in a number of things. */
export function shareOf(count: number, connections: number, connection: number): number {
  if (!Number.isFinite(count)) return count;
  const share = Math.floor(count / connections);
  return connection < count % connections ? share + 1 : share;
}
