import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string } from "../table.ts";
import { NOT_ASKED_FOR } from "./authorized-operations.ts";

/** DescribeCluster: the brokers, without any topics. */
export const describeCluster = api({
  key: 60,
  name: "DescribeCluster",
  versions: "0-2",
  flexible: "0+",
  request: {
    includeClusterAuthorizedOperations: boolean("0+"),
    // 1 brokers, 2 controllers.
    endpointType: int8("1+", { default: 1 }),
    // Also those that are registered and not in service.
    includeFencedBrokers: boolean("2+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
    endpointType: int8("1+", { default: 1 }),
    clusterId: string("0+"),
    controllerId: int32("0+", { default: -1 }),
    brokers: array("0+").of({
      brokerId: int32("0+"),
      host: string("0+"),
      port: int32("0+"),
      rack: string("0+", { nullable: "0+", default: null }),
      isFenced: boolean("2+"),
    }),
    clusterAuthorizedOperations: int32("0+", { default: NOT_ASKED_FOR }),
  },
});
