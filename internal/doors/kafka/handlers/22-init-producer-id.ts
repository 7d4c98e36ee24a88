import { refused } from "../errors.ts";
import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import { initProducerId } from "../protocol/messages/22-init-producer-id.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";

const NONE = -1;

/**
 * InitProducerId 0-5.
 *
 * - A producer that is only idempotent always gets a new id with epoch 0, as in Kafka, also when
 *   it names the one that it has: nothing proves that it is its own.
 * - Any broker gives ids out; a slave has them from its master, and COORDINATOR_LOAD_IN_PROGRESS
 *   while it can't reach that.
 * - A transactional id: TRANSACTIONAL_ID_AUTHORIZATION_FAILED. It is the one error of this request
 *   that every client takes as final and shows; at others they would go on asking.
 * - An id without an epoch or the other way round: INVALID_REQUEST.
 */
export const initProducerIdService = service(initProducerId, async (request, { client }) => {
  const refusal = refusalOf(request);
  if (refusal !== null) return failed(kafkaErrors[refusal].code);
  try {
    const identity = await client.broker.allocateProducerId(null);
    return { throttleTimeMs: 0, errorCode: 0, ...identity };
  } catch (error) {
    return failed(refused(error).errorCode);
  }
});

function refusalOf(request: RequestOf<typeof initProducerId>): KafkaErrorName | null {
  const { transactionalId, producerId, producerEpoch } = request;
  if (transactionalId === "") return "INVALID_REQUEST";
  if (transactionalId !== null) return "TRANSACTIONAL_ID_AUTHORIZATION_FAILED";
  return (producerId === NONE) === (producerEpoch === NONE) ? null : "INVALID_REQUEST";
}

function failed(errorCode: number): AnswerOf<typeof initProducerId> {
  return { throttleTimeMs: 0, errorCode, producerId: NONE, producerEpoch: NONE };
}
