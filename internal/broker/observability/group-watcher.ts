import type { GroupDescription, GroupListing } from "../../coordination/api.ts";
import type { Broker } from "../api.ts";
import {
  type GroupProgress,
  groupLagTime,
  progressOf,
  type TimedProgress,
} from "../groups/group-status.ts";
import type { LagTime } from "../groups/lag-times.ts";
import type {
  BrokerUpdate,
  GroupActivity,
  GroupPartition,
  TopicLag,
  Watched,
} from "./watch-api.ts";

/** How many partitions of groups one look goes through; the group that goes beyond is finished. */
const MAX_STEPS = 4000;

/** Topics that a group's row names. */
export const MAX_TOPICS_OF_GROUP = 50;

/** What is needed of the broker. */
export type GroupsPath = Pick<Broker, "groups" | "partition" | "lagTimes">;

/** What a look at the groups gives. */
type GroupChanges = Pick<BrokerUpdate, "removedGroups" | "groups" | "progress" | "incomplete">;

/**
 * Tells what has changed of groups. Their lag changes with every record that is written, so they
 * are looked at in turn, so many at a time, and told if they differ from what was told before.
 */
export class GroupWatcher {
  readonly #broker: GroupsPath;
  readonly #watched: Watched;
  readonly #told = new Map<string, GroupActivity>();
  /** Of groups all of whose partitions are wanted: what was told of each. */
  readonly #toldProgress = new Map<string, Map<string, GroupPartition>>();
  /** The last group that was looked at. */
  #last = "";
  /** Whether what there is of groups has been read since the watch began. */
  #isRead = false;

  constructor(broker: GroupsPath, watched: Watched) {
    this.#broker = broker;
    this.#watched = watched;
    this.#askFor();
  }

  take(maxRows: number): GroupChanges {
    this.#askFor();
    const progress: GroupPartition[] = [];
    for (const groupId of this.#watched.progressOf) {
      progress.push(...this.#takeProgress(groupId, maxRows - progress.length));
    }
    const groups = this.#watched.groups ? this.#takeGroups(maxRows) : noGroups;
    return { ...groups, progress };
  }

  /** A look doesn't wait until a slave has read on in its copies: the next one tells of that. */
  #askFor(): void {
    if (!this.#watched.groups && this.#watched.progressOf.length === 0) return;
    void this.#broker.groups.readable(null).then(() => {
      this.#isRead = true;
    });
  }

  #takeGroups(maxRows: number): Omit<GroupChanges, "progress"> {
    const listings = this.#broker.groups.listGroups({ states: [], types: [] });
    const removedGroups = this.#takeRemoved(listings);
    const groups: GroupActivity[] = [];
    let steps = MAX_STEPS;
    for (const listing of inTurn(listings, this.#last)) {
      if (groups.length >= maxRows || steps <= 0) break;
      const offsets = this.#broker.groups.knownOffsets(listing.groupId);
      const progress = progressOf(this.#broker, null, offsets);
      steps -= 1 + progress.length;
      this.#last = listing.groupId;
      const times = groupLagTime(this.#broker, listing.groupId, progress);
      const row = { ...activityOf(listing, progress), ...times };
      if (isSameActivity(this.#told.get(row.groupId), row)) continue;
      this.#told.set(row.groupId, row);
      groups.push(row);
    }
    const incomplete = !this.#isRead || this.#told.size < listings.length;
    return { removedGroups, groups, incomplete };
  }

  #takeRemoved(listings: readonly GroupListing[]): string[] {
    const present = new Set(listings.map(({ groupId }) => groupId));
    const removed = [...this.#told.keys()].filter((groupId) => !present.has(groupId));
    for (const groupId of removed) this.#told.delete(groupId);
    return removed;
  }

  #takeProgress(groupId: string, maxRows: number): GroupPartition[] {
    const { groups } = this.#broker;
    const group = groups.describeGroup(groupId);
    const told = this.#toldProgress.get(groupId) ?? new Map<string, GroupPartition>();
    this.#toldProgress.set(groupId, told);
    const rows: GroupPartition[] = [];
    const gone = new Map(told);
    const progress = progressOf(this.#broker, group, groups.knownOffsets(groupId));
    for (const each of this.#timed(groupId, progress)) {
      const key = `${each.topic}:${each.partition}`;
      const row = partitionOf(groupId, each, group);
      gone.delete(key);
      if (rows.length >= maxRows || isSamePartition(told.get(key), row)) continue;
      told.set(key, row);
      rows.push(row);
    }
    for (const [key, row] of gone) {
      told.delete(key);
      rows.push({ ...row, committedOffset: -1, lag: -1, memberId: null });
    }
    return rows;
  }

  #timed(groupId: string, progress: readonly GroupProgress[]): TimedProgress[] {
    const { lagTimes } = this.#broker;
    return progress.map((each) => ({ ...each, ...lagTimes.of(groupId, each) }));
  }
}

const noGroups = { removedGroups: [], groups: [], incomplete: false };

/** The groups behind the last one that was looked at, then those before it. */
function inTurn(listings: readonly GroupListing[], last: string): GroupListing[] {
  const next = listings.findIndex(({ groupId }) => groupId > last);
  return next <= 0 ? [...listings] : [...listings.slice(next), ...listings.slice(0, next)];
}

function activityOf(
  { groupId, state, memberCount }: GroupListing,
  progress: readonly GroupProgress[],
): Omit<GroupActivity, keyof LagTime> {
  const lags = new Map<string, number>();
  let [committedTotal, lag, maxLag] = [0, 0, 0];
  for (const each of progress) {
    if (each.lag < 0) continue;
    committedTotal += each.committedOffset;
    lag += each.lag;
    maxLag = Math.max(maxLag, each.lag);
    lags.set(each.topic, (lags.get(each.topic) ?? 0) + each.lag);
  }
  const topics: TopicLag[] = [...lags].map(([topic, ofTopic]) => ({ topic, lag: ofTopic }));
  topics.sort((a, b) => b.lag - a.lag || (a.topic < b.topic ? -1 : 1));
  const partitionCount = progress.length;
  const most = topics.slice(0, MAX_TOPICS_OF_GROUP);
  const listed = { groupId, state, memberCount, partitionCount };
  return { ...listed, committedTotal, lag, maxLag, topics: most };
}

function partitionOf(
  groupId: string,
  { metadata: _, ...progress }: TimedProgress,
  group: GroupDescription | null,
): GroupPartition {
  const owner = group?.members.find(({ memberId }) => memberId === progress.memberId);
  const { clientId = "", clientHost = "" } = owner ?? {};
  return { groupId, ...progress, clientId, clientHost };
}

function isSameActivity(before: GroupActivity | undefined, now: GroupActivity): boolean {
  return (
    before?.state === now.state &&
    before.memberCount === now.memberCount &&
    before.partitionCount === now.partitionCount &&
    before.committedTotal === now.committedTotal &&
    before.lag === now.lag &&
    before.maxLag === now.maxLag &&
    before.topics.length === now.topics.length &&
    before.topics.every(({ topic, lag }, index) => {
      const other = now.topics[index];
      return other?.topic === topic && other.lag === lag;
    })
  );
}

function isSamePartition(before: GroupPartition | undefined, now: GroupPartition): boolean {
  return (
    before?.committedOffset === now.committedOffset &&
    before.logStartOffset === now.logStartOffset &&
    before.highWatermark === now.highWatermark &&
    before.lag === now.lag &&
    before.memberId === now.memberId &&
    before.clientId === now.clientId &&
    before.clientHost === now.clientHost
  );
}
