/**
 * The records of `__consumer_offsets`, as Kafka writes them, so that its tools can read them; those
 * of groups of the consumer protocol are in consumer/records.ts. All
 * begin with their version (int16); a key's version also tells what it is of.
 *
 *     key of an offset   1, group, topic (strings), partition (int32)
 *     value              3, offset (int64), leader epoch (int32), metadata (string),
 *                        commit time (int64)
 *     with its own end   1, offset (int64), metadata (string), commit time, expiry time (int64)
 *     key of a group     2, group (string)
 *     value              3, protocol type (string), generation (int32), protocol, leader
 *                        (nullable strings), time of its state (int64), count (int32) of members:
 *                        id, instance id (nullable), client id, client host (strings), rebalance
 *                        and session timeout (int32), metadata, assignment (int32 length, bytes)
 *
 * Source: Kafka's OffsetCommitKey, OffsetCommitValue, GroupMetadataKey, GroupMetadataValue.
 */
import type { CommittedOffset, GroupChange, SavedGroup, SavedMember } from "./changes.ts";
import { decodeConsumerChange, encodeConsumerChange } from "./consumer/records.ts";
import { FieldReader, FieldWriter } from "./fields.ts";

const OFFSET_KEY = 1;
const GROUP_KEY = 2;
const OFFSET_VALUE = 3;
const EXPIRING_OFFSET_VALUE = 1;
const GROUP_VALUE = 3;

/** A change as a record. */
export interface GroupRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** Why a record could not be read. */
export type RecordFault = "unknown-kind" | "newer-version" | "malformed";

/** The record that tells a change. */
export function encodeChange(change: GroupChange): GroupRecord {
  if (change.kind !== "group" && change.kind !== "offset") return encodeConsumerChange(change);
  const { groupId } = change;
  if (change.kind === "group") {
    const key = new FieldWriter().int16(GROUP_KEY).string(groupId).done();
    return { key, value: change.saved && encodeGroup(change.saved) };
  }
  const { topic, partition, committed } = change;
  const key = new FieldWriter().int16(OFFSET_KEY).string(groupId).string(topic).int32(partition);
  return { key: key.done(), value: committed && encodeOffset(committed) };
}

function encodeOffset(committed: CommittedOffset): Uint8Array {
  const { offset, leaderEpoch, metadata, committedAtMs, expiresAtMs } = committed;
  const writer = new FieldWriter();
  if (expiresAtMs === null) {
    writer.int16(OFFSET_VALUE).int64(offset).int32(leaderEpoch).string(metadata);
    return writer.int64(committedAtMs).done();
  }
  writer.int16(EXPIRING_OFFSET_VALUE).int64(offset).string(metadata);
  return writer.int64(committedAtMs).int64(expiresAtMs).done();
}

function encodeGroup(saved: SavedGroup): Uint8Array {
  const { protocolType, generation, protocolName, leaderId, stateSinceMs, members } = saved;
  const writer = new FieldWriter().int16(GROUP_VALUE).string(protocolType).int32(generation);
  writer.string(protocolName).string(leaderId).int64(stateSinceMs).int32(members.length);
  for (const member of members) {
    writer.string(member.memberId).string(member.groupInstanceId);
    writer.string(member.clientId).string(member.clientHost);
    writer.int32(member.rebalanceTimeoutMs).int32(member.sessionTimeoutMs);
    writer.bytes(member.metadata).bytes(member.assignment);
  }
  return writer.done();
}

/** The change that a record tells, or why it can't be read. */
export function decodeChange(key: Uint8Array, value: Uint8Array | null): GroupChange | RecordFault {
  const reader = new FieldReader(key);
  const kind = reader.int16();
  if (kind !== GROUP_KEY && kind !== OFFSET_KEY) return decodeConsumerChange(kind, reader, value);
  const groupId = reader.string();
  const topic = kind === OFFSET_KEY ? reader.string() : "";
  const partition = kind === OFFSET_KEY ? reader.int32() : 0;
  if (reader.failed) return "malformed";
  if (kind === OFFSET_KEY) {
    const committed = value && decodeOffset(value);
    return isFault(committed)
      ? committed
      : { kind: "offset", groupId, topic, partition, committed };
  }
  const saved = value && decodeGroup(value);
  return isFault(saved) ? saved : { kind: "group", groupId, saved };
}

function isFault<T extends object | null>(decoded: T | RecordFault): decoded is RecordFault {
  return typeof decoded === "string";
}

function decodeOffset(value: Uint8Array): CommittedOffset | RecordFault {
  const reader = new FieldReader(value);
  const version = reader.int16();
  if (version !== OFFSET_VALUE && version !== EXPIRING_OFFSET_VALUE) return "newer-version";
  const offset = reader.int64();
  const leaderEpoch = version === OFFSET_VALUE ? reader.int32() : -1;
  const metadata = reader.string();
  const committedAtMs = reader.int64();
  const expiresAtMs = version === EXPIRING_OFFSET_VALUE ? reader.int64() : null;
  if (reader.failed) return "malformed";
  return { offset, leaderEpoch, metadata, committedAtMs, expiresAtMs };
}

function decodeGroup(value: Uint8Array): SavedGroup | RecordFault {
  const reader = new FieldReader(value);
  if (reader.int16() !== GROUP_VALUE) return "newer-version";
  const saved = {
    protocolType: reader.string(),
    generation: reader.int32(),
    protocolName: reader.nullableString(),
    leaderId: reader.nullableString(),
    stateSinceMs: reader.int64(),
    members: reader.array(() => decodeMember(reader)),
  };
  return reader.failed ? "malformed" : saved;
}

function decodeMember(reader: FieldReader): SavedMember {
  return {
    memberId: reader.string(),
    groupInstanceId: reader.nullableString(),
    clientId: reader.string(),
    clientHost: reader.string(),
    rebalanceTimeoutMs: reader.int32(),
    sessionTimeoutMs: reader.int32(),
    metadata: reader.bytes(),
    assignment: reader.bytes(),
  };
}
