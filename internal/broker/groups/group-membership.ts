import type { MemberClaim } from "../../coordination/api.ts";
import { type EnterRequest, enterGroup } from "../../coordination/enter-group.ts";
import type { Broker } from "../api.ts";
import { groupRefusal } from "./group-refusals.ts";

/** What a consumer has in one generation of its group. */
export interface GroupAssignment {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly MemberPartition[];
}

/** A partition that a member has, and where to go on in it. */
export interface MemberPartition {
  readonly topic: string;
  readonly partition: number;
  /** The committed offset, or the nearest that there is; -1 if none was committed. */
  readonly nextOffset: number;
}

/**
 * Enters a group, or comes back for a rebalance; resolves when it is known what the consumer has.
 * Rejects with `BrokerError`.
 */
export async function joinGroup(broker: Broker, request: EnterRequest): Promise<GroupAssignment> {
  const { groups } = broker;
  const partitionCountOf = (topic: string) => broker.topic(topic)?.partitionCount ?? 0;
  const answer = await enterGroup(groups, request, partitionCountOf);
  const { groupId } = request;
  if (answer.error !== null) throw groupRefusal(groupId, answer.error);
  const { memberId, generation } = answer;
  const committed = await groups.fetchOffsets({ groupId, topics: answer.partitions });
  const partitions = committed.flatMap(({ topic, partitions: offsets }) =>
    offsets.map(({ partition, offset }) => {
      return { topic, partition, nextOffset: nearest(broker, topic, partition, offset) };
    }),
  );
  return { memberId, generation, partitions };
}

/** What was removed before it was read can't be read, nor what was lost. */
function nearest(broker: Broker, topic: string, partition: number, offset: number): number {
  const status = broker.partition(topic, partition);
  if (offset < 0 || status === undefined) return -1;
  // Where another broker leads, only that one knows which offsets there are.
  if (status.leader !== broker.identity.brokerId) return offset;
  return Math.min(Math.max(offset, status.logStartOffset), status.highWatermark);
}

/** A sign of life. Throws `BrokerError`: `rebalance-in-progress` asks the member to join again. */
export function beatHeart({ groups }: Broker, claim: MemberClaim): void {
  const error = groups.heartbeat(claim);
  if (error !== null) throw groupRefusal(claim.groupId, error);
}

/** Takes a member out of its group at once. Rejects with `BrokerError`. */
export async function leaveGroup(
  { groups }: Broker,
  claim: Omit<MemberClaim, "generation">,
): Promise<void> {
  const { groupId, memberId, groupInstanceId } = claim;
  const answer = await groups.leaveGroup({ groupId, members: [{ memberId, groupInstanceId }] });
  const error = answer.error ?? answer.members[0] ?? null;
  if (error !== null) throw groupRefusal(groupId, error);
}
