import { CLUSTER_OPERATIONS, nodesOf } from "../cluster.ts";
import { SUCCESS } from "../errors.ts";
import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import { describeCluster } from "../protocol/messages/60-describe-cluster.ts";
import { NOT_ASKED_FOR } from "../protocol/messages/authorized-operations.ts";
import { type AnswerOf, service } from "../service.ts";

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
    const error = endpointError(endpointType);
    if (error !== "NONE") return failed(error);
    const { clusterId } = broker.identity;
    const nodes = nodesOf(broker);
    return {
      throttleTimeMs: 0,
      ...SUCCESS,
      ...(version === 0 ? {} : { endpointType }),
      clusterId,
      controllerId: broker.replication.controllerId,
      brokers: nodes.map(({ nodeId, ...node }) => ({ brokerId: nodeId, ...node, isFenced: false })),
      clusterAuthorizedOperations: includeClusterAuthorizedOperations
        ? CLUSTER_OPERATIONS
        : NOT_ASKED_FOR,
    };
  },
);

function failed(error: KafkaErrorName): AnswerOf<typeof describeCluster> {
  const { code: errorCode, message: errorMessage } = kafkaErrors[error];
  return { throttleTimeMs: 0, errorCode, errorMessage, clusterId: "", brokers: [] };
}

function endpointError(endpointType: number): KafkaErrorName {
  if (endpointType === BROKERS) return "NONE";
  return endpointType === CONTROLLERS ? "MISMATCHED_ENDPOINT_TYPE" : "UNSUPPORTED_ENDPOINT_TYPE";
}
