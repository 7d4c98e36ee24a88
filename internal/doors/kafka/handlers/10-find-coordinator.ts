import type { Broker } from "../../../broker/api.ts";
import { nodesOf } from "../cluster.ts";
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
 * - Groups: who leads the partition that keeps them. The topic is made before the answer; while
 *   that can't be done, or nobody leads it, COORDINATOR_NOT_AVAILABLE: clients try again.
 * - There are no transactions: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, because producers give up at
 *   that at once; at other errors they keep asking until their own timeout.
 * - Share groups and unknown kinds of keys: INVALID_REQUEST.
 */
export const findCoordinatorService = service(
  findCoordinator,
  async ({ key, keyType, coordinatorKeys }, { client, version }) => {
    const { broker } = client;
    const refused = await refusalOf(broker, keyType);
    const find = (key: string) => refused ?? coordinatorOf(broker, key);
    if (version < BATCH_VERSION) return { throttleTimeMs: 0, ...find(key), coordinators: [] };
    const coordinators = coordinatorKeys.map((key) => ({ key, ...find(key) }));
    return { throttleTimeMs: 0, ...NOTHING, coordinators };
  },
);

/** Why no key of a kind has a coordinator; null if each has. */
async function refusalOf(broker: Broker, keyType: number) {
  if (keyType === TRANSACTION) {
    return refusal("TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "this broker has no transactions");
  }
  if (keyType !== GROUP) {
    return refusal("INVALID_REQUEST", `coordinators of kind ${keyType} are not known here`);
  }
  const elsewhere = broker.replication.role === "slave";
  const error = elsewhere ? null : await broker.groups.ready();
  if (error === null) return null;
  const errorMessage = "groups can't be kept at the moment";
  return { ...NO_NODE, errorCode: groupErrorCode(error), errorMessage };
}

function coordinatorOf(broker: Broker, groupId: string) {
  const id = broker.replication.coordinatorOf(groupId);
  const node = nodesOf(broker).find(({ nodeId }) => nodeId === id);
  if (!node) return refusal("COORDINATOR_NOT_AVAILABLE", "it isn't known who keeps the group");
  const { nodeId, host, port } = node;
  return { errorCode: 0, errorMessage: null, nodeId, host, port };
}

function refusal(name: KafkaErrorName, errorMessage: string) {
  return { ...NO_NODE, errorCode: kafkaErrors[name].code, errorMessage };
}
