import { api } from "../message.ts";
import { array, boolean, bytes, int16, int32, string } from "../table.ts";
import { NOT_ASKED_FOR } from "./authorized-operations.ts";

/**
 * DescribeGroups: state and members of classic groups.
 *
 * Up to 5 a group that does not exist is a group in state Dead; 6 says GROUP_ID_NOT_FOUND.
 */
export const describeGroups = api({
  key: 15,
  name: "DescribeGroups",
  versions: "0-6",
  flexible: "5+",
  request: {
    groups: array("0+").of(string),
    includeAuthorizedOperations: boolean("3+"),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    groups: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("6+", { nullable: "6+", default: null }),
      groupId: string("0+"),
      // Empty, PreparingRebalance, CompletingRebalance, Stable or Dead.
      groupState: string("0+"),
      protocolType: string("0+"),
      // The assignor, while the group is stable; otherwise empty.
      protocolData: string("0+"),
      members: array("0+").of({
        memberId: string("0+"),
        groupInstanceId: string("4+", { nullable: "4+", default: null, ignorable: true }),
        clientId: string("0+"),
        clientHost: string("0+"),
        // What the member sent for that assignor, while the group is stable.
        memberMetadata: bytes("0+"),
        // What the leader assigned to the member, while the group is stable.
        memberAssignment: bytes("0+"),
      }),
      authorizedOperations: int32("3+", { default: NOT_ASKED_FOR }),
    }),
  },
});
