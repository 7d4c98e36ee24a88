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
 * - There are no groups yet: COORDINATOR_NOT_AVAILABLE, which clients try again after.
 * - There are no transactions: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, because producers give up at
 *   that at once; at other errors they keep asking until their own timeout.
 * - Share groups and unknown kinds of keys: INVALID_REQUEST.
 */
export const findCoordinatorService = service(
  findCoordinator,
  async ({ keyType, coordinatorKeys }, { version }) => {
    const [name, errorMessage] = refusalOf(keyType);
    const refusal = { ...NO_NODE, errorCode: kafkaErrors[name].code, errorMessage };
    if (version < BATCH_VERSION) return { throttleTimeMs: 0, ...refusal, coordinators: [] };
    const coordinators = coordinatorKeys.map((key) => ({ key, ...refusal }));
    return { throttleTimeMs: 0, ...NOTHING, coordinators };
  },
);

function refusalOf(keyType: number): readonly [KafkaErrorName, string] {
  if (keyType === GROUP) {
    return ["COORDINATOR_NOT_AVAILABLE", "this broker has no consumer groups yet"];
  }
  if (keyType === TRANSACTION) {
    return ["TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "this broker has no transactions"];
  }
  return ["INVALID_REQUEST", `coordinators of kind ${keyType} are not known here`];
}
