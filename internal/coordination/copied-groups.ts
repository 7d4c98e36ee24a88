import { StorageError } from "../storage/errors.ts";
import type { GroupCoordinator, GroupDescription, GroupListing } from "./api.ts";
import type { SavedGroup } from "./changes.ts";
import { describeSavedGroup, filtered, listSavedGroup } from "./classic/describe.ts";
import {
  type DescribableGroup,
  describeConsumerGroup,
  listConsumerGroup,
  summarizeConsumerGroup,
} from "./consumer/describe.ts";
import type { ConsumerGroup } from "./consumer/group-state.ts";
import { CopiedLog } from "./copied-log.ts";
import { coordinatedElsewhere } from "./elsewhere.ts";
import type { GroupErrorCode } from "./errors.ts";
import type { ToldGroup } from "./group-replay.ts";
import { offsetsOf } from "./offsets.ts";
import { partitionOf } from "./offsets-topic.ts";
import type { ShardsOptions } from "./shards.ts";

/** What copies of groups are read with. */
export interface CopiedGroupsOptions
  extends Pick<ShardsOptions, "store" | "topics" | "offsetsTopic" | "settings"> {
  /** Told why a copy can't be read; when that is asked again, not before the reason is another. */
  readonly unreadable: (error: StorageError) => void;
}

/** What is known of a group that has only committed offsets. */
const NEVER_SAVED: SavedGroup = {
  protocolType: "",
  generation: 0,
  protocolName: null,
  leaderId: null,
  stateSinceMs: -1,
  members: [],
};

/**
 * The groups that another broker coordinates, as a copy of `__consumer_offsets` tells them: offsets
 * as far as they are committed, states and members as they were saved last; who of these is alive
 * only the coordinator knows. Nothing is read before somebody asks, and nothing is changed here.
 */
export function copiedGroups(options: CopiedGroupsOptions): GroupCoordinator {
  const copies = new Copies(options);
  const told = (groupId: string) => copies.of(groupId)?.told.group(groupId) ?? null;
  const describable = (groupId: string, group: ConsumerGroup): DescribableGroup => {
    const rules = { assignors: options.settings.consumerAssignors };
    return { groupId, group, topics: options.topics, rules };
  };
  const describe = ({ groupId, saved, consumer }: ToldGroup): GroupDescription =>
    consumer
      ? summarizeConsumerGroup(describable(groupId, consumer))
      : describeSavedGroup(groupId, saved ?? NEVER_SAVED);
  const list = ({ groupId, saved, consumer }: ToldGroup): GroupListing =>
    consumer
      ? listConsumerGroup(describable(groupId, consumer))
      : listSavedGroup(groupId, saved ?? NEVER_SAVED);
  return {
    ...coordinatedElsewhere(),
    readable: (groupId) => copies.catchUp(groupId),
    fetchRefusal: ({ memberId, memberEpoch }) =>
      memberId === null && memberEpoch < 0 ? null : "not-coordinator",
    fetchOffsets: async ({ groupId, topics }) => offsetsOf(told(groupId)?.offsets, topics),
    knownOffsets: (groupId) => offsetsOf(told(groupId)?.offsets, null),
    describeGroup(groupId) {
      const group = told(groupId);
      return group && describe(group);
    },
    describeConsumerGroup(groupId) {
      const consumer = told(groupId)?.consumer;
      return consumer ? describeConsumerGroup(describable(groupId, consumer)) : null;
    },
    listGroups: (filter) => filtered(Array.from(copies.groups(), list), filter),
  };
}

/** The copies of all partitions of the topic, as they are there now. */
class Copies {
  readonly #options: CopiedGroupsOptions;
  #logs: readonly CopiedLog[] = [];
  #fault = "";

  constructor(options: CopiedGroupsOptions) {
    this.#options = options;
  }

  /** The copy that tells of a group; undefined while there is none. */
  of(groupId: string): CopiedLog | undefined {
    return this.#logs[partitionOf(groupId, this.#logs.length)];
  }

  *groups(): Generator<ToldGroup> {
    for (const { told } of this.#logs) yield* told.groups();
  }

  /** Reads what has come of a group, or of all (null); resolves with why it can't. */
  async catchUp(groupId: string | null): Promise<GroupErrorCode | null> {
    this.#follow();
    const asked = groupId === null ? this.#logs : [this.of(groupId)];
    try {
      for (const log of asked) await log?.catchUp();
      return null;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (error.message !== this.#fault) this.#options.unreadable(error);
      this.#fault = error.message;
      return "coordinator-not-available";
    }
  }

  /** The topic may have come, or be another one. */
  #follow(): void {
    const { store, offsetsTopic } = this.#options;
    const logs = offsetsTopic.logs() ?? [];
    this.#logs = logs.map((log, index) => {
      const known = this.#logs[index];
      return known?.log === log ? known : new CopiedLog(store, log);
    });
  }
}
