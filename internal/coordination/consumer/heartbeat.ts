import type { GroupErrorCode } from "../errors.ts";
import { assign } from "./assign.ts";
import type { GroupRules } from "./group-rules.ts";
import {
  AWAY_EPOCH,
  type ConsumerGroup,
  type ConsumerMember,
  type ConsumerTerms,
  JOINING_EPOCH,
  NEW_MEMBER,
  NOTHING_HELD,
  staticMemberId,
  withMember,
  withoutMember,
} from "./group-state.ts";
import { departed, stepAway } from "./leave.ts";
import { isSame, isWithin, type Partitions } from "./partitions.ts";
import { reconciled } from "./reconcile.ts";
import type { ConsumerHeartbeatRequest } from "./requests.ts";

/** What a heartbeat leads to. */
export type Step =
  | { readonly error: GroupErrorCode; readonly message: string | null }
  | {
      readonly error: null;
      /** The same object if nothing has changed. */
      readonly group: ConsumerGroup;
      readonly memberEpoch: number;
      /** What the member shall have; null if it knows. */
      readonly assignment: Partitions | null;
    };

/**
 * What becomes of a group by a heartbeat of one member, and what that member is told. The request
 * has passed `heartbeatRefusal`, and has a member id.
 */
export function heartbeat(
  group: ConsumerGroup,
  request: ConsumerHeartbeatRequest,
  rules: GroupRules,
): Step {
  const { memberEpoch, owned } = request;
  if (memberEpoch < JOINING_EPOCH) return leave(group, request, rules);
  const entered = enter(group, request, rules);
  if (entered.error !== null) return entered;
  const { member: before } = entered;
  const terms = termsOf(before.terms, request);
  const next = updated(entered.group, request.memberId, { ...before, terms }, rules, owned);
  const { holding } = next.members.get(request.memberId) ?? before;
  const isTold = isFull(request) || !isSame(holding.assigned, before.holding.assigned);
  const assignment = isTold ? holding.assigned : null;
  return { error: null, group: next, memberEpoch: holding.epoch, assignment };
}

/** Whether a member says all that it can: it has joined, or missed an answer. */
function isFull(request: ConsumerHeartbeatRequest): boolean {
  const { memberEpoch, rebalanceTimeoutMs, topics, topicRegex, owned } = request;
  if (memberEpoch === JOINING_EPOCH) return true;
  return rebalanceTimeoutMs !== null && (topics ?? topicRegex) !== null && owned !== null;
}

/** The group with a member in its new form, assigned anew if that asks for it, one step on. */
export function updated(
  group: ConsumerGroup,
  memberId: string,
  member: ConsumerMember,
  rules: GroupRules,
  owned: Partitions | null,
): ConsumerGroup {
  const before = group.members.get(memberId);
  const isSameMember = before?.terms === member.terms;
  const present = isSameMember ? group : withMember(group, memberId, member);
  const wanted = assign(present, !isSameMember && wantsOther(before?.terms, member.terms), rules);
  const placed = wanted.members.get(memberId) ?? member;
  const holding = reconciled(wanted, memberId, placed, owned);
  return holding === placed.holding ? wanted : withMember(wanted, memberId, { ...placed, holding });
}

/** Whether what a member wants to read is another thing than before. */
function wantsOther(before: ConsumerTerms | undefined, now: ConsumerTerms): boolean {
  if (before === undefined) return true;
  const isSameChoice = before.topicRegex === now.topicRegex && before.assignor === now.assignor;
  return !isSameChoice || !isSameList(before.topics, now.topics);
}

function leave(
  group: ConsumerGroup,
  { memberId, memberEpoch, instanceId }: ConsumerHeartbeatRequest,
  rules: GroupRules,
): Step {
  const error = memberRefusal(group, memberId, instanceId);
  if (error !== null) return refusal(error);
  const next =
    memberEpoch === AWAY_EPOCH ? stepAway(group, memberId) : departed(group, [memberId], rules);
  return { error: null, group: next, memberEpoch, assignment: null };
}

/** A member that comes or stays, with the group as that leaves it. */
type Entered =
  | { readonly error: GroupErrorCode; readonly message: string | null }
  | { readonly error: null; readonly group: ConsumerGroup; readonly member: ConsumerMember };

function enter(
  group: ConsumerGroup,
  request: ConsumerHeartbeatRequest,
  { maxSize }: GroupRules,
): Entered {
  const { memberId, memberEpoch, instanceId, owned } = request;
  if (memberEpoch === JOINING_EPOCH) return come(group, memberId, instanceId, maxSize);
  const error = memberRefusal(group, memberId, instanceId);
  const member = group.members.get(memberId);
  if (error !== null || member === undefined) return refusal(error ?? "unknown-member-id");
  if (isFenced(member, memberEpoch, owned)) return refusal("fenced-member-epoch");
  return { error: null, group, member };
}

/**
 * A member that comes with nothing: for the first time, or again, because it was fenced or an
 * answer was lost. A static one takes its former self's place once that one has gone.
 */
function come(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
  maxSize: number,
): Entered {
  const holderId = instanceId === null ? undefined : staticMemberId(group, instanceId);
  const beforeId = holderId ?? memberId;
  const before = group.members.get(beforeId);
  if (before === undefined) {
    if (group.members.size >= maxSize) return refusal("group-max-size-reached");
    return { error: null, group, member: NEW_MEMBER };
  }
  const isReleased = before.holding.epoch === AWAY_EPOCH || before.terms.classic !== null;
  if (beforeId !== memberId && !isReleased) return refusal("unreleased-instance-id");
  return { error: null, ...begunAnew(group, beforeId, memberId, before) };
}

/** A member that begins anew, perhaps under another id: what it was to have is kept for it. */
export function begunAnew(
  group: ConsumerGroup,
  beforeId: string,
  memberId: string,
  before: ConsumerMember,
): { group: ConsumerGroup; member: ConsumerMember } {
  const { assigned } = before.holding;
  const member = { ...before, holding: { ...NOTHING_HELD, assigned } };
  return { group: withMember(withoutMember(group, beforeId), memberId, member), member };
}

/** Why a request in the name of a member is refused; null if it is the member's. */
export function memberRefusal(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): GroupErrorCode | null {
  if (instanceId === null) return group.members.has(memberId) ? null : "unknown-member-id";
  const holderId = staticMemberId(group, instanceId);
  if (holderId === undefined) return "unknown-member-id";
  return holderId === memberId ? null : "fenced-instance-id";
}

/**
 * Whether a member speaks of another epoch than its own. Of the one before, it may: if it has no
 * more than it is to have, it has only missed an answer.
 */
function isFenced({ holding }: ConsumerMember, epoch: number, owned: Partitions | null): boolean {
  if (epoch === holding.epoch) return false;
  const isMissed = epoch === holding.previousEpoch && epoch < holding.epoch;
  return !isMissed || owned === null || !isWithin(owned, holding.assigned);
}

/** What of a member is kept of a request; the same object if nothing has changed. */
function termsOf(before: ConsumerTerms, request: ConsumerHeartbeatRequest): ConsumerTerms {
  const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, topics } = request;
  const now: ConsumerTerms = {
    instanceId: instanceId ?? before.instanceId,
    rackId: rackId ?? before.rackId,
    clientId,
    clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutMs ?? before.rebalanceTimeoutMs,
    topics: topics === null ? before.topics : [...new Set(topics)].sort(),
    topicRegex: request.topicRegex ?? before.topicRegex,
    assignor: request.assignor ?? before.assignor,
    classic: null,
  };
  return isSameTerms(before, now) ? before : now;
}

function isSameTerms(before: ConsumerTerms, now: ConsumerTerms): boolean {
  return (
    before.instanceId === now.instanceId &&
    before.rackId === now.rackId &&
    before.clientId === now.clientId &&
    before.clientHost === now.clientHost &&
    before.rebalanceTimeoutMs === now.rebalanceTimeoutMs &&
    before.topicRegex === now.topicRegex &&
    before.assignor === now.assignor &&
    before.classic === now.classic &&
    isSameList(before.topics, now.topics)
  );
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

function refusal(error: GroupErrorCode) {
  return { error, message: null } as const;
}
