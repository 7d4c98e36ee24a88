import type { Clock, Timer } from "../platform/clock.ts";
import type { Random } from "../platform/random.ts";
import { StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type {
  CommitRequest,
  DeleteOffsetsAnswer,
  DeleteOffsetsRequest,
  FetchOffsetsRequest,
  GroupCoordinator,
  GroupDescription,
  GroupFilter,
  GroupListing,
  HeartbeatRequest,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeaveRequest,
  PartitionAnswers,
  SyncAnswer,
  SyncRequest,
  TopicOffsets,
} from "./api.ts";
import { Deadlines } from "./deadlines.ts";
import { describeGroup, listGroup, passes } from "./describe.ts";
import type { GroupErrorCode } from "./errors.ts";
import type { Group } from "./group.ts";
import { expire, forgetTopics, unlessRefused } from "./housekeeping.ts";
import { joinGroup } from "./join.ts";
import { MemoryBudget } from "./memory-budget.ts";
import {
  answerAll,
  commitOffsets,
  deleteOffsets,
  fetchOffsets,
  knownOffsets,
  type OffsetRules,
} from "./offsets.ts";
import { type OffsetsTopic, partitionOf } from "./offsets-topic.ts";
import { disband } from "./rebalance.ts";
import { groupIdRefusal, joinRefusal } from "./request-rules.ts";
import { heartbeat, leaveGroup } from "./session.ts";
import { type GroupSettings, MAX_STATE_BYTES } from "./settings.ts";
import { GroupShard, type SharedContext } from "./shard.ts";
import { syncGroup } from "./sync.ts";

/** What the coordinator stands on. */
export interface CoordinatorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: LogStore;
  /** How many partitions a topic has; 0 if it isn't there. */
  readonly partitionCountOf: (topic: string) => number;
  readonly offsetsTopic: OffsetsTopic;
  readonly settings: GroupSettings;
}

/** The coordinator of all groups of a broker that decides alone. */
export class LocalGroupCoordinator implements GroupCoordinator {
  readonly #options: CoordinatorOptions;
  readonly #context: SharedContext;
  /** By partition of the offsets topic; none while there is no such topic. */
  #shards: readonly GroupShard[] = [];
  #loading: Promise<GroupErrorCode | null> | null = null;
  #sweep: Timer | null = null;
  #isClosed = false;

  /** Reads what groups there are. Rejects with `StorageError` if that can't be read. */
  static async open(options: CoordinatorOptions): Promise<LocalGroupCoordinator> {
    const coordinator = new LocalGroupCoordinator(options);
    const logs = options.offsetsTopic.logs();
    if (logs) await coordinator.#load(logs);
    coordinator.#sweepLater();
    return coordinator;
  }

  private constructor(options: CoordinatorOptions) {
    const { clock, random, settings } = options;
    this.#options = options;
    const deadlines = new Deadlines(clock);
    const budget = new MemoryBudget(MAX_STATE_BYTES);
    this.#context = { clock, random, settings, deadlines, budget };
  }

  async ready(): Promise<GroupErrorCode | null> {
    if (this.#isReady) return null;
    if (this.#isClosed) return "coordinator-not-available";
    this.#loading ??= this.#makeTopic();
    return this.#loading;
  }

  async joinGroup(request: JoinRequest): Promise<JoinAnswer> {
    const { groupId, memberId } = request;
    const refusal = joinRefusal(request, this.#options.settings);
    const error = refusal ?? (this.#isReady ? null : await this.ready());
    if (error !== null) return { error, memberId };
    const isKnown = memberId === "" || this.#group(groupId) !== undefined;
    if (!isKnown) return { error: "unknown-member-id", memberId };
    const group = this.#shard(groupId)?.obtain(groupId) ?? null;
    if (group === null) return { error: "coordinator-not-available", memberId };
    return joinGroup(group.classic, request);
  }

  async syncGroup(request: SyncRequest): Promise<SyncAnswer> {
    const error = groupIdRefusal(request.groupId);
    if (error !== null) return { error };
    const group = this.#group(request.groupId);
    return group ? syncGroup(group.classic, request) : { error: "unknown-member-id" };
  }

  heartbeat(request: HeartbeatRequest): GroupErrorCode | null {
    const group = this.#group(request.groupId);
    if (group) return heartbeat(group.classic, request);
    return groupIdRefusal(request.groupId) ?? "unknown-member-id";
  }

  leaveGroup({ groupId, members }: LeaveRequest): LeaveAnswer {
    const error = groupIdRefusal(groupId);
    if (error !== null) return { error, members: [] };
    const group = this.#group(groupId);
    if (group) return leaveGroup(group.classic, members);
    return { error: null, members: members.map(() => "unknown-member-id") };
  }

  async commitOffsets(request: CommitRequest): Promise<PartitionAnswers> {
    const { groupId, topics } = request;
    // An empty id is a group's, too: simple consumers use it.
    const refusal = groupId === "" ? null : groupIdRefusal(groupId);
    const error = refusal ?? (this.#isReady ? null : await this.ready());
    const shard = this.#shard(groupId);
    if (error !== null || !shard) return answerAll(topics, error ?? "coordinator-not-available");
    return commitOffsets(shard, request, this.#rules());
  }

  async fetchOffsets(request: FetchOffsetsRequest): Promise<readonly TopicOffsets[]> {
    return fetchOffsets(this.#shard(request.groupId), request);
  }

  knownOffsets(groupId: string): readonly TopicOffsets[] {
    return knownOffsets(this.#shard(groupId), groupId);
  }

  async deleteOffsets(request: DeleteOffsetsRequest): Promise<DeleteOffsetsAnswer> {
    const error = groupIdRefusal(request.groupId);
    if (error !== null) return { error, topics: [] };
    return deleteOffsets(this.#shard(request.groupId), request, this.#rules());
  }

  describeGroup(groupId: string): GroupDescription | null {
    const group = this.#group(groupId);
    return group ? describeGroup(group.classic) : null;
  }

  listGroups(filter: GroupFilter): GroupListing[] {
    const groups = this.#shards.flatMap((shard) => [...shard.groups.values()]);
    const listings = groups.map(({ classic }) => listGroup(classic));
    const passing = listings.filter((listing) => passes(listing, filter));
    return passing.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  }

  async deleteGroup(groupId: string): Promise<GroupErrorCode | null> {
    const shard = this.#shard(groupId);
    const group = shard?.groups.get(groupId);
    if (!shard || !group || group.classic.state === "Dead") return "group-id-not-found";
    if (group.classic.state !== "Empty") return "non-empty-group";
    try {
      await shard.delete(group);
      return null;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return "coordinator-not-available";
    }
  }

  /** The topic isn't there any more: its offsets go, too. */
  async topicDeleted(name: string): Promise<void> {
    const forget = (shard: GroupShard) => forgetTopics(shard, (topic) => topic === name);
    await Promise.all(this.#shards.map((shard) => unlessRefused(forget(shard))));
  }

  /** Answers those who wait, and forgets all that is in memory. */
  close(): void {
    this.#isClosed = true;
    this.#sweep?.cancel();
    for (const shard of this.#shards) {
      for (const { classic } of shard.groups.values()) {
        disband(classic, "coordinator-not-available");
      }
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
    const { store, partitionCountOf } = this.#options;
    const shards = await Promise.all(logs.map((log) => GroupShard.load(this.#context, store, log)));
    if (this.#isClosed) return;
    this.#shards = shards;
    // A crash may have come between a topic's end and that of its offsets.
    const isGone = (topic: string) => partitionCountOf(topic) === 0;
    for (const shard of shards) await unlessRefused(forgetTopics(shard, isGone));
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

  /** Operations that find it ready begin at once, in the order in which they come. */
  get #isReady(): boolean {
    return this.#shards.length > 0;
  }

  /** Where a group is kept; undefined while nothing can be. */
  #shard(groupId: string): GroupShard | undefined {
    return this.#shards[partitionOf(groupId, this.#shards.length)];
  }

  #group(groupId: string): Group | undefined {
    return this.#shard(groupId)?.groups.get(groupId);
  }

  #rules(): OffsetRules {
    const { clock, partitionCountOf, settings } = this.#options;
    return {
      nowMs: clock.nowMs(),
      maxMetadataLength: settings.maxOffsetMetadataLength,
      hasPartition: (topic, partition) => partition >= 0 && partition < partitionCountOf(topic),
    };
  }
}
