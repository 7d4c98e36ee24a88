import { CLUSTER_OPERATIONS, nodesOf } from "../cluster.ts";
import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import { describeCluster } from "../protocol/messages/60-describe-cluster.ts";
import { NOT_ASKED_FOR } from "../protocol/messages/authorized-operations.ts";
import { service } from "../service.ts";

const BROKERS = 1;
const CONTROLLERS = 2;

/**
 * DescribeCluster 0-2.
 *
 * - The brokers in service; the one that answers is the controller.
 * - Controllers have no address of their own: MISMATCHED_ENDPOINT_TYPE, and for other kinds of
 *   endpoints UNSUPPORTED_ENDPOINT_TYPE.
 */
export const describeClusterService = service(
  describeCluster,
  async ({ endpointType, includeClusterAuthorizedOperations }, { client: { broker }, version }) => {
    const { clusterId, brokerId } = broker.identity;
    const error = endpointError(endpointType);
    const nodes = error === "NONE" ? nodesOf(broker) : [];
    return {
      throttleTimeMs: 0,
      errorCode: kafkaErrors[error].code,
      errorMessage: error === "NONE" ? null : kafkaErrors[error].message,
      ...(version === 0 ? {} : { endpointType }),
      clusterId,
      controllerId: brokerId,
      brokers: nodes.map(({ nodeId, ...node }) => ({ brokerId: nodeId, ...node, isFenced: false })),
      clusterAuthorizedOperations: includeClusterAuthorizedOperations
        ? CLUSTER_OPERATIONS
        : NOT_ASKED_FOR,
    };
  },
);

function endpointError(endpointType: number): KafkaErrorName {
  if (endpointType === BROKERS) return "NONE";
  return endpointType === CONTROLLERS ? "MISMATCHED_ENDPOINT_TYPE" : "UNSUPPORTED_ENDPOINT_TYPE";
}
