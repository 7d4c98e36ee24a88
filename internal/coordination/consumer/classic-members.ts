/**
 * Members of the classic protocol in a group of the consumer protocol: while a group's clients are
 * changed one by one, some speak the old one. They join, sync and send heartbeats as always; the
 * broker assigns, and each join is the member's step towards its target. A generation is a member's
 * epoch; nobody waits for the others.
 */
import type {
  HeartbeatRequest,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberClaim,
  SyncAnswer,
  SyncRequest,
} from "../api.ts";
import { NOTHING } from "../classic/member.ts";
import {
  CONSUMER_PROTOCOL,
  decodeSubscription,
  encodeAssignment,
  type Subscription,
} from "../consumer-protocol.ts";
import type { GroupErrorCode } from "../errors.ts";
import type { GroupRules } from "./group-rules.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  type ConsumerTerms,
  NEW_MEMBER,
  staticMemberId,
} from "./group-state.ts";
import { begunAnew, memberRefusal, updated } from "./heartbeat.ts";
import { departed } from "./leave.ts";
import type { LiveGroup, Outcome } from "./live-group.ts";
import { without } from "./partitions.ts";
import { releasedOf } from "./reconcile.ts";
import { identified, named } from "./topics.ts";

/** Lets a member of the classic protocol in, or takes it a step on. */
export async function joinGroup(
  live: LiveGroup,
  request: JoinRequest,
  newId: () => string,
): Promise<JoinAnswer> {
  const { groupInstanceId, memberIdRequired, rebalanceTimeoutMs } = request;
  const memberId = request.memberId === "" ? newId() : request.memberId;
  const refused = (error: GroupErrorCode): JoinAnswer => ({ error, memberId });
  const subscription = decodeSubscription(request.protocols[0]?.metadata ?? NOTHING);
  if (subscription === null) return refused("inconsistent-group-protocol");
  if (request.memberId === "" && memberIdRequired && groupInstanceId === null) {
    return refused("member-id-required");
  }
  live.timers.renew(memberId);
  const joining = { request, memberId, subscription };
  const answer = await live.change((group, rules) => join(group, rules, joining), refused);
  if (answer.error !== null) return answer;
  live.timers.done(memberId);
  live.timers.await(memberId, rebalanceTimeoutMs);
  return answer;
}

/** A join under the id that the member has, or gets. */
interface Joining {
  readonly request: JoinRequest;
  readonly memberId: string;
  readonly subscription: Subscription;
}

function join(group: ConsumerGroup, rules: GroupRules, joining: Joining): Outcome<JoinAnswer> {
  const { request, memberId, subscription } = joining;
  const entered = enter(group, rules, joining);
  if (typeof entered === "string") return { group, answer: { error: entered, memberId } };
  const owned = identified(subscription.owned, rules.view);
  const member = { ...entered.member, terms: termsOf(request, subscription, entered.member.terms) };
  const next = updated(entered.group, memberId, member, rules, owned);
  const generation = next.members.get(memberId)?.holding.epoch ?? 0;
  const answer: JoinAnswer = {
    error: null,
    memberId,
    generation,
    protocolType: CONSUMER_PROTOCOL,
    protocolName: request.protocols[0]?.name ?? "",
    leaderId: "",
    skipAssignment: false,
    members: [],
  };
  return { group: next, answer };
}

function enter(
  group: ConsumerGroup,
  { maxSize }: GroupRules,
  { request, memberId }: Joining,
): { group: ConsumerGroup; member: ConsumerMember } | GroupErrorCode {
  const { groupInstanceId } = request;
  const { members } = group;
  if (!sharesProtocol(group, request)) return "inconsistent-group-protocol";
  const holderId = groupInstanceId === null ? undefined : staticMemberId(group, groupInstanceId);
  const holder = members.get(holderId ?? memberId);
  const isNew = request.memberId === "";
  if (holder === undefined) {
    if (groupInstanceId !== null && !isNew) return "unknown-member-id";
    if (members.size >= maxSize) return "group-max-size-reached";
    return { group, member: NEW_MEMBER };
  }
  if (holderId === undefined || holderId === memberId) return { group, member: holder };
  if (!isNew) return "fenced-instance-id";
  return begunAnew(group, holderId, memberId, holder);
}

/** Whether it knows an assignor that all other members of the classic protocol know. */
function sharesProtocol({ members }: ConsumerGroup, request: JoinRequest): boolean {
  if (request.protocolType !== CONSUMER_PROTOCOL) return false;
  const others = Array.from(members)
    .filter(([memberId]) => memberId !== request.memberId)
    .flatMap(([, { terms }]) => terms.classic ?? []);
  return request.protocols.some(({ name }) =>
    others.every(({ protocols }) => protocols.some((protocol) => protocol.name === name)),
  );
}

function termsOf(
  request: JoinRequest,
  { topics, rackId }: Subscription,
  before: ConsumerTerms,
): ConsumerTerms {
  const { groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs } = request;
  const protocols = request.protocols.map(({ name, metadata }) => {
    return { name, metadata: metadata.slice() };
  });
  return {
    instanceId: groupInstanceId ?? before.instanceId,
    rackId,
    clientId,
    clientHost,
    rebalanceTimeoutMs,
    topics: [...new Set(topics)].sort(),
    topicRegex: null,
    assignor: null,
    classic: { sessionTimeoutMs, protocols },
  };
}

/** What a member has joined to, as it is now. */
export function syncGroup(live: LiveGroup, request: SyncRequest): SyncAnswer {
  const member = claimedBy(live, request);
  if (typeof member === "string") return { error: member };
  const { holding, terms } = member;
  const protocolName = terms.classic?.protocols[0]?.name ?? "";
  const isOtherType = (request.protocolType ?? CONSUMER_PROTOCOL) !== CONSUMER_PROTOCOL;
  if (isOtherType || (request.protocolName ?? protocolName) !== protocolName) {
    return { error: "inconsistent-group-protocol" };
  }
  const { memberId } = request;
  live.timers.renew(memberId);
  // One that gives partitions up has joined already; it goes on when it has done so.
  if (live.group.epoch > holding.epoch && holding.state !== "unrevoked") {
    live.timers.await(memberId, terms.rebalanceTimeoutMs);
    return { error: "rebalance-in-progress" };
  }
  live.timers.done(memberId);
  const assignment = encodeAssignment(named(holding.assigned, live.topics));
  return { error: null, protocolType: CONSUMER_PROTOCOL, protocolName, assignment };
}

/** A sign of life; who has a step to make is told to join. */
export function heartbeat(live: LiveGroup, request: HeartbeatRequest): GroupErrorCode | null {
  const { memberId } = request;
  const member = claimedBy(live, request);
  if (typeof member === "string") return member;
  live.timers.renew(memberId);
  if (!hasStepToMake(live.group, memberId, member)) return null;
  live.timers.await(memberId, member.terms.rebalanceTimeoutMs);
  return "rebalance-in-progress";
}

function hasStepToMake(group: ConsumerGroup, memberId: string, member: ConsumerMember): boolean {
  const { holding, target } = member;
  if (holding.epoch < group.epoch || holding.state === "unrevoked") return true;
  if (holding.state === "stable") return false;
  return releasedOf(group, memberId, without(target, holding.assigned)).size > 0;
}

/** Takes members of the classic protocol out; answered when that is durable. */
export function leaveGroup(
  live: LiveGroup,
  leaving: readonly LeavingMember[],
): Promise<LeaveAnswer> {
  return live.change<LeaveAnswer>(
    (group, rules) => {
      const left = new Set<string>();
      const members = leaving.map((each) => {
        const memberId = leavingId(group, each);
        const error = leaveRefusal(group, memberId, each, left);
        if (error === null) left.add(memberId);
        return error;
      });
      const next = left.size === 0 ? group : departed(group, [...left], rules);
      return { group: next, answer: { error: null, members } };
    },
    (error) => ({ error, members: [] }),
  );
}

function leavingId(group: ConsumerGroup, { memberId, groupInstanceId }: LeavingMember): string {
  if (memberId !== "" || groupInstanceId === null) return memberId;
  return staticMemberId(group, groupInstanceId) ?? "";
}

function leaveRefusal(
  group: ConsumerGroup,
  memberId: string,
  { groupInstanceId }: LeavingMember,
  left: ReadonlySet<string>,
): GroupErrorCode | null {
  const error = memberRefusal(group, memberId, groupInstanceId);
  if (error !== null) return error;
  const isClassic = (group.members.get(memberId)?.terms.classic ?? null) !== null;
  return isClassic && !left.has(memberId) ? null : "unknown-member-id";
}

/** The member in whose name a request comes, or why it isn't its. */
function claimedBy({ group }: LiveGroup, claim: MemberClaim): ConsumerMember | GroupErrorCode {
  const { memberId, groupInstanceId, generation } = claim;
  const error = memberRefusal(group, memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== null || member === undefined) return error ?? "unknown-member-id";
  if (member.terms.classic === null) return "unknown-member-id";
  return member.holding.epoch === generation ? member : "illegal-generation";
}
