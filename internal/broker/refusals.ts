import { BrokerError } from "./errors.ts";
import type { Partition } from "./partition.ts";

/** There is no such partition. */
export function unknownPartition(topic: string, index: number): BrokerError {
  const message = `there is no partition ${topic}-${index}`;
  return new BrokerError("unknown-topic-or-partition", message);
}

/** `acks=all` asks for more copies than there are. */
export function tooFewCopies({ topic, index }: Partition): BrokerError {
  const needs = `min.insync.replicas asks for ${topic.settings.minInsyncReplicas} copies`;
  const message = `${topic.metadata.name}-${index} has 1 copy; ${needs}`;
  return new BrokerError("not-enough-replicas", message);
}
