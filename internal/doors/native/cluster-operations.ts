/** The requests about the brokers that belong together, and their answers. */
import type { BrokerShare, ClusterStatus } from "../../broker/cluster-status.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { flag, int32, list, nullable, record, text } from "./shapes.ts";

/** More brokers than any cluster has. */
const MAX_BROKERS = 10_000;

/** Every broker, in the order of ids. */
export const describeCluster: Operation<Nothing, ClusterStatus> = {
  name: "describe-cluster",
  request: nothing,
  answer: record<ClusterStatus>({
    clusterId: text,
    controllerId: int32(-1),
    brokers: list(
      record<BrokerShare>({
        brokerId: int32(),
        host: nullable(text),
        port: nullable(int32()),
        rack: nullable(text),
        live: flag,
        stopping: flag,
        leaderCount: int32(),
        replicaCount: int32(),
        inSyncCount: int32(),
      }),
      MAX_BROKERS,
    ),
  }),
};
