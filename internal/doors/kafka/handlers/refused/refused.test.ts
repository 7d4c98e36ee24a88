import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Fixture, openFixture } from "../../fixture.testing.ts";
import { type KafkaErrorName, kafkaErrors } from "../../protocol/error-codes.ts";
import { initProducerId } from "../../protocol/messages/22-init-producer-id.ts";
import { addPartitionsToTxn } from "../../protocol/messages/24-add-partitions-to-txn.ts";
import { addOffsetsToTxn } from "../../protocol/messages/25-add-offsets-to-txn.ts";
import { endTxn } from "../../protocol/messages/26-end-txn.ts";
import { txnOffsetCommit } from "../../protocol/messages/28-txn-offset-commit.ts";
import { saslAuthenticate } from "../../protocol/messages/36-sasl-authenticate.ts";
import { describeClientQuotas } from "../../protocol/messages/48-describe-client-quotas.ts";
import { alterClientQuotas } from "../../protocol/messages/49-alter-client-quotas.ts";
import { describeScramCredentials } from "../../protocol/messages/50-describe-scram-credentials.ts";
import { alterUserScramCredentials } from "../../protocol/messages/51-alter-scram-credentials.ts";

/*
 * What comes in a later milestone is answered by its own error, in every place of the answer that
 * has room for one. Access control and SaslHandshake are compared with Kafka's answers: see
 * conformance/.
 */

let fixture: Fixture;

beforeAll(async () => {
  fixture = await openFixture();
});

afterAll(() => fixture.close());

const identity = { producerId: 1, producerEpoch: 0 };
const producer = { transactionalId: "x", ...identity };
const topics = [{ name: "t", partitions: [0, 1] }];
const older = {
  v3AndBelowTransactionalId: "x",
  v3AndBelowProducerId: 1,
  v3AndBelowProducerEpoch: 0,
  v3AndBelowTopics: topics,
};
const newer = {
  v3AndBelowTransactionalId: "",
  v3AndBelowProducerId: 0,
  v3AndBelowProducerEpoch: 0,
};
const committed = { committedOffset: 1, committedMetadata: null };
const user = { name: "u", mechanism: 1 };
const entity = [{ entityType: "user", entityName: null }];

const client = () => fixture.connect();
const NO_TRANSACTIONS = "TRANSACTIONAL_ID_AUTHORIZATION_FAILED";

/** What is asked for, how often its error stands in the answer, and the question. */
const asked: readonly (readonly [string, KafkaErrorName, number, () => Promise<unknown>])[] = [
  ...[0, 5].map(
    (version) =>
      [
        `a transactional producer's id, version ${version}`,
        NO_TRANSACTIONS,
        1,
        () =>
          client().call(initProducerId, version, {
            ...{ transactionalId: "x", transactionTimeoutMs: 1000 },
            ...(version < 3 ? {} : { producerId: -1, producerEpoch: -1 }),
          }),
      ] as const,
  ),
  [
    "to add partitions, by one producer",
    NO_TRANSACTIONS,
    2,
    () => client().call(addPartitionsToTxn, 3, { transactions: [], ...older }),
  ],
  [
    "to add partitions, of many transactions",
    NO_TRANSACTIONS,
    2,
    () =>
      client().call(addPartitionsToTxn, 5, {
        transactions: [{ ...producer, topics }],
        v3AndBelowTopics: [],
        ...newer,
      }),
  ],
  ...[0, 4].map(
    (version) =>
      [
        `to add offsets, version ${version}`,
        NO_TRANSACTIONS,
        1,
        () => client().call(addOffsetsToTxn, version, { ...producer, groupId: "g" }),
      ] as const,
  ),
  ...[0, 5].map(
    (version) =>
      [
        `to end a transaction, version ${version}`,
        NO_TRANSACTIONS,
        1,
        () => client().call(endTxn, version, { ...producer, committed: true }),
      ] as const,
  ),
  ...[0, 5].map(
    (version) =>
      [
        `to commit offsets with it, version ${version}`,
        NO_TRANSACTIONS,
        2,
        () =>
          client().call(txnOffsetCommit, version, {
            ...producer,
            groupId: "g",
            topics: [
              { name: "t", partitions: [0, 1].map((it) => ({ partitionIndex: it, ...committed })) },
            ],
          }),
      ] as const,
  ),
  [
    "to log in",
    "ILLEGAL_SASL_STATE",
    1,
    () => client().call(saslAuthenticate, 2, { authBytes: new Uint8Array(3) }),
  ],
  [
    "for users",
    "UNSUPPORTED_VERSION",
    1,
    () => client().call(describeScramCredentials, 0, { users: null }),
  ],
  [
    "to change users",
    "UNSUPPORTED_VERSION",
    1,
    () => client().call(alterUserScramCredentials, 0, { deletions: [user], upsertions: [] }),
  ],
  [
    "for quotas",
    "UNSUPPORTED_VERSION",
    1,
    () => client().call(describeClientQuotas, 1, { components: [], strict: false }),
  ],
  [
    "to change quotas",
    "UNSUPPORTED_VERSION",
    1,
    () =>
      client().call(alterClientQuotas, 1, { entries: [{ entity, ops: [] }], validateOnly: false }),
  ],
];

test.each(asked)("who asks %s is answered %s", async (_, error, count, ask) => {
  const text = JSON.stringify(await ask());
  const codes = [...text.matchAll(/"(?:partitionE|e)rrorCode":(\d+)/g)].map(([, it]) => Number(it));
  expect(codes.filter((code) => code !== 0)).toEqual(Array(count).fill(kafkaErrors[error].code));
});
