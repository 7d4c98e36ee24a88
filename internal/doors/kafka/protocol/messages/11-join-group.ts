import { api } from "../message.ts";
import { array, boolean, bytes, int16, int32, string } from "../table.ts";

/**
 * JoinGroup: enter a classic group, and wait until its generation is complete.
 *
 * From 4 on a member without an id is first given one, with MEMBER_ID_REQUIRED (KIP-394). 5 has
 * static members, 7 names the protocol in the answer, 9 lets the leader skip assigning.
 */
export const joinGroup = api({
  key: 11,
  name: "JoinGroup",
  versions: "0-9",
  flexible: "6+",
  request: {
    groupId: string("0+"),
    // Without a heartbeat for so long, the member is dropped.
    sessionTimeoutMs: int32("0+"),
    // How long the others wait for this member; -1 means sessionTimeoutMs.
    rebalanceTimeoutMs: int32("1+", { default: -1, ignorable: true }),
    // Empty for a new member.
    memberId: string("0+"),
    // The name of a static member (KIP-345).
    groupInstanceId: string("5+", { nullable: "5+", default: null }),
    // "consumer" for consumers, "connect" for Connect workers.
    protocolType: string("0+"),
    // The assignors that the member knows, best first.
    protocols: array("0+").of({
      name: string("0+"),
      // A subscription, for consumers: see coordination/consumer-protocol.ts.
      metadata: bytes("0+"),
    }),
    reason: string("8+", { nullable: "8+", default: null, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32("2+", { ignorable: true }),
    errorCode: int16("0+"),
    generationId: int32("0+", { default: -1 }),
    protocolType: string("7+", { nullable: "7+", default: null, ignorable: true }),
    // The assignor that all members know; null with an error.
    protocolName: string("0+", { nullable: "7+" }),
    // The member that assigns partitions, in SyncGroup.
    leader: string("0+"),
    // The leader need not assign: nothing has changed (KIP-814).
    skipAssignment: boolean("9+", { default: false }),
    memberId: string("0+"),
    // All members for the leader; empty for the others.
    members: array("0+").of({
      memberId: string("0+"),
      groupInstanceId: string("5+", { nullable: "5+", default: null, ignorable: true }),
      metadata: bytes("0+"),
    }),
  },
});
