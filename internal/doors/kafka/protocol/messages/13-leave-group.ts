import { api } from "../message.ts";
import { array, int16, int32, string } from "../table.ts";

/**
 * LeaveGroup: members leave a classic group at once, rather than by a timeout.
 *
 * Up to 2 one member leaves; from 3 on many can, in members, also by their instance ids.
 */
export const leaveGroup = api({
  key: 13,
  name: "LeaveGroup",
  versions: "0-5",
  flexible: "4+",
  request: {
    groupId: string("0+"),
    memberId: string("0-2"),
    members: array("3+").of({
      // May be empty when groupInstanceId is given.
      memberId: string("3+"),
      // The name of a static member (KIP-345).
      groupInstanceId: string("3+", { nullable: "3+", default: null }),
      reason: string("5+", { nullable: "5+", default: null, ignorable: true }),
    }),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("0+"),
    members: array("3+").of({
      memberId: string("3+"),
      groupInstanceId: string("3+", { nullable: "3+" }),
      errorCode: int16("3+"),
    }),
  },
});
