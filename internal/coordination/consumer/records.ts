/**
 * The records of groups of the consumer protocol, as Kafka writes them. A key is its kind (int16),
 * the group and, for what is of one member, the member (strings). A value is its version (int16),
 * then, in the encoding of flexible messages:
 *
 *     3 group        epoch (int32); tag 0: hash of the topics (int64)
 *     5 member       instance id, rack (nullable), client id, client host (strings), topics,
 *                    pattern (nullable string), rebalance timeout (int32), assignor (nullable);
 *                    tag 0: session timeout (int32) and protocols (name, metadata) of a member
 *                    that speaks the classic protocol
 *     6 assignment   epoch (int32)
 *     7 target       topics: id (16 bytes), partitions (int32)
 *     8 holding      epoch, previous epoch (int32), state (int8), the partitions assigned and
 *                    those to be revoked, as in a target
 *
 * Source: Kafka's ConsumerGroupMetadata, ConsumerGroupMemberMetadata,
 * ConsumerGroupTargetAssignmentMetadata, ConsumerGroupTargetAssignmentMember and
 * ConsumerGroupCurrentMemberAssignment, keys and values.
 */
import { FieldReader, FieldWriter } from "../fields.ts";
import type { RecordFault } from "../records.ts";
import type { ConsumerChange } from "./changes.ts";
import {
  list,
  nullableText,
  partOf,
  putBytes,
  putEnd,
  putList,
  putTags,
  putText,
  sizedBytes,
  tags,
  text,
} from "./flexible-fields.ts";
import type { ClassicTerms, ConsumerTerms, Holding, HoldingState } from "./group-state.ts";
import { type Partitions, partitionsOf } from "./partitions.ts";

const KINDS = {
  "consumer-group": 3,
  "consumer-member": 5,
  "consumer-assignment": 6,
  "consumer-target": 7,
  "consumer-holding": 8,
} as const;

const VERSION = 0;
const UUID_BYTES = 16;
const BASE64 = { alphabet: "base64url", omitPadding: true } as const;

const STATES = ["stable", "unrevoked", "unreleased"] as const satisfies readonly HoldingState[];

/** The record that tells a change. */
export function encodeConsumerChange(change: ConsumerChange) {
  const key = new FieldWriter().int16(KINDS[change.kind]).string(change.groupId);
  if ("memberId" in change) key.string(change.memberId);
  const writer = new FieldWriter().int16(VERSION);
  return { key: key.done(), value: putValue(writer, change) ? writer.done() : null };
}

/** Writes what is there; false if it is gone. */
function putValue(writer: FieldWriter, change: ConsumerChange): boolean {
  switch (change.kind) {
    case "consumer-group": {
      if (change.saved === null) return false;
      const { epoch, topicsHash } = change.saved;
      const hash = partOf((part) => part.int64(topicsHash));
      putTags(writer.int32(epoch), new Map(topicsHash === 0 ? [] : [[0, hash]]));
      return true;
    }
    case "consumer-assignment":
      if (change.assignmentEpoch === null) return false;
      putEnd(writer.int32(change.assignmentEpoch));
      return true;
    case "consumer-member":
      if (change.terms === null) return false;
      putTerms(writer, change.terms);
      return true;
    case "consumer-target":
      if (change.target === null) return false;
      putEnd(putPartitions(writer, change.target));
      return true;
    case "consumer-holding":
      if (change.holding === null) return false;
      putHolding(writer, change.holding);
      return true;
  }
}

function putTerms(writer: FieldWriter, terms: ConsumerTerms): void {
  putText(writer, terms.instanceId);
  putText(writer, terms.rackId);
  putText(writer, terms.clientId);
  putText(writer, terms.clientHost);
  putList(writer, terms.topics, (topic) => putText(writer, topic));
  putText(writer, terms.topicRegex);
  writer.int32(terms.rebalanceTimeoutMs);
  putText(writer, terms.assignor);
  const { classic } = terms;
  putTags(writer, new Map(classic === null ? [] : [[0, classicPart(classic)]]));
}

/** The tagged field that a nullable struct is: first that it is there. */
function classicPart({ sessionTimeoutMs, protocols }: ClassicTerms): Uint8Array {
  return partOf((part) => {
    part.int8(1).int32(sessionTimeoutMs);
    putList(part, protocols, ({ name, metadata }) => {
      putEnd(putBytes(putText(part, name), metadata));
    });
    putEnd(part);
  });
}

function putHolding(writer: FieldWriter, holding: Holding): void {
  writer.int32(holding.epoch).int32(holding.previousEpoch).int8(STATES.indexOf(holding.state));
  putPartitions(writer, holding.assigned);
  putEnd(putPartitions(writer, holding.revoking));
}

function putPartitions(writer: FieldWriter, some: Partitions): FieldWriter {
  return putList(writer, some, ([topicId, partitions]) => {
    writer.raw(Uint8Array.fromBase64(topicId, { alphabet: "base64url" }));
    putEnd(putList(writer, partitions, (partition) => writer.int32(partition)));
  });
}

/** The change that a record tells whose key begins with `kind`, or why it can't be read. */
export function decodeConsumerChange(
  kind: number,
  key: FieldReader,
  value: Uint8Array | null,
): ConsumerChange | RecordFault {
  if (!Object.values<number>(KINDS).includes(kind)) return "unknown-kind";
  const isOfMember = kind !== KINDS["consumer-group"] && kind !== KINDS["consumer-assignment"];
  const groupId = key.string();
  const memberId = isOfMember ? key.string() : "";
  const reader = new FieldReader(value ?? new Uint8Array(0));
  if (value !== null && reader.int16() !== VERSION) return "newer-version";
  const change = changeOf(kind, groupId, memberId, value === null ? null : reader);
  return change !== null && (key.failed || reader.failed)
    ? "malformed"
    : (change ?? "unknown-kind");
}

function changeOf(
  kind: number,
  groupId: string,
  memberId: string,
  value: FieldReader | null,
): ConsumerChange | null {
  switch (kind) {
    case KINDS["consumer-group"]:
      return { kind: "consumer-group", groupId, saved: value && savedOf(value) };
    case KINDS["consumer-assignment"]:
      return { kind: "consumer-assignment", groupId, assignmentEpoch: value && epochOf(value) };
    case KINDS["consumer-member"]:
      return { kind: "consumer-member", groupId, memberId, terms: value && termsOf(value) };
    case KINDS["consumer-target"]:
      return { kind: "consumer-target", groupId, memberId, target: value && targetOf(value) };
    case KINDS["consumer-holding"]:
      return { kind: "consumer-holding", groupId, memberId, holding: value && holdingOf(value) };
    default:
      return null;
  }
}

function savedOf(value: FieldReader) {
  const epoch = value.int32();
  return { epoch, topicsHash: tags(value).get(0)?.int64() ?? 0 };
}

function epochOf(value: FieldReader): number {
  const epoch = value.int32();
  tags(value);
  return epoch;
}

function targetOf(value: FieldReader): Partitions {
  const target = partitions(value);
  tags(value);
  return target;
}

function termsOf(value: FieldReader): ConsumerTerms {
  return {
    instanceId: nullableText(value),
    rackId: nullableText(value),
    clientId: text(value),
    clientHost: text(value),
    topics: list(value, () => text(value)),
    topicRegex: nullableText(value),
    rebalanceTimeoutMs: value.int32(),
    assignor: nullableText(value),
    classic: classicOf(tags(value).get(0)),
  };
}

function classicOf(part: FieldReader | undefined): ClassicTerms | null {
  if (part === undefined || part.int8() < 0) return null;
  const sessionTimeoutMs = part.int32();
  const protocols = list(part, () => {
    const protocol = { name: text(part), metadata: sizedBytes(part) };
    tags(part);
    return protocol;
  });
  return { sessionTimeoutMs, protocols };
}

function holdingOf(value: FieldReader): Holding {
  const holding: Holding = {
    epoch: value.int32(),
    previousEpoch: value.int32(),
    state: STATES[value.int8()] ?? "unrevoked",
    assigned: partitions(value),
    revoking: partitions(value),
  };
  tags(value);
  return holding;
}

function partitions(value: FieldReader): Partitions {
  return partitionsOf(
    list(value, () => {
      const topicId = value.raw(UUID_BYTES).toBase64(BASE64);
      const numbers = list(value, () => value.int32());
      tags(value);
      return { topicId, partitions: numbers };
    }),
  );
}
