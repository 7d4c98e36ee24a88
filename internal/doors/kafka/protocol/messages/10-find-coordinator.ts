import { api } from "../message.ts";
import { array, int8, int16, int32, string } from "../table.ts";

/**
 * FindCoordinator: which broker looks after a group or a transaction.
 *
 * Up to 3 a request asks for one key, and the answer stands at the top; from 4 on it asks for
 * many, in coordinatorKeys and coordinators. 6 adds share groups.
 */
export const findCoordinator = api({
  key: 10,
  name: "FindCoordinator",
  versions: "0-6",
  flexible: "3+",
  request: {
    // The group id or the transactional id.
    key: string("0-3"),
    // 0 group, 1 transaction, 2 share group.
    keyType: int8("1+", { default: 0 }),
    coordinatorKeys: array("4+").of(string),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("0-3"),
    errorMessage: string("1-3", { nullable: "1-3", ignorable: true }),
    nodeId: int32("0-3"),
    host: string("0-3"),
    port: int32("0-3"),
    coordinators: array("4+").of({
      key: string("4+"),
      nodeId: int32("4+"),
      host: string("4+"),
      port: int32("4+"),
      errorCode: int16("4+"),
      errorMessage: string("4+", { nullable: "4+", ignorable: true }),
    }),
  },
});
