import { api } from "../message.ts";
import { array, int16, int32, string } from "../table.ts";

/** ListGroups: the groups that this broker coordinates. */
export const listGroups = api({
  key: 16,
  name: "ListGroups",
  versions: "0-5",
  flexible: "3+",
  request: {
    // Only groups in one of these states; empty for all.
    statesFilter: array("4+").of(string),
    // Only groups of one of these types, such as classic or consumer; empty for all.
    typesFilter: array("5+").of(string),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("0+"),
    groups: array("0+").of({
      groupId: string("0+"),
      protocolType: string("0+"),
      groupState: string("4+", { ignorable: true }),
      groupType: string("5+", { ignorable: true }),
    }),
  },
});
