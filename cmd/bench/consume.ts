import type { StreamPartition } from "../../internal/client/api.ts";
import type { Reader, RecordsEvent } from "../../internal/client/reader-api.ts";
import { withClient } from "../connection.ts";
import { failureOf } from "../consume/print.ts";
import type { Load, Tally } from "./load.ts";

/** Readers that are open, and what comes of them. */
export interface Consumption {
  /** Resolves when all connections read, so that nothing is missed that is written now. */
  readonly ready: Promise<void>;
  /** Resolves when all of them have ended; rejects with the first failure. */
  readonly done: Promise<void>;
}

/**
 * Reads the topic by all connections, each its share of the partitions: from the start to the end
 * that there is now, or what comes from now on until `stop`.
 */
export function consumeLoad(
  load: Load,
  what: "stored" | "new",
  tally: Tally,
  stop: AbortSignal,
): Consumption {
  const readers = Math.min(load.connections, load.partitionCount);
  const failed = new AbortController();
  const enough = AbortSignal.any([stop, failed.signal]);
  const connections = Array.from({ length: readers }, (_, connection) => {
    const ready = Promise.withResolvers<void>();
    const partitions = partitionsOf(load, what, readers, connection);
    const done = withClient(load.connect, async (client) => {
      const reader = await client.openReader({ partitions }, { signal: enough });
      ready.resolve();
      await (what === "new" ? timeNew(reader, load, tally) : countStored(reader, load, tally));
    });
    done.catch((error) => {
      failed.abort();
      ready.reject(error);
    });
    return { ready: ready.promise, done };
  });
  const ready = Promise.all(connections.map((each) => each.ready)).then(() => {});
  const done = Promise.all(connections.map((each) => each.done)).then(() => {});
  ready.catch(() => {}); // whoever awaits `done` gets the same
  done.catch(() => {}); // until somebody awaits it, it is no unhandled one
  return { ready, done };
}

function partitionsOf(
  { topic, partitionCount }: Load,
  what: "stored" | "new",
  readers: number,
  connection: number,
): StreamPartition[] {
  const start = { kind: what === "stored" ? "earliest" : "latest" } as const;
  const end = what === "stored" ? ({ kind: "latest" } as const) : null;
  return Array.from({ length: partitionCount }, (_, partition) => partition)
    .filter((partition) => partition % readers === connection)
    .map((partition) => ({ topic, partition, start, end }));
}

/** Counts what this run has written, and how long it was on its way; others may write, too. */
async function timeNew(reader: Reader, { stamps }: Load, tally: Tally): Promise<void> {
  for await (const { records } of recordsOf(reader)) {
    const nowMs = performance.now();
    tally.endedAtMs = nowMs;
    for (const { value } of records) {
      const sentAtMs = value === null ? null : stamps.sentAtMs(value);
      if (sentAtMs === null) continue;
      tally.latencies.add(nowMs - sentAtMs);
      tally.records++;
      tally.bytes += value?.length ?? 0;
    }
  }
}

/** Counts whatever is there, as much of it as was asked for. */
async function countStored(reader: Reader, load: Load, tally: Tally): Promise<void> {
  for await (const { records } of recordsOf(reader)) {
    tally.endedAtMs = performance.now();
    for (const { value } of records) tally.bytes += value?.length ?? 0;
    tally.records += records.length;
    if (tally.records >= load.recordCount) return;
    if (tally.endedAtMs - tally.beganAtMs >= load.durationMs) return;
  }
}

async function* recordsOf(reader: Reader): AsyncGenerator<RecordsEvent, undefined> {
  for await (const event of reader) {
    if (event.kind === "partition-failed") throw failureOf(event);
    if (event.kind === "records") yield event;
  }
}
