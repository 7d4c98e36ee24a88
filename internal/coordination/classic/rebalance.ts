import type { JoinAnswer } from "../api.ts";
import type { GroupErrorCode } from "../errors.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { answerSync, type Member, metadataOf, NOTHING } from "./member.ts";
import { topicsReadBy } from "./subscription.ts";

const LAST_GENERATION = 2 ** 31 - 1;

/** Shorter timeouts than this would have the group looked at all the time. */
const MIN_REBALANCE_TIMEOUT_MS = 100;

/** Something has changed that needs a new generation: begins a rebalance, or goes on with one. */
export function rebalance(group: ClassicGroup): void {
  if (group.state === "PreparingRebalance") stopAwaiting(group);
  else prepare(group);
}

/** If it was the last one that a rebalance waited for that has come, or gone: completes it. */
export function stopAwaiting(group: ClassicGroup): void {
  if (group.state !== "PreparingRebalance" || group.isInitialRebalance) return;
  if (group.hasAllJoined) complete(group);
}

/** The members are gathered; who waits for an assignment has to join again instead. */
function prepare(group: ClassicGroup): void {
  const { context, members } = group;
  for (const member of members.values()) {
    if (group.state !== "CompletingRebalance") break;
    members.assign(member, NOTHING);
    answerSync(member, { error: "rebalance-in-progress" });
  }
  group.unsynced.clear();
  group.isInitialRebalance = group.state === "Empty";
  group.moveTo("PreparingRebalance");
  if (group.isInitialRebalance) {
    const { initialRebalanceDelayMs } = context.settings;
    const leftMs = Math.max(members.rebalanceTimeoutMs - initialRebalanceDelayMs, 0);
    group.hasNewMember = false;
    waitForMore(group, initialRebalanceDelayMs, leftMs);
  } else if (members.size === 0 || group.hasAllJoined) {
    complete(group);
  } else {
    group.limitPhase(rebalanceTimeoutMs(group), () => complete(group));
  }
}

/** A new group waits, and again as long as members come, up to the longest rebalance timeout. */
function waitForMore(group: ClassicGroup, delayMs: number, leftMs: number): void {
  group.limitPhase(delayMs, () => {
    if (!group.hasNewMember || leftMs === 0) {
      complete(group);
      return;
    }
    group.hasNewMember = false;
    const nextMs = Math.min(group.context.settings.initialRebalanceDelayMs, leftMs);
    waitForMore(group, nextMs, leftMs - nextMs);
  });
}

/** Ends the wait for joins: who hasn't come is out, unless it is a static member. */
function complete(group: ClassicGroup): void {
  const { members } = group;
  group.endPhase();
  for (const member of [...members.values()]) {
    if (member.joining === null && member.groupInstanceId === null) {
      removeMember(group, member, "unknown-member-id");
    }
  }
  if (members.size === 0) becomeEmpty(group);
  else if (members.joiningCount > 0) beginGeneration(group);
  else {
    // Only static members are left, and none has come: their sessions will end, or one comes.
    group.limitPhase(rebalanceTimeoutMs(group), () => complete(group));
  }
}

function becomeEmpty(group: ClassicGroup): void {
  nextGeneration(group, null);
  group.moveTo("Empty");
  // If this can't be saved, the log has the generation before: its members will be missed then.
  group.context.saveGroup(group, new Map()).catch(() => {});
}

function beginGeneration(group: ClassicGroup): void {
  const { members } = group;
  electLeader(group);
  nextGeneration(group, members.electProtocol());
  group.moveTo("CompletingRebalance");
  for (const member of members.values()) {
    members.answerJoin(member, joinAnswer(group, member, group.leaderId ?? "", false));
    member.session.postpone(member.terms.sessionTimeoutMs);
    member.isNew = false;
    group.unsynced.add(member);
  }
  const { generation } = group;
  group.limitPhase(rebalanceTimeoutMs(group), () => {
    if (group.generation === generation) dropUnsynced(group);
  });
}

function nextGeneration(group: ClassicGroup, protocolName: string | null): void {
  group.generation = group.generation === LAST_GENERATION ? 0 : group.generation + 1;
  group.protocolName = protocolName;
  const { protocolType, members } = group;
  group.subscribedTopics = topicsReadBy(members.values(), protocolType, protocolName);
}

/** The leader stays if it has joined; else the first that has becomes it. */
function electLeader(group: ClassicGroup): void {
  const leader = group.members.get(group.leaderId ?? "");
  if (leader && leader.joining !== null) return;
  for (const { memberId, joining } of group.members.values()) {
    if (joining === null) continue;
    group.leaderId = memberId;
    return;
  }
}

/** Members that have joined and then never asked for their assignment are out. */
function dropUnsynced(group: ClassicGroup): void {
  if (group.unsynced.size === 0) return;
  for (const member of [...group.unsynced]) removeMember(group, member, "unknown-member-id");
  rebalance(group);
}

/** What a member of the present generation is told. */
export function joinAnswer(
  group: ClassicGroup,
  { memberId }: Member,
  leaderId: string,
  skipAssignment: boolean,
): JoinAnswer {
  const { generation, protocolType, protocolName, members } = group;
  const isLeader = memberId === leaderId;
  return {
    error: null,
    memberId,
    generation,
    protocolType: protocolType ?? "",
    protocolName: protocolName ?? "",
    leaderId,
    skipAssignment,
    members: isLeader ? [...members.values()].map((member) => joined(group, member)) : [],
  };
}

function joined({ protocolName }: ClassicGroup, member: Member) {
  const { memberId, groupInstanceId } = member;
  return { memberId, groupInstanceId, metadata: metadataOf(member, protocolName) };
}

/** Takes a member out of the group; its waiting requests are answered with `error`. */
export function removeMember(group: ClassicGroup, member: Member, error: GroupErrorCode): void {
  const { members } = group;
  members.answerJoin(member, { error, memberId: "" });
  answerSync(member, { error });
  member.session.cancel();
  members.remove(member);
  group.unsynced.delete(member);
  if (group.leaderId !== member.memberId) return;
  const [next] = members.values();
  group.leaderId = next?.memberId ?? null;
}

/** Ends a group's life: nobody is in it any more, and nothing is waited for. */
export function disband(group: ClassicGroup, error: GroupErrorCode): void {
  group.endPhase();
  for (const memberId of [...group.pendingIds()]) group.removePending(memberId);
  for (const member of [...group.members.values()]) removeMember(group, member, error);
}

function rebalanceTimeoutMs({ members }: ClassicGroup): number {
  return Math.max(members.rebalanceTimeoutMs, MIN_REBALANCE_TIMEOUT_MS);
}
