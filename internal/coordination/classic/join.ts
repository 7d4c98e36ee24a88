import { randomUuid } from "../../metadata/uuid.ts";
import type { Random } from "../../platform/random.ts";
import type { JoinAnswer, JoinRequest } from "../api.ts";
import type { GroupErrorCode } from "../errors.ts";
import {
  MAX_GROUP_BYTES,
  MAX_MEMBER_PROTOCOLS,
  MAX_PROTOCOLS_BYTES,
  NEW_MEMBER_JOIN_TIMEOUT_MS,
} from "../settings.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { type Member, type MemberTerms, NOTHING, protocolsBytes, sameProtocols } from "./member.ts";
import { joinAnswer, rebalance, removeMember, stopAwaiting } from "./rebalance.ts";
import { sessionEnded } from "./session.ts";

/** Member ids begin with so much of the client's name. */
const NAME_IN_ID_LENGTH = 255;

/** A join with the one to be told of it. */
interface Join {
  readonly group: ClassicGroup;
  readonly request: JoinRequest;
  /** What of the request is kept. */
  readonly terms: MemberTerms;
  readonly answer: (answer: JoinAnswer) => void;
}

/** Lets a member into the group; answered when the rebalance that this takes is complete. */
export function joinGroup(group: ClassicGroup, request: JoinRequest): Promise<JoinAnswer> {
  return new Promise((answer) => {
    const error = refusal(group, request);
    if (error !== null) return answer({ error, memberId: request.memberId });
    const join = { group, request, terms: termsOf(request), answer };
    if (request.memberId === "") joinNew(join);
    else joinAgain(join);
  });
}

function refusal(group: ClassicGroup, request: JoinRequest): GroupErrorCode | null {
  const { memberId, protocolType, protocols } = request;
  if (group.state === "Dead") return "coordinator-not-available";
  if (memberId === "" && !group.context.budget.hasRoom) return "coordinator-not-available";
  if (isTooLarge(group, request)) return "group-metadata-too-large";
  if (!hasRoom(group, memberId)) {
    dismiss(group, memberId);
    return "group-max-size-reached";
  }
  const names = protocols.map(({ name }) => name);
  return group.supports(protocolType, names) ? null : "inconsistent-group-protocol";
}

function isTooLarge({ members }: ClassicGroup, { memberId, protocols }: JoinRequest): boolean {
  const sizeBytes = protocolsBytes(protocols);
  const sizeBeforeBytes = protocolsBytes(members.get(memberId)?.terms.protocols ?? []);
  return (
    protocols.length > MAX_MEMBER_PROTOCOLS ||
    sizeBytes > MAX_PROTOCOLS_BYTES ||
    members.sizeBytes + sizeBytes - sizeBeforeBytes > MAX_GROUP_BYTES
  );
}

/**
 * Whether the group takes one more. While members join, those that come first are let in: a group
 * that is too large, because the setting was lowered, loses the last ones.
 */
function hasRoom({ state, members, context }: ClassicGroup, memberId: string): boolean {
  const { maxGroupSize } = context.settings;
  const member = members.get(memberId);
  if (state === "Empty") return true;
  if (state !== "PreparingRebalance") return member !== undefined || members.size < maxGroupSize;
  return (member?.joining ?? null) !== null || members.joiningCount < maxGroupSize;
}

/** Takes out a member, or one to be, that found the group full. */
function dismiss(group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId);
  group.removePending(memberId);
  if (member !== undefined) removeMember(group, member, "group-max-size-reached");
  stopAwaiting(group);
}

/** A new member's id: what people know it by, and what makes it the only one. */
export function newMemberId({ groupInstanceId, clientId }: JoinRequest, random: Random): string {
  const name = (groupInstanceId ?? clientId).slice(0, NAME_IN_ID_LENGTH).toWellFormed();
  return `${name}-${randomUuid(random)}`;
}

function joinNew(join: Join): void {
  const { group, request } = join;
  const { groupInstanceId, memberIdRequired } = request;
  const memberId = newMemberId(request, group.context.random);
  if (groupInstanceId !== null) {
    const holder = group.members.get(group.members.staticMemberId(groupInstanceId) ?? "");
    if (holder === undefined) addMember(join, memberId);
    else replaceStatic(join, holder, memberId);
  } else if (memberIdRequired) {
    addPending(join, memberId);
  } else {
    addMember(join, memberId);
  }
}

function joinAgain(join: Join): void {
  const { group, request, answer } = join;
  const { memberId, groupInstanceId } = request;
  const member = group.members.get(memberId);
  const error = group.checkMember(memberId, groupInstanceId);
  if (groupInstanceId === null && group.isPending(memberId)) addMember(join, memberId);
  else if (member === undefined || error !== null) {
    answer({ error: error ?? "unknown-member-id", memberId });
  } else rejoin(join, member);
}

function rejoin({ group, request, terms, answer }: Join, member: Member): void {
  const isLeader = group.leaderId === request.memberId;
  const hasChanged = !sameProtocols(member.terms.protocols, terms.protocols);
  // The leader comes back when what it assigns has changed, such as a topic's partitions.
  const mayStay = group.state === "CompletingRebalance" || (group.state === "Stable" && !isLeader);
  if (mayStay && !hasChanged) {
    // It knows what is new already, or has missed the answer.
    answer(joinAnswer(group, member, group.leaderId ?? "", false));
    return;
  }
  group.members.update(member, terms);
  group.members.awaitJoin(member, answer);
  rebalance(group);
}

/** Gives a new member its id, and a session's time to come back with it. */
function addPending({ group, terms, answer }: Join, memberId: string): void {
  group.addPending(memberId, sessionOf(group, memberId, terms.sessionTimeoutMs));
  answer({ error: "member-id-required", memberId });
}

function addMember({ group, request, terms, answer }: Join, memberId: string): void {
  const { groupInstanceId, protocolType } = request;
  group.removePending(memberId);
  const member: Member = {
    memberId,
    groupInstanceId,
    terms,
    assignment: NOTHING,
    isNew: true,
    session: sessionOf(group, memberId, NEW_MEMBER_JOIN_TIMEOUT_MS),
    joining: answer,
    syncing: null,
  };
  if (group.members.size === 0) group.protocolType = protocolType;
  group.members.add(member);
  group.leaderId ??= memberId;
  group.hasNewMember = true;
  rebalance(group);
}

/**
 * A static member has come back, after a restart: it takes its former self's place under a new id.
 * If the group is at work and would choose the same protocol, it stays as it is.
 */
function replaceStatic(join: Join, before: Member, memberId: string): void {
  const { group, terms, answer } = join;
  const { members, leaderId: leaderBefore } = group;
  const { assignment, groupInstanceId } = before;
  removeMember(group, before, "fenced-instance-id");
  const session = sessionOf(group, memberId, terms.sessionTimeoutMs);
  const waiting = { isNew: false, joining: answer, syncing: null };
  const member: Member = { memberId, groupInstanceId, terms, assignment, session, ...waiting };
  members.add(member);
  if (leaderBefore === before.memberId) group.leaderId = memberId;
  const staysStable = group.state === "Stable" && members.electProtocol() === group.protocolName;
  if (staysStable) keepStable(join, member, leaderBefore ?? "");
  else rebalance(group);
}

/** Saves that the member has another id, then answers as if nothing else had happened. */
function keepStable({ group, request }: Join, member: Member, leaderBefore: string): void {
  const { members, context, generation } = group;
  const { memberId } = member;
  const assignments = new Map<string, Uint8Array>();
  for (const each of members.values()) assignments.set(each.memberId, each.assignment);
  context.saveGroup(group, assignments).then(
    () => {
      // If a rebalance has begun meanwhile, the member has joined it.
      if (group.state !== "Stable" || group.generation !== generation) return;
      const isLeader = group.leaderId === memberId;
      // Without KIP-814 a leader would assign: so it isn't told that it is the leader.
      const [leaderId, skipAssignment] = request.canSkipAssignment
        ? [group.leaderId ?? "", isLeader]
        : [leaderBefore, false];
      members.answerJoin(member, joinAnswer(group, member, leaderId, skipAssignment));
    },
    () => members.answerJoin(member, { error: "coordinator-not-available", memberId: "" }),
  );
}

function sessionOf(group: ClassicGroup, memberId: string, timeoutMs: number) {
  return group.context.deadlines.after(timeoutMs, () => sessionEnded(group, memberId));
}

/** What is kept of a request: each protocol once, its metadata copied out of the request. */
function termsOf(request: JoinRequest): MemberTerms {
  const { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs } = request;
  const byName = new Map<string, Uint8Array>();
  for (const { name, metadata } of request.protocols) {
    if (!byName.has(name)) byName.set(name, metadata.slice());
  }
  const protocols = [...byName].map(([name, metadata]) => ({ name, metadata }));
  return { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols };
}
