import { api } from "../message.ts";
import { array, boolean, int16, int32, int64, string } from "../table.ts";

/**
 * AddPartitionsToTxn: a transaction is about to write to partitions.
 *
 * Until 3 a client asked for one transaction; from 4 on only brokers ask, for many at once.
 */
export const addPartitionsToTxn = api({
  key: 24,
  name: "AddPartitionsToTxn",
  versions: "0-5",
  flexible: "3+",
  request: {
    transactions: array("4+").of({
      transactionalId: string("4+"),
      producerId: int64("4+"),
      producerEpoch: int16("4+"),
      // Whether to check only that the partitions are part of it.
      verifyOnly: boolean("4+", { default: false }),
      topics: array("4+").of({
        name: string("4+"),
        partitions: array("4+").of(int32),
      }),
    }),
    v3AndBelowTransactionalId: string("0-3"),
    v3AndBelowProducerId: int64("0-3"),
    v3AndBelowProducerEpoch: int16("0-3"),
    v3AndBelowTopics: array("0-3").of({
      name: string("0-3"),
      partitions: array("0-3").of(int32),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("4+", { ignorable: true }),
    resultsByTransaction: array("4+").of({
      transactionalId: string("4+"),
      topicResults: array("4+").of({
        name: string("4+"),
        resultsByPartition: array("4+").of({
          partitionIndex: int32("4+"),
          partitionErrorCode: int16("4+"),
        }),
      }),
    }),
    resultsByTopicV3AndBelow: array("0-3").of({
      name: string("0-3"),
      resultsByPartition: array("0-3").of({
        partitionIndex: int32("0-3"),
        partitionErrorCode: int16("0-3"),
      }),
    }),
  },
});
