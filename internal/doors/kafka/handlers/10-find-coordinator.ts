import type { Broker } from "../../../broker/api.ts";
import { leadingNode } from "../cluster.ts";
import { groupErrorCode } from "../errors.ts";
import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import { findCoordinator } from "../protocol/messages/10-find-coordinator.ts";
import { service } from "../service.ts";

const GROUP = 0;
const TRANSACTION = 1;

/** The first version that asks for many keys. */
const BATCH_VERSION = 4;

const NO_NODE = { nodeId: -1, host: "", port: -1 } as const;

/** What the fields of a single answer hold where there are many. */
const NOTHING = { errorCode: 0, errorMessage: null, nodeId: 0, host: "", port: 0 } as const;

/**
 * FindCoordinator 0-6.
 *
 * - Groups: this broker. The topic that keeps them is made before the answer; while that can't be
 *   done COORDINATOR_NOT_AVAILABLE, which clients try again after.
 * - There are no transactions: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, because producers give up at
 *   that at once; at other errors they keep asking until their own timeout.
 * - Share groups and unknown kinds of keys: INVALID_REQUEST.
 */
export const findCoordinatorService = service(
  findCoordinator,
  async ({ keyType, coordinatorKeys }, { client, version }) => {
    const coordinator = await coordinatorOf(client.broker, keyType);
    if (version < BATCH_VERSION) return { throttleTimeMs: 0, ...coordinator, coordinators: [] };
    const coordinators = coordinatorKeys.map((key) => ({ key, ...coordinator }));
    return { throttleTimeMs: 0, ...NOTHING, coordinators };
  },
);

/** The same for all keys of a kind. */
async function coordinatorOf(broker: Broker, keyType: number) {
  if (keyType === TRANSACTION) {
    return refusal("TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "this broker has no transactions");
  }
  if (keyType !== GROUP) {
    return refusal("INVALID_REQUEST", `coordinators of kind ${keyType} are not known here`);
  }
  const leader = leadingNode(broker);
  const elsewhere = broker.replication.role === "slave";
  const error = elsewhere ? null : await broker.groups.ready();
  if (error !== null) {
    const errorMessage = "groups can't be kept at the moment";
    return { ...NO_NODE, errorCode: groupErrorCode(error), errorMessage };
  }
  if (leader === null) {
    const errorMessage = "it isn't known where the master is";
    return { ...NO_NODE, errorCode: kafkaErrors.COORDINATOR_NOT_AVAILABLE.code, errorMessage };
  }
  const { nodeId, host, port } = leader;
  return { errorCode: 0, errorMessage: null, nodeId, host, port };
}

function refusal(name: KafkaErrorName, errorMessage: string) {
  return { ...NO_NODE, errorCode: kafkaErrors[name].code, errorMessage };
}
