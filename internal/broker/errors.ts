import type { GroupErrorCode } from "../coordination/errors.ts";

/**
 * Whether what was refused may go well when it is tried again.
 *
 * - `away`: this broker isn't there for it: another one may be, or this one later.
 * - `elsewhere`: another broker does it: the one that is found when it is asked anew who does.
 * - `later`: the same broker, when what is in the way has passed.
 * - `never`: not until somebody changes something: the request, or what it is about.
 */
export type Again = "away" | "elsewhere" | "later" | "never";

/** What an error's code stands for. */
export interface ErrorMeaning {
  readonly again: Again;
  /** For people; it goes on behind the name of what is refused, or stands alone in the docs. */
  readonly meaning: string;
}

/** A table of errors after which trying again has the same prospects; meanings by their codes. */
export function errorsOf<Code extends string>(
  again: Again,
  meanings: Readonly<Record<Code, string>>,
): Readonly<Record<Code, ErrorMeaning>> {
  const made: Partial<Record<Code, ErrorMeaning>> = {};
  for (const code in meanings) made[code] = { again, meaning: meanings[code] };
  return made as Record<Code, ErrorMeaning>; // each code has been gone through
}

/**
 * Why the broker refused or could not do what a client asked. Each door has its own protocol's
 * word for each; all that depends on whether to try again asks this table.
 */
export const brokerErrors = {
  ...errorsOf("away", {
    "shutting-down": "the broker is about to stop",
  }),
  ...errorsOf("elsewhere", {
    "not-leader": "this broker doesn't lead the partition, or may not lead it any more",
    "fenced-leader-epoch": "the client knows an older leader of the partition",
    "unknown-leader-epoch": "the client knows a newer leader of the partition than this broker",
    "offset-not-available": "this broker's copy hasn't got that far yet",
    "not-coordinator": "another broker is the coordinator: in a pair, the master",
    "coordinator-not-available": "the broker can't keep or read groups now; its log says why",
  }),
  ...errorsOf("later", {
    "not-enough-replicas": "fewer copies are in sync than acks −1 asks for; nothing was written",
    "not-enough-replicas-after-append":
      "written, but by too few copies: another try may write it twice",
    "not-decided": "etcd can't be reached, or somebody else has just decided something else",
    "no-producer-ids": "a slave can't reach its master, from which it has producer ids",
    "preferred-leader-not-there": "the preferred leader isn't there, or its copy isn't in sync",
    "no-eligible-leader": "no broker is there whose copy is in sync",
    "storage-full": "the disk is full: reading and deleting go on",
    "storage-failed": "the disk has failed: the broker takes no records until it is restarted",
  }),
  ...errorsOf("never", {
    "invalid-request": "the request lacks what it has to have, or contradicts itself",
    "unsupported-version": "a version that isn't spoken here, or that is too old for such a group",
    "unknown-topic-or-partition": "there is no such topic or partition",
    "topic-exists": "there is a topic of that name",
    "invalid-topic-name": "topics can't have that name",
    "internal-topic": "the topic is the broker's own",
    "invalid-partitions": "a topic can't have that many partitions",
    "invalid-replication-factor": "there can't be that many copies",
    "invalid-replicas": "these brokers can't have the partition's copies",
    "invalid-config": "there is no such setting, or it can't have that value",
    "no-reassignment": "the partition isn't being moved",
    "election-not-needed": "the partition's preferred leader leads it",
    "offset-out-of-range": "the log doesn't have that offset, or doesn't have it any more",
    "damaged-records": "records that can't be read, and that no other copy could replace so far",
    "corrupt-batch": "the batch isn't what its checksum or its length says",
    "batch-too-large": "the batch is larger than max.message.bytes allows, or than a frame",
    "unsupported-batch-format": "only record batches of format v2 are taken",
    "unsupported-codec": "the batch's compression isn't known",
    "invalid-record": "the batch has what it may not: no key in a compacted topic, a transaction",
    "invalid-timestamp":
      "a time further from the broker's than the topic allows, or no possible one",
    "out-of-order-sequence": "a batch of the producer is missing before this one",
    "invalid-producer-epoch": "a newer producer has the id",
    "invalid-group-id": "a group's id has 1 to 1024 characters",
    "group-id-not-found": "there is no such group",
    "invalid-session-timeout": "the session timeout is outside of what the settings allow",
    "inconsistent-group-protocol": "its members have no assignor in common with this one",
    "unknown-member-id": "there is no such member; or members commit, and only they may",
    "member-id-required": "the member has to join with the id that it was given",
    "fenced-instance-id": "another client has come under the same instance id",
    "illegal-generation": "the group has gone on to another generation",
    "rebalance-in-progress": "the members are being gathered: join again",
    "fenced-member-epoch": "the member's epoch isn't its own any more: it has to join anew",
    "stale-member-epoch": "the member has another epoch by now",
    "unreleased-instance-id": "another client has this instance id, and hasn't left",
    "unsupported-assignor": "group.consumer.assignors doesn't have this assignor",
    "invalid-regular-expression": "the pattern can't be read",
    "group-max-size-reached": "it has as many members as group.max.size allows",
    "group-metadata-too-large": "its members bring more metadata than one may, or all (1, 32 MiB)",
    "non-empty-group": "it has members: stop them, or wait until their sessions end",
    "group-subscribed-to-topic": "its members read the topic",
    "offset-metadata-too-large": "the text is longer than offset.metadata.max.bytes allows",
  }),
} satisfies Readonly<Record<GroupErrorCode, ErrorMeaning>>;

/** One of those codes. */
export type BrokerErrorCode = keyof typeof brokerErrors;

/** A record for which its whole batch is refused. */
export interface RecordFault {
  /** Counted from 0 within the batch. */
  readonly index: number;
  readonly message: string;
}

/** What a refusal may say besides its code and sentence. */
export interface BrokerErrorOptions extends ErrorOptions {
  /** The records that are at fault, where some of a batch are. */
  readonly records?: readonly RecordFault[];
  /** The ids of the brokers that do what this one doesn't, where it knows them. */
  readonly brokers?: readonly number[];
}

/** A refusal with a stable code and a sentence that says what to do. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: BrokerErrorCode;
  readonly records: readonly RecordFault[];
  readonly brokers: readonly number[];

  constructor(code: BrokerErrorCode, message: string, options: BrokerErrorOptions = {}) {
    const { records = [], brokers = [], ...rest } = options;
    super(message, rest);
    this.code = code;
    this.records = records;
    this.brokers = brokers;
  }
}
