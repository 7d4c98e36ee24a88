import { api } from "../message.ts";
import { array, int8, int16, int32, string } from "../table.ts";

/** CreateAcls: allow or deny someone something. */
export const createAcls = api({
  key: 30,
  name: "CreateAcls",
  versions: "1-3",
  flexible: "2+",
  request: {
    creations: array("0+").of({
      resourceType: int8("0+"),
      resourceName: string("0+"),
      resourcePatternType: int8("1+", { default: 3 }),
      principal: string("0+"),
      host: string("0+"),
      operation: int8("0+"),
      permissionType: int8("0+"),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    results: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
    }),
  },
});
