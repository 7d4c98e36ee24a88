import { api } from "../message.ts";
import { array, int16, int32, string } from "../table.ts";

/** DeleteGroups: delete groups that have no members, with their offsets. */
export const deleteGroups = api({
  key: 42,
  name: "DeleteGroups",
  versions: "0-2",
  flexible: "2+",
  request: {
    groupsNames: array("0+").of(string),
  },
  response: {
    throttleTimeMs: int32("0+"),
    results: array("0+").of({
      groupId: string("0+"),
      errorCode: int16("0+"),
    }),
  },
});
