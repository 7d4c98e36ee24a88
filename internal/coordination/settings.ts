import type { AssignorName } from "./consumer/assignor.ts";

/** What operators decide about groups. The names in quotes are those of Kafka's settings. */
export interface GroupSettings {
  /** "group.min.session.timeout.ms" */
  readonly minSessionTimeoutMs: number;
  /** "group.max.session.timeout.ms" */
  readonly maxSessionTimeoutMs: number;
  /** How long a new group waits for more members, "group.initial.rebalance.delay.ms". */
  readonly initialRebalanceDelayMs: number;
  /** Members of one group, "group.max.size". */
  readonly maxGroupSize: number;
  /** Characters of an offset's metadata, "offset.metadata.max.bytes". */
  readonly maxOffsetMetadataLength: number;
  /** "offsets.retention.minutes" */
  readonly offsetsRetentionMs: number;
  /** "offsets.retention.check.interval.ms" */
  readonly offsetsRetentionCheckMs: number;
  /** How often members of the consumer protocol call, "group.consumer.heartbeat.interval.ms". */
  readonly consumerHeartbeatIntervalMs: number;
  /** Without a call for so long they are out, "group.consumer.session.timeout.ms". */
  readonly consumerSessionTimeoutMs: number;
  /** Members of one group of the consumer protocol, "group.consumer.max.size". */
  readonly maxConsumerGroupSize: number;
  /** Best first, "group.consumer.assignors". */
  readonly consumerAssignors: readonly AssignorName[];
  /** Which groups at work may go over to the other protocol, "group.consumer.migration.policy". */
  readonly migrationPolicy: MigrationPolicy;
}

/** Both ways, from the classic to the consumer protocol, back, or neither. */
export const MIGRATION_POLICIES = ["bidirectional", "upgrade", "downgrade", "disabled"] as const;

/** Which way groups at work may go. */
export type MigrationPolicy = (typeof MIGRATION_POLICIES)[number];

/** A new member that hasn't got its first answer is out after this: its client may be gone. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;

/** Names that clients choose have at most so many characters (UTF-16). */
export const MAX_NAME_LENGTH = 1024;
/** The assignors that one member may offer. */
export const MAX_MEMBER_PROTOCOLS = 64;
/** The names and metadata of all of one member's assignors together. */
export const MAX_PROTOCOLS_BYTES = 1024 * 1024;
/** About what the members of one group may take: they are one record in the log. */
export const MAX_GROUP_BYTES = 32 * 1024 * 1024;
/** The assignments of all members of a group. */
export const MAX_ASSIGNMENT_BYTES = 16 * 1024 * 1024;
/** About what all groups, members and offsets may take; then nothing is added. */
export const MAX_STATE_BYTES = 384 * 1024 * 1024;
