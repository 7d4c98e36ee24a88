import type { MemberProtocol } from "../api.ts";
import type { SavedGroup } from "../changes.ts";
import type { ClassicGroup } from "../classic/classic-group.ts";
import { type Member, NOTHING } from "../classic/member.ts";
import {
  assignedPartitions,
  CONSUMER_PROTOCOL,
  decodeSubscription,
  encodeAssignment,
} from "../consumer-protocol.ts";
import type { GroupSettings } from "../settings.ts";
import { type ConsumerGroup, type ConsumerMember, NEW_GROUP } from "./group-state.ts";
import { NO_PARTITIONS } from "./partitions.ts";
import { identified, named, type TopicCatalog } from "./topics.ts";

/*
 * A group goes over to the other protocol while its clients are changed one by one: to the consumer
 * protocol when its first member comes that speaks it, and back when the last such one has gone.
 * Members keep what they have; everybody else's next heartbeat tells of a rebalance.
 */

/** A classic group as one of the consumer protocol; null if it can't be one. */
export function upgraded(
  classic: ClassicGroup,
  topics: TopicCatalog,
  settings: GroupSettings,
): ConsumerGroup | null {
  const { generation, protocolType, protocolName, members } = classic;
  if (members.size === 0) return NEW_GROUP;
  const { migrationPolicy, maxConsumerGroupSize } = settings;
  const isAllowed = migrationPolicy === "bidirectional" || migrationPolicy === "upgrade";
  if (!isAllowed || protocolType !== CONSUMER_PROTOCOL) return null;
  if (members.size > maxConsumerGroupSize) return null;
  const consumers = new Map<string, ConsumerMember>();
  for (const member of members.values()) {
    const consumer = consumerOf(member, generation, protocolName, topics);
    if (consumer === null) return null;
    consumers.set(member.memberId, consumer);
  }
  return { epoch: generation, topicsHash: 0, assignmentEpoch: generation, members: consumers };
}

/** A member with what it has; null if what it wants can't be read. */
function consumerOf(
  { groupInstanceId, terms, assignment }: Member,
  generation: number,
  protocolName: string | null,
  topics: TopicCatalog,
): ConsumerMember | null {
  const { clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = terms;
  const chosen = protocols.find(({ name }) => name === protocolName) ?? protocols[0];
  const subscription = decodeSubscription(chosen?.metadata ?? NOTHING);
  if (subscription === null) return null;
  const assigned = identified(assignedPartitions(assignment), topics);
  return {
    terms: {
      instanceId: groupInstanceId,
      rackId: subscription.rackId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      topics: [...new Set(subscription.topics)].sort(),
      topicRegex: null,
      assignor: null,
      classic: { sessionTimeoutMs, protocols },
    },
    target: assigned,
    holding: {
      epoch: generation,
      previousEpoch: generation,
      state: "stable",
      assigned,
      revoking: NO_PARTITIONS,
    },
  };
}

/** Whether a group has only members of the classic protocol left, and may be theirs. */
export function mayBeClassic({ members }: ConsumerGroup, settings: GroupSettings): boolean {
  const { migrationPolicy, maxGroupSize } = settings;
  const isAllowed = migrationPolicy === "bidirectional" || migrationPolicy === "downgrade";
  if (!isAllowed || members.size === 0 || members.size > maxGroupSize) return false;
  return members.values().every(({ terms }) => terms.classic !== null);
}

/** Such a group as a classic one that is stable, with what its members have. */
export function downgraded(
  { epoch, members }: ConsumerGroup,
  topics: TopicCatalog,
  nowMs: number,
): SavedGroup {
  const protocolName = sharedProtocol(members);
  const saved = Array.from(members, ([memberId, { terms, holding }]) => ({
    memberId,
    groupInstanceId: terms.instanceId,
    clientId: terms.clientId,
    clientHost: terms.clientHost,
    rebalanceTimeoutMs: terms.rebalanceTimeoutMs,
    sessionTimeoutMs: terms.classic?.sessionTimeoutMs ?? 0,
    metadata: metadataFor(terms.classic?.protocols ?? [], protocolName),
    assignment: encodeAssignment(named(holding.assigned, topics)),
  }));
  return {
    protocolType: CONSUMER_PROTOCOL,
    generation: epoch,
    protocolName,
    leaderId: saved[0]?.memberId ?? null,
    stateSinceMs: nowMs,
    members: saved,
  };
}

/** The first assignor of the first member that all know; they have one in common. */
function sharedProtocol(members: ConsumerGroup["members"]): string | null {
  const offers = Array.from(members.values(), ({ terms }) =>
    (terms.classic?.protocols ?? []).map(({ name }) => name),
  );
  return offers[0]?.find((name) => offers.every((names) => names.includes(name))) ?? null;
}

function metadataFor(protocols: readonly MemberProtocol[], name: string | null): Uint8Array {
  return protocols.find((protocol) => protocol.name === name)?.metadata ?? NOTHING;
}
