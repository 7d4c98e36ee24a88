import { describeCluster } from "../doors/native/protocol/cluster-operations.ts";
import * as moves from "../doors/native/protocol/move-operations.ts";
import type { Client } from "./api.ts";
import { type Caller, call } from "./call.ts";

/** The calls about the brokers that belong together, by their names in the `Client`. */
export function clusterCalls(caller: Caller) {
  return {
    describeCluster: (options) => call(caller, describeCluster, {}, options),
    async listCopies(movingOnly, options) {
      return (await call(caller, moves.listCopies, { movingOnly }, options)).partitions;
    },
    async reassign(wanted, options) {
      return (await call(caller, moves.reassign, { moves: wanted }, options)).refused;
    },
    async drainBroker(brokerId, drained, options) {
      await call(caller, moves.drainBroker, { brokerId, drained }, options);
    },
    async removeBroker(brokerId, options) {
      await call(caller, moves.removeBroker, { brokerId }, options);
    },
    async limitCopying(bytesPerSecond, options) {
      await call(caller, moves.limitCopying, { bytesPerSecond }, options);
    },
  } satisfies Partial<Client>;
}
