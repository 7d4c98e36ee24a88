import type { HeartbeatRequest, LeaveAnswer, LeavingMember, MemberClaim } from "../api.ts";
import type { GroupErrorCode } from "../errors.ts";
import type { ClassicGroup } from "./classic-group.ts";
import type { Member } from "./member.ts";
import { rebalance, removeMember, stopAwaiting } from "./rebalance.ts";

/** A member is alive. */
export function heartbeat(group: ClassicGroup, request: HeartbeatRequest): GroupErrorCode | null {
  const error = checkClaim(group, request);
  if (error !== null) return error;
  renewSession(group, request.memberId);
  return group.state === "PreparingRebalance" ? "rebalance-in-progress" : null;
}

/** Why a request of a member is refused; null if it belongs to this generation. */
export function checkClaim(group: ClassicGroup, claim: MemberClaim): GroupErrorCode | null {
  if (group.state === "Dead") return "coordinator-not-available";
  const error = group.checkMember(claim.memberId, claim.groupInstanceId);
  if (error !== null) return error;
  return claim.generation === group.generation ? null : "illegal-generation";
}

/** The member's session begins anew. */
export function renewSession(group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId);
  member?.session.postpone(member.terms.sessionTimeoutMs);
}

/** Nothing has been heard of a member, or of one that was given an id, for its session's time. */
export function sessionEnded(group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId);
  if (group.removePending(memberId)) stopAwaiting(group);
  // Who waits for an answer can't send heartbeats; the answer begins the session anew.
  else if (member !== undefined && (member.isNew || !isWaiting(member))) {
    removeMember(group, member, "unknown-member-id");
    rebalance(group);
  }
}

function isWaiting({ joining, syncing }: Member): boolean {
  return joining !== null || syncing !== null;
}

/** Takes members out of the group at once. */
export function leaveGroup(group: ClassicGroup, leaving: readonly LeavingMember[]): LeaveAnswer {
  if (group.state === "Dead") return { error: "coordinator-not-available", members: [] };
  const sizeBefore = group.members.size;
  const members = leaving.map((member) => leave(group, member));
  if (group.members.size < sizeBefore) rebalance(group);
  else stopAwaiting(group);
  return { error: null, members };
}

function leave(group: ClassicGroup, leaving: LeavingMember): GroupErrorCode | null {
  const { groupInstanceId } = leaving;
  const isNamed = leaving.memberId === "" && groupInstanceId !== null;
  const memberId = isNamed
    ? (group.members.staticMemberId(groupInstanceId) ?? "")
    : leaving.memberId;
  if (group.removePending(memberId)) return null;
  const error = group.checkMember(memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== null || member === undefined) return error ?? "unknown-member-id";
  removeMember(group, member, "unknown-member-id");
  return null;
}
