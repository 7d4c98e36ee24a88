import { api } from "../message.ts";
import { array, int16, int32, int64, records, string, struct, uuid } from "../table.ts";

/**
 * Produce: append record batches to partitions.
 *
 * Versions below 3 carried older batch formats and are refused, yet ApiVersions offers them, as
 * Kafka 4 does: librdkafka sends uncompressed batches to a broker that does not name Produce 0
 * (KAFKA-18659). 7 allows zstd; 8 says which records were bad; 10 names the new leader with an
 * error (KIP-951); 11 and 12 only add error codes and meaning in transactions; 13 has topic ids in
 * place of names.
 */
export const produce = api({
  key: 0,
  name: "Produce",
  versions: "3-13",
  advertised: "0-13",
  flexible: "9+",
  request: {
    // Null when the producer is not transactional.
    transactionalId: string("3+", { nullable: "3+", default: null }),
    // How many copies must have the batch before the answer: 0 (no answer at all), 1, or -1 for
    // the ISR.
    acks: int16("0+"),
    timeoutMs: int32("0+"),
    topicData: array("0+").of({
      name: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitionData: array("0+").of({
        index: int32("0+"),
        // One v2 record batch; more than one is refused by the broker.
        records: records("0+", { nullable: "0+" }),
      }),
    }),
  },
  response: {
    responses: array("0+").of({
      name: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitionResponses: array("0+").of({
        index: int32("0+"),
        errorCode: int16("0+"),
        // The offset of the batch's first record.
        baseOffset: int64("0+"),
        // -1 unless the topic stamps records with the broker's time.
        logAppendTimeMs: int64("2+", { default: -1, ignorable: true }),
        logStartOffset: int64("5+", { default: -1, ignorable: true }),
        // The records that made the whole batch be refused.
        recordErrors: array("8+", { ignorable: true }).of({
          // Counted from 0 within the batch.
          batchIndex: int32("8+"),
          batchIndexErrorMessage: string("8+", { nullable: "8+", default: null }),
        }),
        errorMessage: string("8+", { nullable: "8+", default: null, ignorable: true }),
        // Where to go instead, with NOT_LEADER_OR_FOLLOWER.
        currentLeader: struct("10+", { tag: 0 }).of({
          leaderId: int32("10+", { default: -1 }),
          leaderEpoch: int32("10+", { default: -1 }),
        }),
      }),
    }),
    throttleTimeMs: int32("1+", { default: 0, ignorable: true }),
    // The addresses of the leaders named above.
    nodeEndpoints: array("10+", { tag: 0 }).of({
      nodeId: int32("10+"),
      host: string("10+"),
      port: int32("10+"),
      rack: string("10+", { nullable: "10+", default: null }),
    }),
  },
});
