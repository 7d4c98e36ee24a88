import { BrokerError } from "./errors.ts";

const MAX_PARTITIONS = 100_000;

/** Throws `BrokerError` `invalid-topic-name` where a partition's log would be the metadata's. */
export function checkLogName(name: string, metadataLog: string): void {
  if (`${name}-0` !== metadataLog) return;
  throw new BrokerError("invalid-topic-name", `${name} is the name of an internal log`);
}

/** Throws `BrokerError` `invalid-partitions`. */
export function checkPartitionCount(partitionCount: number): void {
  if (partitionCount >= 1 && partitionCount <= MAX_PARTITIONS) return;
  const message = `a topic has 1 to ${MAX_PARTITIONS} partitions, not ${partitionCount}`;
  throw new BrokerError("invalid-partitions", message);
}

/** The number of the partition that a log of this name belongs to. */
export function partitionOfLog(logName: string): number {
  return Number(logName.slice(logName.lastIndexOf("-") + 1));
}
