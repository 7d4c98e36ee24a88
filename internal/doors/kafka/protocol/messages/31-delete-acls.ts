import { api } from "../message.ts";
import { array, int8, int16, int32, string } from "../table.ts";

/** DeleteAcls: take back what was allowed or denied, as far as it fits filters. */
export const deleteAcls = api({
  key: 31,
  name: "DeleteAcls",
  versions: "1-3",
  flexible: "2+",
  request: {
    filters: array("0+").of({
      resourceTypeFilter: int8("0+"),
      resourceNameFilter: string("0+", { nullable: "0+" }),
      patternTypeFilter: int8("1+", { default: 3 }),
      principalFilter: string("0+", { nullable: "0+" }),
      hostFilter: string("0+", { nullable: "0+" }),
      operation: int8("0+"),
      permissionType: int8("0+"),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    // In the order of the filters.
    filterResults: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
      matchingAcls: array("0+").of({
        errorCode: int16("0+"),
        errorMessage: string("0+", { nullable: "0+" }),
        resourceType: int8("0+"),
        resourceName: string("0+"),
        patternType: int8("1+", { default: 3 }),
        principal: string("0+"),
        host: string("0+"),
        operation: int8("0+"),
        permissionType: int8("0+"),
      }),
    }),
  },
});
