import type { Broker, PartitionStatus } from "../../broker/api.ts";
import { Refusal } from "./errors.ts";

/**
 * The partition that a client asks about, if the client knows its present leader. `knownEpoch` is
 * the leader epoch that it knows, -1 for none. Throws `Refusal`.
 */
export function ledPartition(
  broker: Broker,
  topic: string,
  partition: number,
  knownEpoch: number,
): PartitionStatus {
  const status = broker.partition(topic, partition);
  if (status === undefined) throw new Refusal("UNKNOWN_TOPIC_OR_PARTITION");
  if (knownEpoch >= 0 && knownEpoch < status.leaderEpoch) throw new Refusal("FENCED_LEADER_EPOCH");
  if (knownEpoch > status.leaderEpoch) throw new Refusal("UNKNOWN_LEADER_EPOCH");
  return status;
}
