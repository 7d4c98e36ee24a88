import type { Broker } from "../../../broker/api.ts";
import { invalid } from "../alter-configs.ts";
import { type Outcome, Refusal, refused } from "../errors.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { electLeaders } from "../protocol/messages/43-elect-leaders.ts";
import { service } from "../service.ts";

const PREFERRED = 0;
const UNCLEAN = 1;

/**
 * ElectLeaders 0-2.
 *
 * - A partition's only copy leads it and is the preferred one: each that is named is
 *   ELECTION_NOT_NEEDED. When all are asked for, those that need none are not told, as in Kafka.
 * - A kind of election that isn't known: INVALID_REQUEST. timeoutMs is ignored.
 */
export const electLeadersService = service(
  electLeaders,
  async ({ electionType, topicPartitions }, { client: { broker } }) => {
    const known = electionType === PREFERRED || electionType === UNCLEAN;
    const results = (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({
        partitionId,
        ...(known ? elect(broker, topic, partitionId) : UNKNOWN_KIND),
      })),
    }));
    const errorCode = known ? 0 : kafkaErrors.INVALID_REQUEST.code;
    return { throttleTimeMs: 0, errorCode, replicaElectionResults: results };
  },
);

const UNKNOWN_KIND = refused(invalid("this kind of election is not known here"));

function elect(broker: Broker, topic: string, partition: number): Outcome {
  const there = broker.partition(topic, partition) !== undefined;
  return refused(new Refusal(there ? "ELECTION_NOT_NEEDED" : "UNKNOWN_TOPIC_OR_PARTITION"));
}
