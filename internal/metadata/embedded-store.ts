import type { Clock } from "../platform/clock.ts";
import type { Random } from "../platform/random.ts";
import { batchSizeBytes, lastOffset } from "../record/batch.ts";
import { recordsOf } from "../record/records.ts";
import { DamageError, StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import { refusalText } from "../storage/losses.ts";
import type { LogConfig, PartitionLog } from "../storage/partition-log.ts";
import { decodeChange, encodeChange, type MetadataChange } from "./metadata-record.ts";
import type { BrokerMetadata, Leadership, MetadataStore, TopicMetadata } from "./metadata-store.ts";
import { randomUuid } from "./uuid.ts";

/** The log that the metadata of a lone broker is kept in. */
export const METADATA_LOG = "__weir_metadata-0";
const METADATA_LOG_CONFIG: LogConfig = {
  durability: "fsync",
  segmentBytes: 8 * 1024 * 1024,
  segmentMs: Number.MAX_SAFE_INTEGER,
  usesReserve: true,
  compaction: {
    minDirtyRatio: 0.5,
    deleteRetentionMs: 24 * 60 * 60 * 1000,
    minLagMs: 0,
    maxLagMs: Number.MAX_SAFE_INTEGER,
  },
};
const READ_BYTES = 1024 * 1024;
const RECORD_LIMIT_BYTES = 64 * 1024 * 1024;

/** The metadata of a broker that decides alone: a log of changes beside its other logs. */
export class EmbeddedMetadataStore implements MetadataStore {
  readonly logName = METADATA_LOG;
  readonly #clock: Clock;
  readonly #store: LogStore;
  readonly #log: PartitionLog;
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #topicsById = new Map<string, TopicMetadata>();
  readonly #brokers = new Map<number, BrokerMetadata>();
  #leadership: Leadership | null = null;
  #clusterId = "";
  #nextProducerId = 0;

  /** Reads the metadata log. */
  static async open(clock: Clock, store: LogStore): Promise<EmbeddedMetadataStore> {
    const log = store.openLog(METADATA_LOG, METADATA_LOG, METADATA_LOG_CONFIG);
    log.applyRule();
    const metadata = new EmbeddedMetadataStore(clock, store, log);
    await metadata.#replay();
    return metadata;
  }

  private constructor(clock: Clock, store: LogStore, log: PartitionLog) {
    this.#clock = clock;
    this.#store = store;
    this.#log = log;
  }

  /** Gives the cluster an id, if it has none: this broker is its first. */
  async found(random: Random): Promise<void> {
    if (this.#clusterId !== "") return;
    await this.#decide({ type: "cluster", clusterId: randomUuid(random) });
  }

  /** The log that all this is kept in. */
  get log(): PartitionLog {
    return this.#log;
  }

  /** Takes over what the leader has decided: whole batches that are durable here, too. */
  copied(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += batchSizeBytes(bytes, at)) {
      for (const record of recordsOf(bytes, at, RECORD_LIMIT_BYTES)) {
        this.#apply(decodeChange(record.key, record.value));
      }
    }
  }

  /** Reads the log anew, after it was cut. */
  async reload(): Promise<void> {
    this.#topics.clear();
    this.#topicsById.clear();
    this.#brokers.clear();
    this.#leadership = null;
    this.#nextProducerId = 0;
    await this.#replay();
  }

  get brokers(): ReadonlyMap<number, BrokerMetadata> {
    return this.#brokers;
  }

  get leadership(): Leadership | null {
    return this.#leadership;
  }

  putBroker(broker: BrokerMetadata): Promise<void> {
    return this.#decide({ type: "broker", broker });
  }

  putLeadership(leadership: Leadership): Promise<void> {
    return this.#decide({ type: "leadership", leadership });
  }

  get clusterId(): string {
    return this.#clusterId;
  }

  topics(): Iterable<TopicMetadata> {
    return this.#topics.values();
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  topicById(id: string): TopicMetadata | undefined {
    return this.#topicsById.get(id);
  }

  putTopic(topic: TopicMetadata): Promise<void> {
    return this.#decide({ type: "topic", name: topic.name, topic });
  }

  removeTopic(name: string): Promise<void> {
    return this.#decide({ type: "topic", name, topic: null });
  }

  async reserveProducerIds(count: number, from: number): Promise<number> {
    const first = Math.max(this.#nextProducerId, from);
    this.#nextProducerId = first + count;
    await this.#decide({ type: "producer-ids", next: first + count });
    return first;
  }

  async #decide(change: MetadataChange): Promise<void> {
    const batch = encodeChange(change, this.#clock.nowMs());
    const { leaderEpoch } = this.#log;
    const { lastOffset } = await this.#store.append(this.#log, batch, 0, batch.length, leaderEpoch);
    // Who leads and who follows is what decides when anything is committed.
    const waits = change.type !== "leadership" && change.type !== "broker";
    if (waits) await this.#committed(lastOffset + 1);
    this.#apply(change);
  }

  #committed(endOffset: number): Promise<void> {
    const { commits, highWatermark } = this.#log;
    return new Promise((resolve, reject) => {
      commits.wait(endOffset, highWatermark, (error) => (error ? reject(error) : resolve()));
    });
  }

  #apply(change: MetadataChange): void {
    if (change.type === "cluster") this.#clusterId = change.clusterId;
    else if (change.type === "broker") this.#brokers.set(change.broker.id, change.broker);
    else if (change.type === "leadership") this.#leadership = change.leadership;
    else if (change.type === "producer-ids") {
      this.#nextProducerId = Math.max(this.#nextProducerId, change.next);
    } else {
      const before = this.#topics.get(change.name);
      if (before) this.#topicsById.delete(before.id);
      this.#topics.delete(change.name);
      if (!change.topic) return;
      this.#topics.set(change.name, change.topic);
      this.#topicsById.set(change.topic.id, change.topic);
    }
  }

  /** Without a part of the metadata, records of topics would be taken for strays. */
  async #read(offset: number, end: number): Promise<readonly Uint8Array[]> {
    try {
      return await this.#store.read(this.#log, offset, end, READ_BYTES);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      const { fromOffset: from, toOffset: to, path, position, fault: what } = error.range;
      const fault = `the metadata is damaged at offsets ${from} to ${to - 1}, ${what}`;
      const consequence = "settings of topics, and topics without records,";
      const loss = { log: METADATA_LOG, offsets: { from, to }, path, position, fault, consequence };
      throw new StorageError("damaged", refusalText(loss, this.#store.directory));
    }
  }

  async #replay(): Promise<void> {
    const end = this.#log.durableOffset;
    for (let offset = this.#log.startOffset; offset < end; ) {
      const chunks = await this.#read(offset, end);
      if (chunks.length === 0)
        throw new Error(`${METADATA_LOG} has nothing at ${offset} of ${end}`);
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
          for (const record of recordsOf(chunk, at, RECORD_LIMIT_BYTES)) {
            this.#apply(decodeChange(record.key, record.value));
          }
          offset = lastOffset(chunk, at) + 1;
        }
      }
    }
  }
}
