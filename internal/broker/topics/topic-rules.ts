import { logNameOf } from "../../metadata/partition-names.ts";
import { BrokerError } from "../errors.ts";

const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
const MAX_PARTITIONS = 100_000;

/** Throws `BrokerError` `invalid-topic-name` unless a topic may have the name. */
export function checkTopicName(name: string): void {
  if (LEGAL_NAME.test(name) && name !== "." && name !== "..") return;
  const rule = "it has 1 to 249 of the characters a-z A-Z 0-9 . _ -";
  const message = `${JSON.stringify(name)} is no topic name: ${rule}`;
  throw new BrokerError("invalid-topic-name", message);
}

/** The same, also where a partition's log would be the metadata's. */
export function checkNewName(name: string, metadataLog: string): void {
  checkTopicName(name);
  if (logNameOf({ topic: name, partition: 0 }) !== metadataLog) return;
  throw new BrokerError("invalid-topic-name", `${name} is the name of an internal log`);
}

/** Throws `BrokerError` `invalid-partitions`. */
export function checkPartitionCount(partitionCount: number): void {
  if (partitionCount >= 1 && partitionCount <= MAX_PARTITIONS) return;
  const message = `a topic has 1 to ${MAX_PARTITIONS} partitions, not ${partitionCount}`;
  throw new BrokerError("invalid-partitions", message);
}

/**
 * Throws `BrokerError` `invalid-replication-factor` where more copies are asked for than there are
 * brokers; null: as many as there are. Fewer are fine: a slave copies everything.
 */
export function checkReplicationFactor(replicationFactor: number | null, brokers: number): void {
  if (replicationFactor === null) return;
  if (replicationFactor >= 1 && replicationFactor <= brokers) return;
  const most = brokers === 1 ? "a lone broker keeps 1 copy" : `${brokers} brokers keep a copy each`;
  throw new BrokerError("invalid-replication-factor", `${most}, not ${replicationFactor}`);
}
