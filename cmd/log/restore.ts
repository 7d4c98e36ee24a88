import type { Client, PartitionStatus } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { baseOffset, batchSizeBytes, lastOffset } from "../../internal/record/batch.ts";
import { gapBatches } from "../../internal/record/gap-batch.ts";
import { NO_LEADER_EPOCH } from "../../internal/record/layout.ts";
import { CommandError, unknownEnds } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ImportedPartition, Placed } from "./imported.ts";

/** What may be under way to the broker. */
const BYTES_UNDER_WAY = 8 * 1024 * 1024;

/** How long a batch waits for its ack unless told otherwise: as a producer's. */
const ACK_TIMEOUT_MS = 30_000;

/** Puts an archive's partitions into a broker. */
export class Restore {
  readonly #client: Client;
  readonly #timeoutMs: number;
  readonly #sent: { readonly acked: Promise<unknown>; readonly bytes: number }[] = [];
  /** The end of each partition, by what is under way to it. */
  readonly #ends = new Map<ImportedPartition, number>();
  #sentBytes = 0;
  #targets: readonly PartitionStatus[] = [];

  constructor(client: Client, timeoutMs = ACK_TIMEOUT_MS) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  /** Takes what an archive tells next; resolves when more may come. */
  async put(placed: Placed): Promise<void> {
    if (placed.kind === "topic") this.#targets = await this.#topic(placed);
    else if (placed.kind === "partition") this.#begin(placed.place);
    else await this.#batches(placed.place, placed.batches);
  }

  /** The archive is whole: ends partitions where they ended, and begins them where they began. */
  async finish(partitions: readonly ImportedPartition[]): Promise<void> {
    for (const place of partitions) await this.#skipTo(place, place.endOffset);
    await this.#settle(0);
    for (const { topic, partition, startOffset } of partitions) {
      if (startOffset === 0) continue;
      await this.#client.deleteRecords(topic, partition, startOffset);
    }
  }

  /** Makes a topic, or finds the one that is there. */
  async #topic({ name, partitionCount, config }: Extract<Placed, { kind: "topic" }>) {
    try {
      return (await this.#client.describeTopic(name)).partitions;
    } catch (error) {
      const isMissing = error instanceof ClientError && error.code === "unknown-topic-or-partition";
      if (!isMissing) throw error;
    }
    const topic = { name, partitionCount, replicationFactor: null };
    const settings = new Map(Object.entries(config));
    await this.#client.createTopic({ ...topic, config: settings });
    return (await this.#client.describeTopic(name)).partitions;
  }

  #begin(place: ImportedPartition): void {
    const { topic, partition } = place;
    const target = this.#targets[partition];
    if (target && target.logEndOffset < 0) throw unknownEnds(topic, partition);
    if (target?.logEndOffset === 0) {
      this.#ends.set(place, 0);
      return;
    }
    const why = target ? "has records, or has had some" : "isn't there";
    const message = `partition ${partition} of ${topic} ${why}`;
    const advice = "Import into another topic with --as, or delete this one first.";
    throw new CommandError("topic-not-empty", message, exitCodes.failed, advice);
  }

  async #batches(place: ImportedPartition, batches: Uint8Array): Promise<void> {
    for (let at = 0; at < batches.length; ) {
      const end = at + batchSizeBytes(batches, at);
      if (this.#ends.get(place) === 0) await this.#skipTo(place, baseOffset(batches, at));
      await this.#send(place, batches.slice(at, end));
      at = end;
    }
  }

  /** Leaves out the offsets before that one, as compaction does. */
  async #skipTo(place: ImportedPartition, offset: number): Promise<void> {
    const from = this.#ends.get(place) ?? 0;
    for (const gap of gapBatches(from, offset, NO_LEADER_EPOCH)) {
      await this.#send(place, gap);
      await this.#settle(0); // a batch may leave out no more than one has offsets
    }
  }

  async #send(place: ImportedPartition, batch: Uint8Array): Promise<void> {
    const { topic, partition } = place;
    this.#ends.set(place, lastOffset(batch, 0) + 1);
    const request = { topic, partition, batch };
    const acked = this.#client.restore(request, { timeoutMs: this.#timeoutMs });
    acked.catch(() => {}); // whoever waits for it is told
    this.#sent.push({ acked, bytes: batch.length });
    this.#sentBytes += batch.length;
    await this.#settle(BYTES_UNDER_WAY);
  }

  /** Waits until no more than that is under way. */
  async #settle(mostBytes: number): Promise<void> {
    while (this.#sentBytes > mostBytes) {
      const first = this.#sent.shift();
      if (!first) return;
      await first.acked;
      this.#sentBytes -= first.bytes;
    }
  }
}
