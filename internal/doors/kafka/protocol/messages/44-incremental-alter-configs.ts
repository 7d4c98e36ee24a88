import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string } from "../table.ts";

/** IncrementalAlterConfigs: change single settings of topics, brokers or groups. */
export const incrementalAlterConfigs = api({
  key: 44,
  name: "IncrementalAlterConfigs",
  versions: "0-1",
  flexible: "1+",
  request: {
    resources: array("0+").of({
      // As in DescribeConfigs.
      resourceType: int8("0+"),
      resourceName: string("0+"),
      configs: array("0+").of({
        name: string("0+"),
        // 0 set, 1 delete, 2 append to a list, 3 take out of a list.
        configOperation: int8("0+"),
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
