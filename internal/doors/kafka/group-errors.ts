import type { GroupErrorCode } from "../../coordination/errors.ts";
import { type KafkaErrorName, kafkaErrors } from "./protocol/error-codes.ts";

/** Kafka's word for each of the coordinator's refusals. */
const kafkaNames: Readonly<Record<GroupErrorCode, KafkaErrorName>> = {
  "invalid-group-id": "INVALID_GROUP_ID",
  "group-id-not-found": "GROUP_ID_NOT_FOUND",
  "invalid-session-timeout": "INVALID_SESSION_TIMEOUT",
  "inconsistent-group-protocol": "INCONSISTENT_GROUP_PROTOCOL",
  "unknown-member-id": "UNKNOWN_MEMBER_ID",
  "member-id-required": "MEMBER_ID_REQUIRED",
  "fenced-instance-id": "FENCED_INSTANCE_ID",
  "illegal-generation": "ILLEGAL_GENERATION",
  "rebalance-in-progress": "REBALANCE_IN_PROGRESS",
  "group-max-size-reached": "GROUP_MAX_SIZE_REACHED",
  // Kafka finds out when it can't write the group to its log, and has no better word.
  "group-metadata-too-large": "UNKNOWN_SERVER_ERROR",
  "non-empty-group": "NON_EMPTY_GROUP",
  "group-subscribed-to-topic": "GROUP_SUBSCRIBED_TO_TOPIC",
  "offset-metadata-too-large": "OFFSET_METADATA_TOO_LARGE",
  "unknown-topic-or-partition": "UNKNOWN_TOPIC_OR_PARTITION",
  "coordinator-not-available": "COORDINATOR_NOT_AVAILABLE",
};

/** The code of Kafka's error for a refusal; 0 for none. */
export function groupErrorCode(error: GroupErrorCode | null): number {
  return error === null ? 0 : kafkaErrors[kafkaNames[error]].code;
}
