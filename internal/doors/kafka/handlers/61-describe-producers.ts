import type { Broker } from "../../../broker/api.ts";
import { refused, SUCCESS } from "../errors.ts";
import { describeProducers } from "../protocol/messages/61-describe-producers.ts";
import { type AnswerOf, service } from "../service.ts";
import { legallyNamed } from "../topics.ts";

type Answered = AnswerOf<typeof describeProducers>["topics"][number]["partitions"][number];

/** What no producer has without transactions. */
const NO_TRANSACTION = { coordinatorEpoch: -1, currentTxnStartOffset: -1 } as const;

/**
 * DescribeProducers 0.
 *
 * - The idempotent producers that a partition knows, with what each wrote last. There are no
 *   transactions, so none is open.
 * - Each partition by itself; UNKNOWN_TOPIC_OR_PARTITION, or INVALID_TOPIC_EXCEPTION for a name
 *   that no topic may have.
 */
export const describeProducersService = service(
  describeProducers,
  async ({ topics }, { client: { broker } }) => {
    const answers = topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => describe(broker, name, index)),
    }));
    return { throttleTimeMs: 0, topics: answers };
  },
);

function describe(broker: Broker, topic: string, partitionIndex: number): Answered {
  try {
    const producers = broker.producers(legallyNamed(broker, topic).name, partitionIndex);
    const activeProducers = producers.map(({ lastTimestampMs, ...producer }) => ({
      ...producer,
      ...NO_TRANSACTION,
      lastTimestamp: lastTimestampMs,
    }));
    return { partitionIndex, ...SUCCESS, activeProducers };
  } catch (error) {
    return { partitionIndex, ...refused(error), activeProducers: [] };
  }
}
