import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string } from "../table.ts";

/**
 * AlterConfigs: replace all settings of topics or brokers; what is not named goes back to its
 * default.
 */
export const alterConfigs = api({
  key: 33,
  name: "AlterConfigs",
  versions: "0-2",
  flexible: "2+",
  request: {
    resources: array("0+").of({
      // As in DescribeConfigs.
      resourceType: int8("0+"),
      resourceName: string("0+"),
      configs: array("0+").of({
        name: string("0+"),
        value: string("0+", { nullable: "0+" }),
      }),
    }),
    validateOnly: boolean("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    responses: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
      resourceType: int8("0+"),
      resourceName: string("0+"),
    }),
  },
});
