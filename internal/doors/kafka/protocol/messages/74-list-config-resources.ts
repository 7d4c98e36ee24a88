import { api } from "../message.ts";
import { array, int8, int16, int32, string } from "../table.ts";

/**
 * ListConfigResources: what has settings, by name and type.
 *
 * Version 0 was ListClientMetricsResources: it lists client metrics only.
 */
export const listConfigResources = api({
  key: 74,
  name: "ListConfigResources",
  versions: "0-1",
  flexible: "0+",
  request: {
    // As in DescribeConfigs; empty for all.
    resourceTypes: array("1+").of(int8),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    configResources: array("0+").of({
      resourceName: string("0+"),
      resourceType: int8("1+", { default: 16, ignorable: true }),
    }),
  },
});
