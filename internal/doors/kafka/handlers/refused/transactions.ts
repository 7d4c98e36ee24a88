import { kafkaErrors } from "../../protocol/error-codes.ts";
import { addPartitionsToTxn } from "../../protocol/messages/24-add-partitions-to-txn.ts";
import { addOffsetsToTxn } from "../../protocol/messages/25-add-offsets-to-txn.ts";
import { endTxn } from "../../protocol/messages/26-end-txn.ts";
import { txnOffsetCommit } from "../../protocol/messages/28-txn-offset-commit.ts";
import { type RequestOf, type Service, service } from "../../service.ts";

type RequestedTopics = RequestOf<typeof addPartitionsToTxn>["v3AndBelowTopics"];

const { code: errorCode } = kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;

/**
 * AddPartitionsToTxn, EndTxn and TxnOffsetCommit 0-5 and AddOffsetsToTxn 0-4, which aren't offered:
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which ends a transactional producer at once.
 */
export const refusedTransactions: readonly Service[] = [
  service(addPartitionsToTxn, async ({ transactions, v3AndBelowTopics }) => ({
    throttleTimeMs: 0,
    errorCode: 0,
    resultsByTransaction: transactions.map(({ transactionalId, topics }) => ({
      transactionalId,
      topicResults: refusedTopics(topics),
    })),
    resultsByTopicV3AndBelow: refusedTopics(v3AndBelowTopics),
  })),
  service(addOffsetsToTxn, async () => ({ throttleTimeMs: 0, errorCode })),
  service(endTxn, async () => ({ throttleTimeMs: 0, errorCode })),
  service(txnOffsetCommit, async ({ topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
];

function refusedTopics(topics: RequestedTopics) {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorCode,
    })),
  }));
}
