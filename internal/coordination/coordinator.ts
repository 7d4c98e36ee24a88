import { randomUuid } from "../metadata/uuid.ts";
import { StorageError } from "../storage/errors.ts";
import type {
  CommitRequest,
  DeleteOffsetsAnswer,
  DeleteOffsetsRequest,
  FetchClaim,
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
import { describeGroup, filtered, listGroup } from "./classic/describe.ts";
import { joinGroup, newMemberId } from "./classic/join.ts";
import { heartbeat, leaveGroup } from "./classic/session.ts";
import { syncGroup } from "./classic/sync.ts";
import * as classicMembers from "./consumer/classic-members.ts";
import {
  type ConsumerGroupDescription,
  describeConsumerGroup,
  listConsumerGroup,
  summarizeConsumerGroup,
} from "./consumer/describe.ts";
import { consumerHeartbeat } from "./consumer/enter.ts";
import { consumerFetchRefusal } from "./consumer/offset-rules.ts";
import { heartbeatRefusal } from "./consumer/request-rules.ts";
import type { ConsumerHeartbeat, ConsumerHeartbeatAnswer } from "./consumer/requests.ts";
import type { GroupErrorCode } from "./errors.ts";
import { type Group, isVacant } from "./group.ts";
import { answerAll, commitOffsets, deleteOffsets, type OffsetRules, offsetsOf } from "./offsets.ts";
import { groupIdRefusal, joinRefusal } from "./request-rules.ts";
import type { GroupShard } from "./shard.ts";
import { Shards, type ShardsOptions } from "./shards.ts";

/** What the coordinator stands on. */
export interface CoordinatorOptions extends ShardsOptions {
  /** Told whenever somebody is refused because a limit was met. */
  readonly limited?: (code: GroupErrorCode) => void;
}

/** The refusals that say that there is too much of something, or no room for more. */
const LIMITS: ReadonlySet<GroupErrorCode | null> = new Set<GroupErrorCode>([
  "group-max-size-reached",
  "group-metadata-too-large",
  "offset-metadata-too-large",
  "coordinator-not-available",
]);

/** The coordinator of all groups of a broker that decides alone. */
export class LocalGroupCoordinator implements GroupCoordinator {
  readonly #options: CoordinatorOptions;
  readonly #shards: Shards;

  /** Reads what groups there are. Rejects with `StorageError` if that can't be read. */
  static async open(options: CoordinatorOptions): Promise<LocalGroupCoordinator> {
    return new LocalGroupCoordinator(options, await Shards.open(options));
  }

  private constructor(options: CoordinatorOptions, shards: Shards) {
    this.#options = options;
    this.#shards = shards;
  }

  isElsewhere(): boolean {
    return false;
  }

  async readable(): Promise<null> {
    return null;
  }

  ready(): Promise<GroupErrorCode | null> {
    return this.#shards.ready();
  }

  async joinGroup(request: JoinRequest): Promise<JoinAnswer> {
    const answer = await this.#join(request);
    this.#noteLimit(answer.error);
    return answer;
  }

  async #join(request: JoinRequest): Promise<JoinAnswer> {
    const { groupId, memberId } = request;
    const refusal = joinRefusal(request, this.#options.settings);
    const error = refusal ?? (this.#shards.isReady ? null : await this.ready());
    if (error !== null) return { error, memberId };
    const isKnown = memberId === "" || this.#shards.group(groupId) !== undefined;
    if (!isKnown) return { error: "unknown-member-id", memberId };
    const shard = this.#shards.of(groupId);
    const group = shard?.obtain(groupId) ?? null;
    if (!shard || group === null) return { error: "coordinator-not-available", memberId };
    if (!group.consumer) return joinGroup(group.classic, request);
    return this.#joinConsumerGroup(shard, group, request);
  }

  async syncGroup(request: SyncRequest): Promise<SyncAnswer> {
    const error = groupIdRefusal(request.groupId);
    if (error !== null) return { error };
    const group = this.#shards.group(request.groupId);
    if (group?.consumer) return classicMembers.syncGroup(group.consumer, request);
    return group ? syncGroup(group.classic, request) : { error: "unknown-member-id" };
  }

  heartbeat(request: HeartbeatRequest): GroupErrorCode | null {
    const group = this.#shards.group(request.groupId);
    if (group?.consumer) return classicMembers.heartbeat(group.consumer, request);
    if (group) return heartbeat(group.classic, request);
    return groupIdRefusal(request.groupId) ?? "unknown-member-id";
  }

  async leaveGroup({ groupId, members }: LeaveRequest): Promise<LeaveAnswer> {
    const error = groupIdRefusal(groupId);
    if (error !== null) return { error, members: [] };
    const group = this.#shards.group(groupId);
    if (group?.consumer) return classicMembers.leaveGroup(group.consumer, members);
    if (group) return leaveGroup(group.classic, members);
    return { error: null, members: members.map(() => "unknown-member-id") };
  }

  async consumerHeartbeat(heartbeat: ConsumerHeartbeat): Promise<ConsumerHeartbeatAnswer> {
    const answer = await this.#consumerHeartbeat(heartbeat);
    if ("error" in answer) this.#noteLimit(answer.error);
    return answer;
  }

  async #consumerHeartbeat(heartbeat: ConsumerHeartbeat): Promise<ConsumerHeartbeatAnswer> {
    const { random, settings } = this.#options;
    const request = { ...heartbeat, memberId: heartbeat.memberId ?? randomUuid(random) };
    const refusal = heartbeatRefusal(request, settings);
    if (refusal !== null) return refusal;
    const error = this.#shards.isReady ? null : await this.ready();
    if (error !== null) return { error, message: null };
    const shard = this.#shards.of(request.groupId);
    return shard
      ? consumerHeartbeat(shard, request)
      : { error: "coordinator-not-available", message: null };
  }

  async commitOffsets(request: CommitRequest): Promise<PartitionAnswers> {
    const { groupId, topics } = request;
    // An empty id is a group's, too: simple consumers use it.
    const refusal = groupId === "" ? null : groupIdRefusal(groupId);
    const error = refusal ?? (this.#shards.isReady ? null : await this.ready());
    const shard = this.#shards.of(groupId);
    if (error !== null || !shard) return answerAll(topics, error ?? "coordinator-not-available");
    const answers = await commitOffsets(shard, request, this.#rules());
    for (const { partitions } of answers) {
      for (const { error: refused } of partitions) this.#noteLimit(refused);
    }
    return answers;
  }

  #noteLimit(code: GroupErrorCode | null): void {
    if (code !== null && LIMITS.has(code)) this.#options.limited?.(code);
  }

  async fetchOffsets(request: FetchOffsetsRequest): Promise<readonly TopicOffsets[]> {
    const { groupId, topics } = request;
    const shard = this.#shards.of(groupId); // meanwhile another broker may come to coordinate it
    await shard?.log.settled(); // with every commit that has been answered
    return offsetsOf(shard?.groups.get(groupId)?.offsets, topics);
  }

  fetchRefusal(claim: FetchClaim): GroupErrorCode | null {
    const consumer = this.#shards.group(claim.groupId)?.consumer;
    return consumer ? consumerFetchRefusal(consumer.group, claim) : null;
  }

  knownOffsets(groupId: string): readonly TopicOffsets[] {
    return offsetsOf(this.#shards.group(groupId)?.offsets, null);
  }

  async deleteOffsets(request: DeleteOffsetsRequest): Promise<DeleteOffsetsAnswer> {
    const error = groupIdRefusal(request.groupId);
    if (error !== null) return { error, topics: [] };
    return deleteOffsets(this.#shards.of(request.groupId), request, this.#rules());
  }

  describeGroup(groupId: string): GroupDescription | null {
    const group = this.#shards.group(groupId);
    if (group?.consumer) return summarizeConsumerGroup(group.consumer);
    return group ? describeGroup(group.classic) : null;
  }

  describeConsumerGroup(groupId: string): ConsumerGroupDescription | null {
    const consumer = this.#shards.group(groupId)?.consumer;
    return consumer ? describeConsumerGroup(consumer) : null;
  }

  listGroups(filter: GroupFilter): GroupListing[] {
    const listings = Array.from(this.#shards.groups(), ({ classic, consumer }) =>
      consumer ? listConsumerGroup(consumer) : listGroup(classic),
    );
    return filtered(listings, filter);
  }

  async deleteGroup(groupId: string): Promise<GroupErrorCode | null> {
    const shard = this.#shards.of(groupId);
    const group = shard?.groups.get(groupId);
    if (!shard || !group || group.classic.state === "Dead") return "group-id-not-found";
    if (!isVacant(group)) return "non-empty-group";
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
    await this.#shards.forgetTopics((topic) => topic === name);
  }

  /** Answers those who wait, and forgets all that is in memory. */
  close(): void {
    this.#shards.close();
  }

  /** A join to a group that was of the consumer protocol a moment ago. */
  async #joinConsumerGroup(
    shard: GroupShard,
    group: Group,
    request: JoinRequest,
  ): Promise<JoinAnswer> {
    const { memberId } = request;
    try {
      const consumer = await shard.asClassicGroup(group);
      if (consumer === null) return joinGroup(group.classic, request);
      const newId = () => newMemberId(request, this.#options.random);
      return classicMembers.joinGroup(consumer, request, newId);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { error: "coordinator-not-available", memberId };
    }
  }

  #rules(): OffsetRules {
    const { clock, topics, settings } = this.#options;
    return {
      nowMs: clock.nowMs(),
      maxMetadataLength: settings.maxOffsetMetadataLength,
      hasPartition: (topic, partition) =>
        partition >= 0 && partition < (topics.topic(topic)?.partitionCount ?? 0),
    };
  }
}
