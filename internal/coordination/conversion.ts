import { StorageError } from "../storage/errors.ts";
import type { GroupChange } from "./changes.ts";
import { ClassicGroup, type GroupContext } from "./classic/classic-group.ts";
import { disband, rebalance } from "./classic/rebalance.ts";
import { restoredGroup } from "./classic/saved-group.ts";
import { changesBetween } from "./consumer/changes.ts";
import { type LiveContext, LiveGroup } from "./consumer/live-group.ts";
import { downgraded, mayBeClassic, upgraded } from "./consumer/migration.ts";
import type { Group } from "./group.ts";

/**
 * Makes a classic group one of the consumer protocol; null if it can't be one. In the log it is
 * that with the first thing that happens. Members who wait are told to join again.
 */
export function upgrade(group: Group, context: LiveContext): LiveGroup | null {
  const { groupId, classic, isSaved } = group;
  const state = upgraded(classic, context.topics, context.settings);
  if (state === null) return null;
  const prelude: GroupChange[] = isSaved ? [{ kind: "group", groupId, saved: null }] : [];
  disband(classic, "rebalance-in-progress");
  group.classic = new ClassicGroup(groupId, classic.context);
  group.consumer = new LiveGroup(groupId, context, state, prelude);
  return group.consumer;
}

/**
 * Makes a group whose members all speak the classic protocol theirs again, and begins a rebalance.
 * If that can't be saved it stays as it is.
 */
export async function downgradeIfDue(
  group: Group,
  classicContext: GroupContext,
  context: LiveContext,
): Promise<void> {
  const live = group.consumer;
  if (live === null || !mayBeClassic(live.group, context.settings)) return;
  const { groupId } = group;
  const saved = downgraded(live.group, context.topics, context.clock.nowMs());
  const ended = changesBetween(groupId, live.saved, null);
  try {
    await context.write([...ended, { kind: "group", groupId, saved }]);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return;
  }
  const { members } = live.group;
  live.close();
  group.consumer = null;
  group.classic = restoredGroup(groupId, saved, classicContext);
  for (const member of group.classic.members.values()) {
    const protocols = members.get(member.memberId)?.terms.classic?.protocols;
    if (protocols) group.classic.members.update(member, { ...member.terms, protocols });
  }
  rebalance(group.classic);
}

/** Ends a group of the consumer protocol that has no members. Rejects with `StorageError`. */
export async function endConsumerGroup(group: Group, context: LiveContext): Promise<void> {
  const { groupId, consumer } = group;
  if (consumer === null) return;
  await context.write([...changesBetween(groupId, consumer.saved, null)]);
  if (group.consumer !== consumer || !consumer.isVacant) return;
  consumer.close();
  group.consumer = null;
}
