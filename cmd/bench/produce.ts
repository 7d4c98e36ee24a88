import type { Client } from "../../internal/client/api.ts";
import type { Producer } from "../../internal/client/producer-api.ts";
import { withClient } from "../connection.ts";
import { pause } from "../reading.ts";
import { type Load, shareOf, type Tally } from "./load.ts";

/** How long records go to one partition, so that batches fill as a client's do. */
const STICKY_MS = 5;
/** What may wait for acks, in batches of a partition. */
const BATCHES_UNDER_WAY = 6;
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;

/**
 * Writes the load by all its connections, and resolves when everything was acked. Rejects with the
 * first batch that wasn't.
 */
export async function produceLoad(load: Load, tally: Tally, stop: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const enough = AbortSignal.any([stop, failed.signal]);
  const connections = Array.from({ length: load.connections }, (_, connection) =>
    withClient(load.connect, (client) => produceShare(client, load, connection, tally, enough)),
  );
  for (const connection of connections) connection.catch(() => failed.abort());
  await Promise.all(connections);
}

async function produceShare(
  client: Client,
  load: Load,
  connection: number,
  tally: Tally,
  stop: AbortSignal,
): Promise<void> {
  const sender = await openSender(client, load, tally);
  const most = shareOf(load.recordCount, load.connections, connection);
  const perMs = load.rate === null ? null : load.rate / load.connections / 1000;
  const beganAtMs = performance.now();
  let sent = 0;
  while (sent < most && !stop.aborted) {
    const nowMs = performance.now();
    const elapsedMs = nowMs - beganAtMs;
    if (elapsedMs >= load.durationMs) break;
    if (perMs !== null && sent > elapsedMs * perMs) {
      await pause(1, stop);
      continue;
    }
    // With a rate, a record counts from when it was due: what had to wait has waited since then.
    const roomAgain = sender.send(perMs === null ? nowMs : beganAtMs + sent / perMs);
    sent++;
    if (roomAgain !== undefined) await roomAgain;
  }
  await sender.producer.close();
}

/** A producer that knows when each record was sent that has no ack yet. */
async function openSender(client: Client, load: Load, tally: Tally) {
  const { topic, partitionCount, valueBytes, batchBytes, stamps } = load;
  const sentAtMs = Array.from({ length: partitionCount }, () => new TimeQueue());
  const producer: Producer = await client.openProducer(topic, {
    acks: load.acks,
    batchBytes,
    lingerMs: load.lingerMs,
    compression: load.compression,
    maxBufferedBytes: Math.min(batchBytes * partitionCount * BATCHES_UNDER_WAY, MAX_BUFFERED_BYTES),
    onReceipt: (_, { partition, recordCount }) => {
      const nowMs = performance.now();
      tally.endedAtMs = nowMs;
      tally.records += recordCount;
      tally.bytes += recordCount * valueBytes;
      const times = sentAtMs[partition];
      for (let each = 0; each < recordCount; each++) {
        tally.latencies.add(nowMs - (times?.take() ?? nowMs));
      }
    },
  });
  let partition = Math.floor(Math.random() * partitionCount);
  let movesOnAtMs = 0;
  let bytes = 0;
  const send = (atMs: number): void | Promise<void> => {
    if (atMs >= movesOnAtMs || bytes >= batchBytes) {
      partition = (partition + 1) % partitionCount;
      movesOnAtMs = atMs + STICKY_MS;
      bytes = 0;
    }
    bytes += valueBytes;
    sentAtMs[partition]?.add(atMs);
    return producer.send({ key: null, value: stamps.value(atMs), partition });
  };
  return { producer, send };
}

/** Times in their order. */
class TimeQueue {
  #times: number[] = [];
  #head = 0;

  add(timeMs: number): void {
    this.#times.push(timeMs);
  }

  take(): number | undefined {
    const time = this.#times[this.#head++];
    if (this.#head >= 4096 && this.#head * 2 >= this.#times.length) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
    return time;
  }
}
