import { api } from "../message.ts";
import { array, bytes, int16, int32, string } from "../table.ts";

/**
 * SyncGroup: the leader of a classic group hands in the assignments, each member gets its own.
 */
export const syncGroup = api({
  key: 14,
  name: "SyncGroup",
  versions: "0-5",
  flexible: "4+",
  request: {
    groupId: string("0+"),
    generationId: int32("0+"),
    memberId: string("0+"),
    // The name of a static member (KIP-345).
    groupInstanceId: string("3+", { nullable: "3+", default: null }),
    // If it is given, it must be the group's (KIP-559).
    protocolType: string("5+", { nullable: "5+", default: null, ignorable: true }),
    protocolName: string("5+", { nullable: "5+", default: null, ignorable: true }),
    // From the leader; empty from the others.
    assignments: array("0+").of({
      memberId: string("0+"),
      // An assignment, for consumers: see coordination/consumer-protocol.ts.
      assignment: bytes("0+"),
    }),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("0+"),
    protocolType: string("5+", { nullable: "5+", default: null, ignorable: true }),
    protocolName: string("5+", { nullable: "5+", default: null, ignorable: true }),
    // The member's own.
    assignment: bytes("0+"),
  },
});
