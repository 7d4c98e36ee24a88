import { tools } from "./tools.ts";

/** One way to send records to a broker. */
export interface Load {
  readonly title: string;
  /** What counts: bytes or requests a second. */
  readonly unit: "MB/s" | "acks/s";
  readonly partitions: number;
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly depth: number;
  /** Records in a request's one batch, and the bytes of each. */
  readonly records: number;
  readonly recordBytes: number;
}

const small = { unit: "acks/s", connections: 100, depth: 1, records: 1, recordBytes: 100 } as const;

export const loads = {
  batches: {
    title: "1 MB batches, 1 connection, 5 in flight",
    unit: "MB/s",
    partitions: 1,
    connections: 1,
    depth: 5,
    records: 1000,
    recordBytes: 1000,
  },
  small: { ...small, title: "100 connections x 1 record of 100 B, 1 partition", partitions: 1 },
  small100: { ...small, title: "the same over 100 partitions", partitions: 100 },
  small1000: { ...small, title: "the same over 1000 partitions", partitions: 1000 },
} as const satisfies Record<string, Load>;

/** When a load ends: whichever comes first. */
export interface Limits {
  readonly seconds: number;
  /** 0: no matter how many. */
  readonly bytes: number;
  /** At most so much a second, if given. */
  readonly bytesPerSecond?: number;
}

/** What a load saw. Requests are acked ones; latencies are from sending to the ack. */
export interface LoadResult {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
  readonly loadCpuSeconds: number;
  readonly errors: number;
}

/** Runs a load against the broker at `address`; rejects when any of its requests failed. */
export async function runLoad(
  address: string,
  topic: string,
  load: Load,
  limits: Limits,
): Promise<LoadResult> {
  const cmd = loadCommand(address, topic, load, limits);
  const child = Bun.spawn({ cmd, stdin: "ignore", stderr: "inherit" });
  const output = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error(`the load "${load.title}" failed`);
  return JSON.parse(output);
}

/** The command that runs a load. */
export function loadCommand(address: string, topic: string, load: Load, limits: Limits): string[] {
  const { partitions, connections, depth, records, recordBytes } = load;
  const { seconds, bytes, bytesPerSecond = 0 } = limits;
  const numbers = [partitions, connections, depth, records, recordBytes, seconds, bytes];
  return [tools.load, address, topic, ...[...numbers, bytesPerSecond].map(String)];
}

/** The figure of a result that its load is about. */
export function rate({ unit }: Load, { bytes, requests, seconds }: LoadResult): number {
  return (unit === "MB/s" ? bytes / 1e6 : requests) / seconds;
}
