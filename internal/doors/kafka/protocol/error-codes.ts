/** An error as Kafka's protocol says it. */
export interface KafkaError {
  readonly code: number;
  /** The client may send the same request again, perhaps after asking for metadata. */
  readonly retriable: boolean;
  readonly message: string;
}

/** Every error code of Apache Kafka 4.3, in the order of the codes. */
export const kafkaErrors = {
  UNKNOWN_SERVER_ERROR: final(-1, "the broker failed in a way that no other code names"),
  NONE: final(0, "no error"),
  OFFSET_OUT_OF_RANGE: final(1, "the offset is before the start or behind the end of the log"),
  CORRUPT_MESSAGE: retriable(
    2,
    "the batch is damaged: wrong checksum, wrong size, or no key in a compacted topic",
  ),
  UNKNOWN_TOPIC_OR_PARTITION: retriable(3, "there is no such topic or partition here"),
  INVALID_FETCH_SIZE: final(4, "the number of bytes to fetch makes no sense"),
  LEADER_NOT_AVAILABLE: retriable(5, "the partition has no leader at the moment"),
  NOT_LEADER_OR_FOLLOWER: retriable(
    6,
    "this broker does not lead the partition, or has no copy of it",
  ),
  REQUEST_TIMED_OUT: retriable(7, "the time that the request allows has passed"),
  BROKER_NOT_AVAILABLE: final(8, "the broker cannot be reached"),
  REPLICA_NOT_AVAILABLE: retriable(9, "the copy of the partition cannot serve now"),
  MESSAGE_TOO_LARGE: final(10, "the batch is larger than the topic allows"),
  STALE_CONTROLLER_EPOCH: final(11, "another broker has become the controller"),
  OFFSET_METADATA_TOO_LARGE: final(12, "the text committed with the offset is too long"),
  NETWORK_EXCEPTION: retriable(13, "the connection closed before the response came"),
  COORDINATOR_LOAD_IN_PROGRESS: retriable(14, "the coordinator is still reading its state"),
  COORDINATOR_NOT_AVAILABLE: retriable(15, "there is no coordinator at the moment"),
  NOT_COORDINATOR: retriable(16, "another broker coordinates this group or transaction"),
  INVALID_TOPIC_EXCEPTION: final(
    17,
    "the topic's name is not allowed, or the topic does not take this operation",
  ),
  RECORD_LIST_TOO_LARGE: final(18, "the batch does not fit into one segment"),
  NOT_ENOUGH_REPLICAS: retriable(19, "too few copies are in sync, so nothing was written"),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: retriable(
    20,
    "written, but to fewer copies in sync than required",
  ),
  INVALID_REQUIRED_ACKS: final(21, "acks must be 0, 1 or -1 (all)"),
  ILLEGAL_GENERATION: final(22, "the group has moved to another generation"),
  INCONSISTENT_GROUP_PROTOCOL: final(23, "the member and the group have no protocol in common"),
  INVALID_GROUP_ID: final(24, "the group id is not allowed"),
  UNKNOWN_MEMBER_ID: final(25, "the group has no such member"),
  INVALID_SESSION_TIMEOUT: final(
    26,
    "the session timeout is outside of the range that the broker allows",
  ),
  REBALANCE_IN_PROGRESS: final(27, "the group rebalances: join it again"),
  INVALID_COMMIT_OFFSET_SIZE: final(28, "the commit is too large"),
  TOPIC_AUTHORIZATION_FAILED: final(29, "no permission for the topic"),
  GROUP_AUTHORIZATION_FAILED: final(30, "no permission for the group"),
  CLUSTER_AUTHORIZATION_FAILED: final(31, "no permission for the cluster"),
  INVALID_TIMESTAMP: final(32, "the record's timestamp is too far from the broker's clock"),
  UNSUPPORTED_SASL_MECHANISM: final(33, "the broker does not offer this way to log in"),
  ILLEGAL_SASL_STATE: final(34, "the request does not belong at this point of logging in"),
  UNSUPPORTED_VERSION: final(35, "the broker does not speak this version of the request"),
  TOPIC_ALREADY_EXISTS: final(36, "there is a topic of that name already"),
  INVALID_PARTITIONS: final(37, "the number of partitions is not possible"),
  INVALID_REPLICATION_FACTOR: final(38, "there are not that many brokers to hold copies"),
  INVALID_REPLICA_ASSIGNMENT: final(39, "the partitions cannot be placed as asked"),
  INVALID_CONFIG: final(40, "a setting has a value that is not allowed"),
  NOT_CONTROLLER: retriable(41, "another broker is the controller"),
  INVALID_REQUEST: final(42, "the request contradicts itself or the protocol"),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: final(
    43,
    "the stored records' format does not support the request",
  ),
  POLICY_VIOLATION: final(44, "a policy of the broker forbids the request"),
  OUT_OF_ORDER_SEQUENCE_NUMBER: final(45, "a batch of this producer is missing before this one"),
  DUPLICATE_SEQUENCE_NUMBER: final(46, "the batch was written before"),
  INVALID_PRODUCER_EPOCH: final(47, "a newer instance of the producer has taken over"),
  INVALID_TXN_STATE: final(48, "the transaction is not in a state that allows this"),
  INVALID_PRODUCER_ID_MAPPING: final(49, "the producer id does not belong to the transactional id"),
  INVALID_TRANSACTION_TIMEOUT: final(
    50,
    "the transaction timeout is longer than the broker allows",
  ),
  CONCURRENT_TRANSACTIONS: retriable(51, "the transaction is busy with another operation"),
  TRANSACTION_COORDINATOR_FENCED: final(52, "another coordinator has taken over the transaction"),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: final(53, "no permission for the transactional id"),
  SECURITY_DISABLED: final(54, "the broker runs without security"),
  OPERATION_NOT_ATTEMPTED: final(55, "not tried, because another part of the request failed"),
  KAFKA_STORAGE_ERROR: retriable(56, "the disk failed"),
  LOG_DIR_NOT_FOUND: final(57, "the broker has no such data directory"),
  SASL_AUTHENTICATION_FAILED: final(58, "the login was refused"),
  UNKNOWN_PRODUCER_ID: final(59, "the broker no longer remembers this producer"),
  REASSIGNMENT_IN_PROGRESS: final(60, "the partition is being moved"),
  DELEGATION_TOKEN_AUTH_DISABLED: final(61, "delegation tokens are switched off"),
  DELEGATION_TOKEN_NOT_FOUND: final(62, "there is no such delegation token"),
  DELEGATION_TOKEN_OWNER_MISMATCH: final(63, "the delegation token belongs to somebody else"),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: final(
    64,
    "delegation tokens cannot be handled on this connection",
  ),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: final(65, "no permission for the delegation token"),
  DELEGATION_TOKEN_EXPIRED: final(66, "the delegation token has expired"),
  INVALID_PRINCIPAL_TYPE: final(67, "the kind of principal is not known"),
  NON_EMPTY_GROUP: final(68, "the group still has members"),
  GROUP_ID_NOT_FOUND: final(69, "there is no such group"),
  FETCH_SESSION_ID_NOT_FOUND: retriable(70, "the fetch session has ended: start a new one"),
  INVALID_FETCH_SESSION_EPOCH: retriable(71, "the fetch session is at another step"),
  LISTENER_NOT_FOUND: retriable(72, "the leader has no address on this listener"),
  TOPIC_DELETION_DISABLED: final(73, "topics cannot be deleted on this broker"),
  FENCED_LEADER_EPOCH: retriable(74, "the client knows an older leader than the broker does"),
  UNKNOWN_LEADER_EPOCH: retriable(75, "the client knows a newer leader than the broker does"),
  UNSUPPORTED_COMPRESSION_TYPE: final(76, "the client is too old for the batch's compression"),
  STALE_BROKER_EPOCH: final(77, "the broker has registered anew since"),
  OFFSET_NOT_AVAILABLE: retriable(
    78,
    "a new leader does not know yet how far its log is agreed on",
  ),
  MEMBER_ID_REQUIRED: final(79, "join again with the member id that was just given"),
  PREFERRED_LEADER_NOT_AVAILABLE: retriable(80, "the preferred leader is not there"),
  GROUP_MAX_SIZE_REACHED: final(81, "the group takes no more members"),
  FENCED_INSTANCE_ID: final(82, "another member has taken the instance id"),
  ELIGIBLE_LEADERS_NOT_AVAILABLE: retriable(83, "no copy that could lead is there"),
  ELECTION_NOT_NEEDED: retriable(84, "the wanted leader leads already"),
  NO_REASSIGNMENT_IN_PROGRESS: final(85, "the partition is not being moved"),
  GROUP_SUBSCRIBED_TO_TOPIC: final(86, "the group still reads the topic"),
  INVALID_RECORD: final(87, "a record breaks a rule of the topic"),
  UNSTABLE_OFFSET_COMMIT: retriable(88, "an offset is part of a transaction that is still open"),
  THROTTLING_QUOTA_EXCEEDED: retriable(89, "the quota is used up for now"),
  PRODUCER_FENCED: final(90, "a newer producer uses the transactional id"),
  RESOURCE_NOT_FOUND: final(91, "the request names something that does not exist"),
  DUPLICATE_RESOURCE: final(92, "the request names something twice"),
  UNACCEPTABLE_CREDENTIAL: final(93, "the credential is too weak or malformed"),
  INCONSISTENT_VOTER_SET: final(94, "sender and receiver disagree on who votes"),
  INVALID_UPDATE_VERSION: final(95, "the feature cannot be set to that level"),
  FEATURE_UPDATE_FAILED: final(96, "the features could not be updated"),
  PRINCIPAL_DESERIALIZATION_FAILURE: final(97, "a forwarded principal could not be read"),
  SNAPSHOT_NOT_FOUND: final(98, "there is no such snapshot"),
  POSITION_OUT_OF_RANGE: final(99, "the position is outside of the snapshot"),
  UNKNOWN_TOPIC_ID: retriable(100, "there is no topic with that id here"),
  DUPLICATE_BROKER_REGISTRATION: final(101, "another broker uses the id"),
  BROKER_ID_NOT_REGISTERED: final(102, "no broker is registered with that id"),
  INCONSISTENT_TOPIC_ID: retriable(103, "the topic has another id: it was made anew"),
  INCONSISTENT_CLUSTER_ID: final(104, "the request is meant for another cluster"),
  TRANSACTIONAL_ID_NOT_FOUND: final(105, "there is no such transactional id"),
  FETCH_SESSION_TOPIC_ID_ERROR: retriable(106, "the fetch session mixes topic names and topic ids"),
  INELIGIBLE_REPLICA: final(107, "a copy that cannot be in sync was put into the ISR"),
  NEW_LEADER_ELECTED: final(108, "the change was made and elected another leader"),
  OFFSET_MOVED_TO_TIERED_STORAGE: final(109, "the offset is only in tiered storage"),
  FENCED_MEMBER_EPOCH: final(
    110,
    "the member is no longer part of the group: drop everything and join again",
  ),
  UNRELEASED_INSTANCE_ID: final(111, "another member still holds the instance id"),
  UNSUPPORTED_ASSIGNOR: final(112, "the group does not support the assignor"),
  STALE_MEMBER_EPOCH: final(113, "the member has been given a newer epoch: try again with it"),
  MISMATCHED_ENDPOINT_TYPE: final(114, "the request was sent to the wrong kind of endpoint"),
  UNSUPPORTED_ENDPOINT_TYPE: final(115, "the kind of endpoint is not supported"),
  UNKNOWN_CONTROLLER_ID: final(116, "there is no such controller"),
  UNKNOWN_SUBSCRIPTION_ID: final(117, "the telemetry subscription is not known or out of date"),
  TELEMETRY_TOO_LARGE: final(118, "the telemetry is larger than the broker takes"),
  INVALID_REGISTRATION: final(119, "the controller refuses the broker's registration"),
  TRANSACTION_ABORTABLE: final(120, "the transaction failed: abort it and go on"),
  INVALID_RECORD_STATE: final(121, "the record is not in a state that can be acknowledged"),
  SHARE_SESSION_NOT_FOUND: retriable(122, "the share session has ended: start a new one"),
  INVALID_SHARE_SESSION_EPOCH: retriable(123, "the share session is at another step"),
  FENCED_STATE_EPOCH: final(124, "the share group's state has a newer epoch"),
  INVALID_VOTER_KEY: final(125, "the voter's key is not the receiver's"),
  DUPLICATE_VOTER: final(126, "the voter is in the set already"),
  VOTER_NOT_FOUND: final(127, "the voter is not in the set"),
  INVALID_REGULAR_EXPRESSION: final(128, "the regular expression cannot be read"),
  REBOOTSTRAP_REQUIRED: final(
    129,
    "the client's view of the cluster is too old: start from its first addresses",
  ),
  STREAMS_INVALID_TOPOLOGY: final(130, "the streams topology is not valid"),
  STREAMS_INVALID_TOPOLOGY_EPOCH: final(131, "the streams topology's epoch is not valid"),
  STREAMS_TOPOLOGY_FENCED: final(132, "the streams topology has a newer epoch"),
  SHARE_SESSION_LIMIT_REACHED: retriable(133, "the broker holds no more share sessions"),
} as const satisfies Record<string, KafkaError>;

/** One of the names that Kafka gives its errors. */
export type KafkaErrorName = keyof typeof kafkaErrors;

const byCode = new Map<number, readonly [name: string, error: KafkaError]>(
  Object.entries(kafkaErrors).map((entry) => [entry[1].code, entry]),
);

/** The name and meaning of a code, or undefined for one that Kafka 4.3 does not know. */
export function kafkaErrorOf(code: number): readonly [name: string, error: KafkaError] | undefined {
  return byCode.get(code);
}

function retriable(code: number, message: string): KafkaError {
  return { code, retriable: true, message };
}

function final(code: number, message: string): KafkaError {
  return { code, retriable: false, message };
}
