/** Why the group coordinator refused something. Each door has its own protocol's word for each. */
export type GroupErrorCode =
  /** The group's id is empty, or too long. */
  | "invalid-group-id"
  | "group-id-not-found"
  /** The session timeout is outside of what the broker allows. */
  | "invalid-session-timeout"
  /** No assignor that all members know, or another type of protocol than the group's. */
  | "inconsistent-group-protocol"
  /** Not a member, or not any more: join anew. */
  | "unknown-member-id"
  /** Join again with the member id of this answer (KIP-394). */
  | "member-id-required"
  /** Another client has come under the same instance id (KIP-345): this one has to stop. */
  | "fenced-instance-id"
  /** The generation isn't the group's present one. */
  | "illegal-generation"
  /** The members are being gathered: join. */
  | "rebalance-in-progress"
  /** Of the consumer protocol: the member's epoch isn't its own any more; it has to join anew. */
  | "fenced-member-epoch"
  /** Of the consumer protocol: the member has another epoch by now; it goes on with that. */
  | "stale-member-epoch"
  /** Of the consumer protocol: another client has the instance id, and hasn't left. */
  | "unreleased-instance-id"
  | "unsupported-assignor"
  | "invalid-regular-expression"
  /** The request contradicts itself, or lacks what it has to have. */
  | "invalid-request"
  /** The version of the request is too old for what the group is. */
  | "unsupported-version"
  /** The group has as many members, or as much metadata, as it may have. */
  | "group-max-size-reached"
  /** More metadata, or more assignments, than one request may bring. */
  | "group-metadata-too-large"
  | "non-empty-group"
  /** The group reads the topic, so its offsets are needed. */
  | "group-subscribed-to-topic"
  | "offset-metadata-too-large"
  | "unknown-topic-or-partition"
  /** Another broker leads, and coordinates all groups. */
  | "not-coordinator"
  /** It can't be done now: the disk refuses writes, memory is used up, or the broker stops. */
  | "coordinator-not-available";
