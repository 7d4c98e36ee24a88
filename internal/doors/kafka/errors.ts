import { BrokerError, type BrokerErrorCode } from "../../broker/errors.ts";
import type { GroupErrorCode } from "../../coordination/errors.ts";
import { type KafkaErrorName, kafkaErrors } from "./protocol/error-codes.ts";

/**
 * Kafka's word for each of the broker's refusals.
 *
 * What a client can only wait out gets an error that all clients try again after: for a full or
 * failed disk that of Kafka itself, for a broker that is about to stop the one that makes clients
 * look for another leader.
 */
const kafkaNames: Readonly<Record<BrokerErrorCode, KafkaErrorName>> = {
  "unknown-topic-or-partition": "UNKNOWN_TOPIC_OR_PARTITION",
  "topic-exists": "TOPIC_ALREADY_EXISTS",
  "invalid-topic-name": "INVALID_TOPIC_EXCEPTION",
  "internal-topic": "INVALID_TOPIC_EXCEPTION",
  "invalid-partitions": "INVALID_PARTITIONS",
  "invalid-replication-factor": "INVALID_REPLICATION_FACTOR",
  "invalid-config": "INVALID_CONFIG",
  "invalid-request": "INVALID_REQUEST",
  "offset-out-of-range": "OFFSET_OUT_OF_RANGE",
  "offset-not-available": "OFFSET_NOT_AVAILABLE",
  "corrupt-batch": "CORRUPT_MESSAGE",
  "batch-too-large": "MESSAGE_TOO_LARGE",
  "unsupported-batch-format": "INVALID_RECORD",
  "unsupported-codec": "UNSUPPORTED_COMPRESSION_TYPE",
  "invalid-record": "INVALID_RECORD",
  "invalid-timestamp": "INVALID_TIMESTAMP",
  "out-of-order-sequence": "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "invalid-producer-epoch": "INVALID_PRODUCER_EPOCH",
  // As Kafka does where a broker has to wait for more ids: what clients do about it is try again.
  "no-producer-ids": "COORDINATOR_LOAD_IN_PROGRESS",
  // Clients look for the controller anew, and ask again.
  "not-decided": "NOT_CONTROLLER",
  "no-reassignment": "NO_REASSIGNMENT_IN_PROGRESS",
  "invalid-replicas": "INVALID_REPLICA_ASSIGNMENT",
  "election-not-needed": "ELECTION_NOT_NEEDED",
  "preferred-leader-not-there": "PREFERRED_LEADER_NOT_AVAILABLE",
  "no-eligible-leader": "ELIGIBLE_LEADERS_NOT_AVAILABLE",
  "not-enough-replicas": "NOT_ENOUGH_REPLICAS",
  "not-enough-replicas-after-append": "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "not-leader": "NOT_LEADER_OR_FOLLOWER",
  "fenced-leader-epoch": "FENCED_LEADER_EPOCH",
  "unknown-leader-epoch": "UNKNOWN_LEADER_EPOCH",
  "storage-full": "KAFKA_STORAGE_ERROR",
  "storage-failed": "KAFKA_STORAGE_ERROR",
  "damaged-records": "CORRUPT_MESSAGE",
  "shutting-down": "NOT_LEADER_OR_FOLLOWER",
  "invalid-group-id": "INVALID_GROUP_ID",
  "group-id-not-found": "GROUP_ID_NOT_FOUND",
  "invalid-session-timeout": "INVALID_SESSION_TIMEOUT",
  "inconsistent-group-protocol": "INCONSISTENT_GROUP_PROTOCOL",
  "unknown-member-id": "UNKNOWN_MEMBER_ID",
  "member-id-required": "MEMBER_ID_REQUIRED",
  "fenced-instance-id": "FENCED_INSTANCE_ID",
  "illegal-generation": "ILLEGAL_GENERATION",
  "rebalance-in-progress": "REBALANCE_IN_PROGRESS",
  "fenced-member-epoch": "FENCED_MEMBER_EPOCH",
  "stale-member-epoch": "STALE_MEMBER_EPOCH",
  "unreleased-instance-id": "UNRELEASED_INSTANCE_ID",
  "unsupported-assignor": "UNSUPPORTED_ASSIGNOR",
  "invalid-regular-expression": "INVALID_REGULAR_EXPRESSION",
  "unsupported-version": "UNSUPPORTED_VERSION",
  "group-max-size-reached": "GROUP_MAX_SIZE_REACHED",
  // Kafka finds out when it can't write the group to its log, and has no better word.
  "group-metadata-too-large": "UNKNOWN_SERVER_ERROR",
  "non-empty-group": "NON_EMPTY_GROUP",
  "group-subscribed-to-topic": "GROUP_SUBSCRIBED_TO_TOPIC",
  "offset-metadata-too-large": "OFFSET_METADATA_TOO_LARGE",
  "not-coordinator": "NOT_COORDINATOR",
  "coordinator-not-available": "COORDINATOR_NOT_AVAILABLE",
};

/** How an answer says that one item of a request went well, or why it did not. */
export interface Outcome {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** What is answered where nothing went wrong. */
export const SUCCESS: Outcome = { errorCode: 0, errorMessage: null };

/** A refusal by the door itself: of what the protocol forbids, or what isn't offered. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kafkaName: KafkaErrorName;

  constructor(kafkaName: KafkaErrorName, message: string = kafkaErrors[kafkaName].message) {
    super(message);
    this.kafkaName = kafkaName;
  }
}

/**
 * What an answer says of a refusal. Throws everything else again: a fault of this program has no
 * place in an answer.
 */
export function refused(error: unknown): Outcome {
  const name = refusedName(error);
  const { message } = error instanceof Error ? error : kafkaErrors[name];
  return { errorCode: kafkaErrors[name].code, errorMessage: message };
}

/** The name of a refusal's error; throws everything else again. */
export function refusedName(error: unknown): KafkaErrorName {
  if (error instanceof Refusal) return error.kafkaName;
  if (error instanceof BrokerError) return kafkaNames[error.code];
  throw error;
}

/** The code of Kafka's error for what the coordinator of groups says; 0 where nothing is wrong. */
export function groupErrorCode(error: GroupErrorCode | null): number {
  return error === null ? 0 : kafkaErrors[kafkaNames[error]].code;
}

/** Does what one item of a request asks for; says how it went. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return SUCCESS;
  } catch (error) {
    return refused(error);
  }
}
