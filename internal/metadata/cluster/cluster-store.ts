import type { Clock, Timer } from "../../platform/clock.ts";
import {
  type Etcd,
  type EtcdChange,
  type EtcdCondition,
  type EtcdEntry,
  EtcdError,
  type EtcdEvent,
  type EtcdOutcome,
  type EtcdWatch,
} from "../../platform/etcd.ts";
import type { Log } from "../../platform/log.ts";
import { METADATA_LOG } from "../embedded-store.ts";
import type { MetadataStore, TopicMetadata } from "../metadata-store.ts";
import type { PartitionPlace } from "../partition-names.ts";
import { ClusterImage, type ImageChanges } from "./cluster-image.ts";
import { type ClusterKeys, clusterKeys, partitionValue, producerIdsValue } from "./cluster-keys.ts";
import type { PartitionState, Versioned } from "./cluster-state.ts";
import { addPartitions, checkCopies, topicChanges } from "./topic-changes.ts";

/** How long after a failure etcd is asked again. */
const RETRY_MS = 200;
/** A watch that has told nothing for so long is begun anew: its connection may be gone unseen. */
const SILENT_MS = 30_000;
/** Who has decided something waits so long at the most until it is told of it. */
const TOLD_MS = 5000;

/** What a cluster's metadata stands on. */
export interface ClusterStorePath {
  readonly clock: Clock;
  readonly etcd: Etcd;
  readonly log: Log;
  /** The cluster's name: one etcd may have several. */
  readonly name: string;
}

/** How a partition is to be, and how it is known. */
export interface PartitionChange extends PartitionPlace {
  readonly state: Versioned<PartitionState>;
  readonly next: PartitionState;
}

interface Waiting {
  readonly revision: number;
  readonly told: () => void;
}

/**
 * The metadata of a cluster: it is kept in etcd, and each broker has all of it in memory, as of
 * some revision, by a watch. What is changed is compared first with what this broker knows.
 */
export class ClusterStore implements MetadataStore {
  /** A pair's metadata log may still be there. */
  readonly logName = METADATA_LOG;
  readonly keys: ClusterKeys;
  readonly image: ClusterImage;
  /** Told when the image is another. */
  onChange: ((changes: ImageChanges) => void) | null = null;
  /** Told once if etcd was set back to an older state: nothing is decided here any more. */
  onOutdated: ((why: EtcdError) => void) | null = null;
  readonly #path: ClusterStorePath;
  #watching: EtcdWatch | null = null;
  #renewal: Timer | null = null;
  #waiting: Waiting[] = [];
  #closed = false;
  #outdated: EtcdError | null = null;

  constructor(path: ClusterStorePath) {
    this.#path = path;
    this.keys = clusterKeys(path.name);
    this.image = new ClusterImage(this.keys);
  }

  get clusterId(): string {
    return this.image.clusterId;
  }

  topics(): Iterable<TopicMetadata> {
    return this.image.topics.values();
  }

  topic(name: string): TopicMetadata | undefined {
    return this.image.topics.get(name);
  }

  topicById(id: string): TopicMetadata | undefined {
    return this.image.topicsById.get(id);
  }

  /** Rejects with `EtcdError`: `refused` if another broker has changed the topic meanwhile. */
  async putTopic(topic: TopicMetadata, copies: number, least: number): Promise<void> {
    const { image, keys } = this;
    const partitions = addPartitions(image, topic, copies);
    checkCopies(image, topic, partitions, least);
    for (const { conditions, changes } of topicChanges(image, keys, topic, partitions)) {
      await this.#decide(conditions, changes);
    }
  }

  async removeTopic(name: string): Promise<void> {
    const { image, keys } = this;
    const topic = image.topics.get(name);
    const key = keys.topic(name);
    const prefix = keys.partitions(topic?.id ?? "");
    await this.#decide(
      [{ key, revision: image.revisionOf(key) }],
      [
        { kind: "delete", key },
        { kind: "delete-all", prefix },
      ],
    );
  }

  async reserveProducerIds(count: number): Promise<number> {
    for (;;) {
      const { nextProducerId: first } = this.image;
      const key = this.keys.producerIds;
      const condition = { key, revision: this.image.revisionOf(key) };
      const value = producerIdsValue(first + count);
      const outcome = await this.commit([condition], [{ kind: "put", key, value }]);
      if (outcome.done) return first;
    }
  }

  /**
   * Changes keys if they are as `conditions` say; resolves when this broker knows what came of it.
   * Rejects with `EtcdError`, `refused` where what is there can't be read: that is lost otherwise.
   */
  async commit(
    conditions: readonly EtcdCondition[],
    changes: readonly EtcdChange[],
  ): Promise<EtcdOutcome> {
    const unread = conditions.find(({ key }) => this.image.unreadable.has(key));
    if (unread) throw new EtcdError("refused", `${this.image.unreadable.get(unread.key)}`);
    const known = this.image.revision;
    const outcome = await this.#path.etcd.commit(conditions, changes);
    this.#checkRevision(outcome.revision, known);
    const newest = outcome.done
      ? outcome.revision
      : Math.max(0, ...outcome.found.map(({ revision }) => revision));
    await this.#told(newest);
    return outcome;
  }

  /** Changes partitions that are as they are known here, if `besides` holds, too; as `commit`. */
  commitPartitions(
    changes: readonly PartitionChange[],
    besides: readonly EtcdCondition[] = [],
  ): Promise<EtcdOutcome> {
    const keyOf = ({ topicId, index }: PartitionPlace) => this.keys.partition(topicId, index);
    return this.commit(
      [...besides, ...changes.map((one) => ({ key: keyOf(one), revision: one.state.revision }))],
      changes.map((one) => ({ kind: "put", key: keyOf(one), value: partitionValue(one.next) })),
    );
  }

  /** Reads all anew, and watches from there. Rejects with `EtcdError`. */
  async read(): Promise<void> {
    this.#watching?.close();
    const known = this.image.revision;
    const { revision, entries } = await this.#path.etcd.list(this.keys.prefix);
    this.#checkRevision(revision, known);
    // An answer that was long under way is older than what a watch has told meanwhile.
    if (revision >= this.image.revision) this.#takeAll(revision, entries);
    this.watch();
  }

  /** Reads all anew, now or as soon as that can be: etcd was away, and may be another one. */
  readAgain(): void {
    this.read().catch((error: unknown) => this.#notRead(error));
  }

  /** Watches from what is known on, in place of a watch that there was. */
  watch(): void {
    if (this.#closed) return;
    this.#watching?.close();
    this.#watching = this.#path.etcd.watch(this.keys.prefix, this.image.revision + 1, {
      changed: (revision, events) => {
        this.#take(revision, events);
        this.#renewLater();
      },
      ended: (why) => this.#again(why),
    });
    this.#renewLater();
  }

  close(): void {
    this.#closed = true;
    this.#watching?.close();
    this.#renewal?.cancel();
  }

  async #decide(
    conditions: readonly EtcdCondition[],
    changes: readonly EtcdChange[],
  ): Promise<void> {
    const { done } = await this.commit(conditions, changes);
    if (!done) throw new EtcdError("refused", "another broker has changed it at the same time");
  }

  /** All that is there at this revision: other keys are gone. */
  #takeAll(revision: number, entries: readonly EtcdEntry[]): void {
    // Where others have written since, etcd may have come further again than it was.
    for (const each of entries) this.#checkRevision(each.revision, this.image.revisionOf(each.key));
    const there = new Set(entries.map(({ key }) => key));
    const gone = [...this.image.knownKeys()].filter((key) => !there.has(key));
    const changed = entries.filter(({ key, revision }) => revision !== this.image.revisionOf(key));
    this.#take(revision, [
      ...gone.map((key) => ({ key, entry: null })),
      ...changed.map((entry) => ({ key: entry.key, entry })),
    ]);
  }

  #take(revision: number, events: readonly EtcdEvent[]): void {
    const changes = this.image.apply(revision, events);
    const told = this.#waiting.filter((waiting) => waiting.revision <= revision);
    this.#waiting = this.#waiting.filter((waiting) => waiting.revision > revision);
    this.onChange?.(changes);
    for (const waiting of told) waiting.told();
  }

  #told(revision: number): Promise<void> {
    if (this.image.revision >= revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = this.#path.clock.after(TOLD_MS, () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(new EtcdError("unavailable", "etcd doesn't tell what was decided"));
      });
      const waiting = {
        revision,
        told: () => {
          timer.cancel();
          resolve();
        },
      };
      this.#waiting.push(waiting);
    });
  }

  #again(why: EtcdError): void {
    this.#renewal?.cancel();
    this.#renewal = this.#path.clock.after(RETRY_MS, () => {
      if (why.code !== "compacted") this.#watchOn();
      else this.readAgain();
    });
  }

  /** Watches again, if etcd still has what was known: a restored one may know nothing of it. */
  #watchOn(): void {
    const known = this.image.revision;
    this.#path.etcd.list(this.keys.format).then(
      ({ revision }) => {
        try {
          this.#checkRevision(revision, known);
        } catch {
          return; // that was told
        }
        this.watch();
      },
      (error: unknown) => {
        if (!(error instanceof EtcdError)) throw error;
        if (!this.#closed) this.#again(error);
      },
    );
  }

  /**
   * Throws if etcd, or a key of it, is at an earlier revision than it had told: it has forgotten
   * what came since, and whoever was chosen then may lead nowhere.
   */
  #checkRevision(revision: number, known: number): void {
    if (!this.#outdated && revision < known) {
      const what = `etcd is at revision ${revision}, and was at ${known}`;
      this.#outdated = new EtcdError("refused", `${what}: it was restored from an older state`);
      this.close();
      this.onOutdated?.(this.#outdated);
    }
    if (this.#outdated) throw this.#outdated;
  }

  #notRead(error: unknown): void {
    if (!(error instanceof EtcdError)) throw error;
    this.#path.log.error("cluster-not-read", { message: error.message });
    if (!this.#closed) this.#again(new EtcdError("compacted", error.message, error));
  }

  #renewLater(): void {
    this.#renewal?.cancel();
    if (this.#closed) return;
    this.#renewal = this.#path.clock.after(SILENT_MS, () => this.#watchOn());
  }
}
