import type { Clock, Timer } from "../platform/clock.ts";
import { availableBytes } from "../storage/log-size.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from "./api.ts";
import { BrokerError } from "./errors.ts";
import { brokerError } from "./storage-errors.ts";
import type { Partition, PartitionWatcher } from "./topics/partition.ts";

/** What a fetcher needs of the broker. */
export interface FetchPath {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly partition: (topic: string, index: number) => Partition | undefined;
  readonly fetched: (partition: Partition, bytes: number) => void;
}

/** A watched partition, and what its client was told last. */
interface Watched {
  position: FetchPosition;
  partition: Partition | undefined;
  toldHighWatermark: number;
  toldStartOffset: number;
}

/**
 * Polls partitions for what is new. Partitions report themselves when they have changed, so that
 * a poll looks only at those, however many are watched.
 */
export class PartitionFetcher implements Fetcher, PartitionWatcher {
  readonly #path: FetchPath;
  readonly #watched = new Map<string, Watched>();
  readonly #byPartition = new Map<Partition, Watched>();
  /** Those that may have something to tell; the one that has waited longest first. */
  readonly #ready = new Set<Watched>();
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(path: FetchPath) {
    this.#path = path;
  }

  watch(position: FetchPosition): void {
    const key = keyOf(position.topic, position.partition);
    const partition = this.#path.partition(position.topic, position.partition);
    let watched = this.#watched.get(key);
    if (watched?.partition !== partition || !watched) {
      this.unwatch(position.topic, position.partition);
      watched = { position, partition, toldHighWatermark: -1, toldStartOffset: -1 };
      this.#watched.set(key, watched);
      if (partition) {
        this.#byPartition.set(partition, watched);
        partition.watch(this);
      }
    }
    watched.position = position;
    this.#ready.add(watched);
  }

  unwatch(topic: string, partition: number): void {
    const key = keyOf(topic, partition);
    const watched = this.#watched.get(key);
    if (!watched) return;
    this.#watched.delete(key);
    this.#ready.delete(watched);
    if (!watched.partition) return;
    this.#byPartition.delete(watched.partition);
    watched.partition.unwatch(this);
  }

  partitionChanged(partition: Partition): void {
    const watched = this.#byPartition.get(partition);
    if (!watched) return;
    // Its log is gone from here; the partition may be elsewhere.
    if (partition.removed) this.watch(watched.position);
    else this.#ready.add(watched);
    this.#wake?.();
  }

  async poll(limits: FetchLimits): Promise<FetchedPartition[]> {
    await this.#waitForMore(limits);
    if (this.#closed) return [];
    const found = await this.#read(limits);
    return limits.includeUnchanged ? this.#withUnchanged(found) : found;
  }

  close(): void {
    this.#closed = true;
    for (const { partition } of this.#watched.values()) partition?.unwatch(this);
    this.#watched.clear();
    this.#byPartition.clear();
    this.#ready.clear();
    this.#wake?.();
  }

  #waitForMore({ minBytes, maxWaitMs }: FetchLimits): Promise<void> | void {
    if (maxWaitMs <= 0 || this.#isEnough(minBytes)) return;
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const finish = () => {
        timer?.cancel();
        this.#wake = null;
        resolve();
      };
      timer = this.#path.clock.after(maxWaitMs, finish);
      this.#wake = () => {
        if (this.#closed || this.#isEnough(minBytes)) finish();
      };
    });
  }

  /** Whether the ready partitions have `minBytes` together, or one has an error to tell. */
  #isEnough(minBytes: number): boolean {
    let bytes = 0;
    for (const watched of this.#ready) {
      const problem = problemOf(watched);
      // What a slave hasn't got yet may come while the reader waits.
      if (problem?.code === "offset-not-available") continue;
      if (problem) return true;
      const { partition, position } = watched;
      if (!partition || position.offset >= partition.highWatermark) continue;
      bytes += minBytes <= 1 ? 1 : availableBytes(partition.log, position.offset);
      if (bytes >= minBytes) return true;
    }
    return bytes >= minBytes;
  }

  async #read(limits: FetchLimits): Promise<FetchedPartition[]> {
    const found: FetchedPartition[] = [];
    let roomBytes = limits.maxBytes;
    for (const watched of [...this.#ready]) {
      const first = roomBytes === limits.maxBytes;
      if (roomBytes <= 0 && !first) break;
      const fetched = await this.#readOne(watched, roomBytes, first);
      if (this.#closed) return found;
      const { partition, position } = watched;
      if (partition && position.offset >= partition.highWatermark && !fetched.error) {
        this.#ready.delete(watched);
      } else if (fetched.sizeBytes > 0) {
        // Behind those that have waited longer.
        this.#ready.delete(watched);
        this.#ready.add(watched);
      }
      roomBytes -= fetched.sizeBytes;
      if (partition && fetched.sizeBytes > 0) this.#path.fetched(partition, fetched.sizeBytes);
      if (isNews(watched, fetched)) found.push(fetched);
      watched.toldHighWatermark = fetched.highWatermark;
      watched.toldStartOffset = fetched.logStartOffset;
    }
    return found;
  }

  async #readOne(watched: Watched, roomBytes: number, first: boolean): Promise<FetchedPartition> {
    const { partition, position } = watched;
    const problem = problemOf(watched);
    if (problem || !partition) return answer(watched, [], problem);
    const maxBytes = Math.min(roomBytes, position.maxBytes);
    try {
      const { log, highWatermark } = partition;
      const read = this.#path.store.read(log, position.offset, highWatermark, maxBytes);
      const records = read instanceof Promise ? await read : read;
      const fetched = answer(watched, records, null);
      // Only the first partition may go beyond the bound, so that one large batch gets through.
      return first || fetched.sizeBytes <= roomBytes ? fetched : answer(watched, [], null);
    } catch (error) {
      return answer(watched, [], brokerError(error));
    }
  }

  #withUnchanged(found: FetchedPartition[]): FetchedPartition[] {
    const told = new Set(found.map(({ topic, partition }) => keyOf(topic, partition)));
    for (const [key, watched] of this.#watched) {
      if (!told.has(key)) found.push(answer(watched, [], problemOf(watched)));
    }
    return found;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

function isNews(watched: Watched, fetched: FetchedPartition): boolean {
  if (fetched.error || fetched.sizeBytes > 0) return true;
  return (
    watched.toldHighWatermark !== fetched.highWatermark ||
    watched.toldStartOffset !== fetched.logStartOffset
  );
}

function problemOf({ position, partition }: Watched): BrokerError | null {
  const { topic, partition: index, offset, currentLeaderEpoch } = position;
  if (!partition || partition.removed) {
    return new BrokerError("unknown-topic-or-partition", `there is no partition ${topic}-${index}`);
  }
  const { leaderEpoch, log, part } = partition;
  if (part === "nothing") {
    return new BrokerError("not-leader", `this broker has no copy of ${topic}-${index}`);
  }
  if (currentLeaderEpoch >= 0 && currentLeaderEpoch !== leaderEpoch) {
    const code = currentLeaderEpoch < leaderEpoch ? "fenced-leader-epoch" : "unknown-leader-epoch";
    return new BrokerError(code, `${topic}-${index} is at leader epoch ${leaderEpoch}`);
  }
  if (offset > log.endOffset && part === "copy") {
    // The reader may have it from the master, of which this copy is behind.
    const has = `this copy ends at ${log.endOffset}`;
    return new BrokerError(
      "offset-not-available",
      `${topic}-${index} has no ${offset} yet; ${has}`,
    );
  }
  if (offset < log.startOffset || offset > log.endOffset) {
    const has = `it has ${log.startOffset} to ${log.endOffset}`;
    return new BrokerError("offset-out-of-range", `${topic}-${index} has no ${offset}; ${has}`);
  }
  return null;
}

function answer(
  { position, partition }: Watched,
  records: readonly Uint8Array[],
  error: BrokerError | null,
): FetchedPartition {
  let sizeBytes = 0;
  for (const chunk of records) sizeBytes += chunk.length;
  return {
    topic: position.topic,
    partition: position.partition,
    error,
    highWatermark: partition?.highWatermark ?? -1,
    logStartOffset: partition?.log.startOffset ?? -1,
    leaderEpoch: partition?.leaderEpoch ?? -1,
    records,
    sizeBytes,
  };
}
