import { api } from "../message.ts";
import { int16, int32, int64, string } from "../table.ts";

/**
 * InitProducerId: an id and epoch for an idempotent or transactional producer.
 *
 * 3 lets a producer ask for a higher epoch of the id that it has (KIP-360). Apache Kafka has a
 * version 6, for two-phase commit, that is not released yet.
 */
export const initProducerId = api({
  key: 22,
  name: "InitProducerId",
  versions: "0-5",
  flexible: "2+",
  request: {
    // Null for a producer that is only idempotent.
    transactionalId: string("0+", { nullable: "0+" }),
    transactionTimeoutMs: int32("0+"),
    // -1 for a new one.
    producerId: int64("3+", { default: -1 }),
    producerEpoch: int16("3+", { default: -1 }),
  },
  response: {
    throttleTimeMs: int32("0+", { ignorable: true }),
    errorCode: int16("0+"),
    producerId: int64("0+", { default: -1 }),
    producerEpoch: int16("0+"),
  },
});
