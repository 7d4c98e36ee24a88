import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { GroupChange } from "./changes.ts";
import { ClassicGroup, type GroupContext } from "./classic/classic-group.ts";
import { disband } from "./classic/rebalance.ts";
import { restoredGroup, savedGroup } from "./classic/saved-group.ts";
import { type LiveContext, LiveGroup } from "./consumer/live-group.ts";
import type { TopicCatalog } from "./consumer/topics.ts";
import { downgradeIfDue, endConsumerGroup, upgrade } from "./conversion.ts";
import { endOf, GROUP_BYTES, type Group } from "./group.ts";
import { GroupLog } from "./group-log.ts";
import { GroupReplay } from "./group-replay.ts";
import { OffsetTable } from "./offset-table.ts";
import { replayLog } from "./replay-log.ts";

/** What the groups of all shards have in common. */
export type SharedContext = Omit<GroupContext, "saveGroup"> & { readonly topics: TopicCatalog };

/** The groups of one partition of `__consumer_offsets`, in memory and in its log. */
export class GroupShard {
  readonly groups = new Map<string, Group>();
  readonly log: GroupLog;
  readonly #context: GroupContext;
  readonly #consumerContext: LiveContext;

  /** Reads a partition's log. Rejects with `StorageError` if it can't be read. */
  static async load(
    shared: SharedContext,
    store: LogStore,
    log: PartitionLog,
  ): Promise<GroupShard> {
    const shard = new GroupShard(shared, store, log);
    await shard.#load(store, log);
    return shard;
  }

  private constructor(shared: SharedContext, store: LogStore, log: PartitionLog) {
    this.log = new GroupLog(shared.clock, store, log, (change) => {
      this.#apply(change);
      shared.applied?.(change);
    });
    this.#context = {
      ...shared,
      saveGroup: (group, assignments) => {
        const { groupId } = group;
        const saved = savedGroup(group, assignments);
        return this.write([{ kind: "group", groupId, saved }]);
      },
    };
    this.#consumerContext = {
      ...shared,
      write: (changes) => this.write(changes),
      changed: async ({ groupId }) => {
        const group = this.groups.get(groupId);
        if (group) await downgradeIfDue(group, this.#context, this.#consumerContext);
      },
    };
  }

  /** The group, made if there is none; null if there is no room for another. */
  obtain(groupId: string): Group | null {
    const known = this.groups.get(groupId);
    if (known) return known;
    return this.#context.budget.hasRoom ? this.#add(groupId) : null;
  }

  /** The group as one of the consumer protocol, which it may become; null if it can't. */
  asConsumerGroup(group: Group): LiveGroup | null {
    return group.consumer ?? upgrade(group, this.#consumerContext);
  }

  /**
   * The group as one of the classic protocol, if it is one, or has no members; else the one that
   * it is. Rejects with `StorageError`.
   */
  async asClassicGroup(group: Group): Promise<LiveGroup | null> {
    if (group.consumer?.isVacant) await endConsumerGroup(group, this.#consumerContext);
    return group.consumer;
  }

  /** Makes changes durable; what they change is seen then. Rejects with `StorageError`. */
  async write(changes: readonly GroupChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.log.write(changes);
  }

  /** Whether something new may be added. */
  get hasRoom(): boolean {
    return this.#context.budget.hasRoom;
  }

  /**
   * Deletes a group without members, with its offsets. Rejects with `StorageError`: then the group
   * is there as before.
   */
  delete(group: Group): Promise<void> {
    return this.#end(group, () => true);
  }

  /** Deletes a group without members, unless an offset is being committed. */
  forget(group: Group): Promise<void> {
    return this.#end(group, () => group.offsets.isEmpty);
  }

  /** Nobody can enter the group, or commit an offset, while it is `Dead`. */
  async #end(group: Group, isUnneeded: () => boolean): Promise<void> {
    const { classic } = group;
    classic.moveTo("Dead");
    try {
      await this.log.settled();
      if (!isUnneeded()) {
        classic.revive();
        return;
      }
      await this.write([...endOf(group)]);
      this.#remove(group);
    } catch (error) {
      classic.revive();
      throw error;
    }
  }

  /** Groups come back as they were saved last; those of which nothing is left don't. */
  async #load(store: LogStore, log: PartitionLog): Promise<void> {
    const replay = new GroupReplay(this.#context.budget);
    const { startOffset, durableOffset } = log;
    await replayLog(store, log, startOffset, durableOffset, (change) => replay.apply(change));
    for (const { groupId, saved, consumer, offsets } of replay.groups()) {
      const group = this.#add(groupId, offsets);
      group.isSaved = saved !== null;
      if (saved) group.classic = restoredGroup(groupId, saved, this.#context);
      if (consumer) {
        group.consumer = new LiveGroup(groupId, this.#consumerContext, consumer, "saved");
      }
    }
  }

  #apply(change: GroupChange): void {
    if (change.kind !== "group" && change.kind !== "offset") return;
    const { groupId } = change;
    const isGone = change.kind === "offset" ? change.committed === null : change.saved === null;
    const group = this.groups.get(groupId) ?? (isGone ? null : this.#add(groupId));
    if (!group) return;
    if (change.kind === "offset") {
      group.offsets.set(change.topic, change.partition, change.committed);
    } else {
      group.isSaved = !isGone;
    }
  }

  #add(groupId: string, offsets = new OffsetTable(this.#context.budget)): Group {
    const { budget } = this.#context;
    const classic = new ClassicGroup(groupId, this.#context);
    const group: Group = { groupId, classic, consumer: null, isSaved: false, offsets };
    this.groups.set(groupId, group);
    budget.add(GROUP_BYTES);
    return group;
  }

  #remove(group: Group): void {
    if (this.groups.get(group.groupId) !== group) return; // it is another's name by now
    this.groups.delete(group.groupId);
    disband(group.classic, "coordinator-not-available");
    group.consumer?.close();
    group.offsets.clear();
    this.#context.budget.add(-GROUP_BYTES);
  }
}
