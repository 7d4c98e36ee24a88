import { api } from "../message.ts";
import { int16, int32, string } from "../table.ts";

/** Heartbeat: a member of a classic group is alive, and learns of rebalances. */
export const heartbeat = api({
  key: 12,
  name: "Heartbeat",
  versions: "0-4",
  flexible: "4+",
  request: {
    groupId: string("0+"),
    // From JoinGroup.
    generationId: int32("0+"),
    memberId: string("0+"),
    // The name of a static member (KIP-345).
    groupInstanceId: string("3+", { nullable: "3+", default: null }),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("0+"),
  },
});
