import type { GroupCoordinator, JoinedMember, OfTopic } from "./api.ts";
import {
  assignedPartitions,
  CONSUMER_PROTOCOL,
  encodeAssignment,
  encodeSubscription,
  subscribedTopics,
} from "./consumer-protocol.ts";
import type { GroupErrorCode } from "./errors.ts";
import { assignRange } from "./range-assignor.ts";

/** The one assignor that consumers of this kind know; most others know it, too. */
const ASSIGNOR = "range";

/** A consumer's wish to share some topics with the others of a group. */
export interface EnterRequest {
  readonly groupId: string;
  /** Empty for a new member. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[];
}

/** What a consumer is to read, or why nothing. */
export type EnterAnswer =
  | { readonly error: GroupErrorCode; readonly memberId: string }
  | {
      readonly error: null;
      readonly memberId: string;
      readonly generation: number;
      readonly partitions: readonly OfTopic<number>[];
    };

/**
 * Enters a group, or comes back for a rebalance, for a consumer that leaves the sharing to the
 * broker; answered when it is known what the consumer has. Such consumers and those of Kafka's
 * clients that know the range assignor can be in one group.
 */
export async function enterGroup(
  groups: GroupCoordinator,
  request: EnterRequest,
  partitionCountOf: (topic: string) => number,
): Promise<EnterAnswer> {
  const { groupId, groupInstanceId, topics } = request;
  const protocols = [{ name: ASSIGNOR, metadata: encodeSubscription(topics) }];
  for (let memberId = request.memberId; ; ) {
    const joined = await groups.joinGroup({
      ...request,
      memberId,
      protocolType: CONSUMER_PROTOCOL,
      protocols,
      memberIdRequired: false,
      canSkipAssignment: true,
    });
    if (joined.error !== null) return joined;
    const { generation, members, skipAssignment, protocolType, protocolName } = joined;
    memberId = joined.memberId;
    const assignments = skipAssignment ? [] : assignmentsFor(members, partitionCountOf);
    const claim = { groupId, memberId, groupInstanceId, generation };
    const synced = await groups.syncGroup({ ...claim, protocolType, protocolName, assignments });
    if (synced.error === "rebalance-in-progress") continue;
    if (synced.error !== null) return { error: synced.error, memberId };
    const partitions = assignedPartitions(synced.assignment);
    return { error: null, memberId, generation, partitions };
  }
}

/** What the leader hands in; nothing for a follower, who isn't told of the members. */
function assignmentsFor(
  members: readonly JoinedMember[],
  partitionCountOf: (topic: string) => number,
) {
  const subscribers = members.map(({ memberId, metadata }) => {
    return { memberId, topics: subscribedTopics(metadata) ?? [] };
  });
  const assigned = assignRange(subscribers, partitionCountOf);
  return [...assigned].map(([memberId, topics]) => {
    return { memberId, assignment: encodeAssignment(topics) };
  });
}
