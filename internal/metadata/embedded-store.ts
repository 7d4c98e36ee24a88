import type { Clock } from "../platform/clock.ts";
import type { Random } from "../platform/random.ts";
import { batchSizeBytes, endOffsetOf } from "../record/batch.ts";
import { recordsOf } from "../record/records.ts";
import { DamageError, StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { LogConfig, PartitionLog } from "../storage/partition-log.ts";
import { refusalText } from "../storage/recovery/losses.ts";
import { decodeChange, encodeChange, type MetadataChange } from "./metadata-record.ts";
import { MetadataState } from "./metadata-state.ts";
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
  #state = new MetadataState();
  /** The last reading anew that has begun. */
  #reloading: Promise<void> = Promise.resolve();

  /** Reads the metadata log. */
  static async open(clock: Clock, store: LogStore): Promise<EmbeddedMetadataStore> {
    const log = store.openLog(METADATA_LOG, METADATA_LOG, METADATA_LOG_CONFIG);
    log.applyRule();
    const metadata = new EmbeddedMetadataStore(clock, store, log);
    await metadata.#replay(metadata.#state);
    return metadata;
  }

  private constructor(clock: Clock, store: LogStore, log: PartitionLog) {
    this.#clock = clock;
    this.#store = store;
    this.#log = log;
  }

  /** Gives the cluster an id, if it has none: this broker is its first. */
  async found(random: Random): Promise<void> {
    if (this.clusterId !== "") return;
    await this.#decide({ type: "cluster", clusterId: randomUuid(random) });
  }

  /** The log that all this is kept in. */
  get log(): PartitionLog {
    return this.#log;
  }

  /** Takes over what the leader has decided: whole batches that are durable here, too. */
  copied(bytes: Uint8Array): void {
    applyBatches(this.#state, bytes);
  }

  /**
   * Reads the log anew, after it was cut. Until then all is as it was: what is `copied` meanwhile
   * is durable, and so is read, too.
   */
  reload(): Promise<void> {
    const reload = async () => {
      const state = new MetadataState();
      state.clusterId = this.#state.clusterId;
      await this.#replay(state);
      this.#state = state;
    };
    this.#reloading = this.#reloading.then(reload, reload);
    return this.#reloading;
  }

  /** The brokers by their ids; none while there has been only one. */
  get brokers(): ReadonlyMap<number, BrokerMetadata> {
    return this.#state.brokers;
  }

  /** null while there has been only one broker. */
  get leadership(): Leadership | null {
    return this.#state.leadership;
  }

  putBroker(broker: BrokerMetadata): Promise<void> {
    return this.#decide({ type: "broker", broker });
  }

  putLeadership(leadership: Leadership): Promise<void> {
    return this.#decide({ type: "leadership", leadership });
  }

  get clusterId(): string {
    return this.#state.clusterId;
  }

  /** The first producer id that nobody has reserved. */
  get nextProducerId(): number {
    return this.#state.nextProducerId;
  }

  topics(): Iterable<TopicMetadata> {
    return this.#state.topics.values();
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#state.topics.get(name);
  }

  topicById(id: string): TopicMetadata | undefined {
    return this.#state.topicsById.get(id);
  }

  putTopic(topic: TopicMetadata): Promise<void> {
    return this.#decide({ type: "topic", name: topic.name, topic });
  }

  removeTopic(name: string): Promise<void> {
    return this.#decide({ type: "topic", name, topic: null });
  }

  /** The first of `count` producer ids, `from` or greater, that no one else will get. */
  async reserveProducerIds(count: number, from: number): Promise<number> {
    const first = Math.max(this.#state.nextProducerId, from);
    this.#state.nextProducerId = first + count;
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
    this.#state.apply(change);
  }

  #committed(endOffset: number): Promise<void> {
    const { commits, highWatermark } = this.#log;
    return new Promise((resolve, reject) => {
      commits.wait(endOffset, highWatermark, (error) => (error ? reject(error) : resolve()));
    });
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

  /** Tells `state` all that is durable, also what becomes so while it is read. */
  async #replay(state: MetadataState): Promise<void> {
    for (let offset = this.#log.startOffset; offset < this.#log.durableOffset; ) {
      const end = this.#log.durableOffset;
      const chunks = await this.#read(offset, end);
      if (chunks.length === 0)
        throw new Error(`${METADATA_LOG} has nothing at ${offset} of ${end}`);
      for (const chunk of chunks) {
        applyBatches(state, chunk);
        offset = endOffsetOf(chunk);
      }
    }
  }
}

/** Takes over the changes that whole batches have. */
function applyBatches(state: MetadataState, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += batchSizeBytes(bytes, at)) {
    for (const record of recordsOf(bytes, at, RECORD_LIMIT_BYTES)) {
      state.apply(decodeChange(record.key, record.value));
    }
  }
}
