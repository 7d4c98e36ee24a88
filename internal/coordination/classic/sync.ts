import type { MemberAssignment, SyncAnswer, SyncRequest } from "../api.ts";
import type { GroupErrorCode } from "../errors.ts";
import { MAX_ASSIGNMENT_BYTES } from "../settings.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { answerSync, type Member, NOTHING } from "./member.ts";
import { rebalance } from "./rebalance.ts";
import { checkClaim } from "./session.ts";

/** Takes the leader's assignments, and gives each member its own when they are saved. */
export function syncGroup(group: ClassicGroup, request: SyncRequest): Promise<SyncAnswer> {
  return new Promise((answer) => {
    const error = refusal(group, request);
    const member = group.members.get(request.memberId);
    if (error !== null || member === undefined) {
      return answer({ error: error ?? "unknown-member-id" });
    }
    group.unsynced.delete(member);
    if (group.unsynced.size === 0) group.endPhase();
    if (group.state === "Stable") return answer(syncAnswer(group, member));
    // A sync that still waits was given up by its client.
    answerSync(member, { error: "rebalance-in-progress" });
    member.syncing = answer;
    if (group.leaderId === member.memberId) assign(group, request.assignments);
  });
}

function refusal(group: ClassicGroup, request: SyncRequest): GroupErrorCode | null {
  const error = checkClaim(group, request);
  if (error !== null) return error;
  const { protocolType, protocolName } = request;
  const isOtherType = protocolType !== null && protocolType !== group.protocolType;
  const isOtherName = protocolName !== null && protocolName !== group.protocolName;
  if (isOtherType || isOtherName) return "inconsistent-group-protocol";
  return group.state === "PreparingRebalance" ? "rebalance-in-progress" : null;
}

/** Saves the leader's assignments; then the group is at work. */
function assign(group: ClassicGroup, given: readonly MemberAssignment[]): void {
  if (group.isAssigning) return;
  const { context, generation } = group;
  const assignments = assignmentsOf(group, given);
  if (assignments === null) {
    fail(group, "group-metadata-too-large");
    return;
  }
  group.isAssigning = true;
  const isCurrent = () => group.state === "CompletingRebalance" && group.generation === generation;
  context.saveGroup(group, assignments).then(
    () => {
      if (isCurrent()) settle(group, assignments);
    },
    () => {
      if (isCurrent()) fail(group, "coordinator-not-available");
    },
  );
}

/** The members' assignments, copied; nothing for members that were left out. null: too large. */
function assignmentsOf({ members }: ClassicGroup, given: readonly MemberAssignment[]) {
  const assignments = new Map<string, Uint8Array>();
  for (const { memberId } of members.values()) assignments.set(memberId, NOTHING);
  let sizeBytes = 0;
  for (const { memberId, assignment } of given) {
    if (!assignments.has(memberId)) continue;
    sizeBytes += assignment.length;
    if (sizeBytes > MAX_ASSIGNMENT_BYTES) return null;
    assignments.set(memberId, assignment.slice());
  }
  return assignments;
}

function settle(group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): void {
  group.moveTo("Stable");
  for (const member of group.members.values()) {
    group.members.assign(member, assignments.get(member.memberId) ?? NOTHING);
    answerSync(member, syncAnswer(group, member));
  }
}

/** Those who wait learn why; the group tries anew. */
function fail(group: ClassicGroup, error: GroupErrorCode): void {
  for (const member of group.members.values()) answerSync(member, { error });
  rebalance(group);
}

function syncAnswer({ protocolType, protocolName }: ClassicGroup, member: Member): SyncAnswer {
  const { assignment } = member;
  return {
    error: null,
    protocolType: protocolType ?? "",
    protocolName: protocolName ?? "",
    assignment,
  };
}
