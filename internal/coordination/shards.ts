import type { Clock, Timer } from "../platform/clock.ts";
import type { Random } from "../platform/random.ts";
import { StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { GroupChange } from "./changes.ts";
import { disband } from "./classic/rebalance.ts";
import type { TopicCatalog } from "./consumer/topics.ts";
import { Deadlines } from "./deadlines.ts";
import type { GroupErrorCode } from "./errors.ts";
import type { Group } from "./group.ts";
import { expire, forgetTopics, unlessRefused } from "./housekeeping.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { type OffsetsTopic, partitionOf } from "./offsets-topic.ts";
import { type GroupSettings, MAX_STATE_BYTES } from "./settings.ts";
import { GroupShard, type SharedContext } from "./shard.ts";

/** What groups are kept with. */
export interface ShardsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: LogStore;
  readonly topics: TopicCatalog;
  readonly offsetsTopic: OffsetsTopic;
  readonly settings: GroupSettings;
  /** Told of each change to groups and offsets that is made from now on. */
  readonly applied?: (change: GroupChange) => void;
}

/** All shards: read when the broker starts to coordinate, made with the first group. */
export class Shards {
  readonly #options: ShardsOptions;
  readonly #context: SharedContext;
  /** By partition of the offsets topic; none while there is no such topic. */
  #shards: readonly GroupShard[] = [];
  #loading: Promise<GroupErrorCode | null> | null = null;
  #sweep: Timer | null = null;
  #isClosed = false;

  /** Reads what groups there are. Rejects with `StorageError` if that can't be read. */
  static async open(options: ShardsOptions): Promise<Shards> {
    const shards = new Shards(options);
    const logs = options.offsetsTopic.logs();
    if (logs) await shards.#load(logs);
    shards.#sweepLater();
    return shards;
  }

  private constructor(options: ShardsOptions) {
    const { clock, random, settings, topics, applied } = options;
    this.#options = options;
    const deadlines = new Deadlines(clock);
    const budget = new MemoryBudget(MAX_STATE_BYTES);
    this.#context = { clock, random, settings, topics, deadlines, budget, applied };
  }

  /** Operations that find it ready begin at once, in the order in which they come. */
  get isReady(): boolean {
    return this.#shards.length > 0;
  }

  /** Makes sure that groups can be kept; resolves with why they can't, null if they can. */
  async ready(): Promise<GroupErrorCode | null> {
    if (this.isReady) return null;
    if (this.#isClosed) return "coordinator-not-available";
    this.#loading ??= this.#makeTopic();
    return this.#loading;
  }

  /** Where a group is kept; undefined while nothing can be. */
  of(groupId: string): GroupShard | undefined {
    return this.#shards[partitionOf(groupId, this.#shards.length)];
  }

  /** The group, if there is one. */
  group(groupId: string): Group | undefined {
    return this.of(groupId)?.groups.get(groupId);
  }

  /** Every group, in no order. */
  *groups(): Generator<Group> {
    for (const { groups } of this.#shards) yield* groups.values();
  }

  /** Some topics aren't there any more: their offsets go, too. */
  async forgetTopics(isGone: (topic: string) => boolean): Promise<void> {
    const forget = (shard: GroupShard) => unlessRefused(forgetTopics(shard, isGone));
    await Promise.all(this.#shards.map(forget));
  }

  /** Answers those who wait, and forgets all that is in memory. */
  close(): void {
    this.#isClosed = true;
    this.#sweep?.cancel();
    for (const { classic, consumer } of this.groups()) {
      disband(classic, "coordinator-not-available");
      consumer?.close();
    }
    this.#shards = [];
    this.#context.deadlines.clear();
  }

  async #makeTopic(): Promise<GroupErrorCode | null> {
    const { offsetsTopic } = this.#options;
    try {
      const logs = offsetsTopic.logs() ?? (await offsetsTopic.create());
      if (logs === null) return "coordinator-not-available";
      await this.#load(logs);
      return this.#isClosed ? "coordinator-not-available" : null;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return "coordinator-not-available";
    } finally {
      this.#loading = null;
    }
  }

  async #load(logs: readonly PartitionLog[]): Promise<void> {
    const { store, topics } = this.#options;
    const shards = await Promise.all(logs.map((log) => GroupShard.load(this.#context, store, log)));
    if (this.#isClosed) return;
    this.#shards = shards;
    // A crash may have come between a topic's end and that of its offsets.
    await this.forgetTopics((topic) => topics.topic(topic) === undefined);
  }

  #sweepLater(): void {
    const { clock, settings } = this.#options;
    this.#sweep = clock.after(settings.offsetsRetentionCheckMs, () => {
      this.#sweepNow().then(() => {
        if (!this.#isClosed) this.#sweepLater();
      });
    });
  }

  async #sweepNow(): Promise<void> {
    const { clock, settings } = this.#options;
    for (const shard of this.#shards) {
      await unlessRefused(expire(shard, clock.nowMs(), settings.offsetsRetentionMs));
    }
  }
}
