import { metadata } from "../protocol/messages/03-metadata.ts";
import { saslHandshake } from "../protocol/messages/17-sasl-handshake.ts";
import { initProducerId } from "../protocol/messages/22-init-producer-id.ts";
import { describeAcls } from "../protocol/messages/29-describe-acls.ts";
import { createAcls } from "../protocol/messages/30-create-acls.ts";
import { deleteAcls } from "../protocol/messages/31-delete-acls.ts";
import { describeCluster } from "../protocol/messages/60-describe-cluster.ts";
import { describeTopicPartitions } from "../protocol/messages/75-describe-topic-partitions.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type IdOf, type Question, question, UNKNOWN_ID } from "./question.testing.ts";

interface Named {
  readonly name: string | null;
  readonly topicId?: string;
}

function look(
  about: string,
  topicsOf: (idOf: IdOf) => readonly Named[] | null,
  version = 12,
  differs: string | null = null,
): Question {
  const rest = {
    allowAutoTopicCreation: version < 4,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: version >= 8,
  };
  return question(
    about,
    metadata,
    version,
    (idOf) => ({
      topics: topicsOf(idOf)?.map((topic) => ({ topicId: ZERO_UUID, ...topic })) ?? null,
      ...rest,
    }),
    differs,
  );
}

function cluster(about: string, endpointType: number): Question {
  const rest = { includeClusterAuthorizedOperations: true, includeFencedBrokers: true };
  return question(about, describeCluster, 2, { endpointType, ...rest });
}

function pageOf(
  about: string,
  names: readonly string[],
  responsePartitionLimit: number,
  cursor: { topicName: string; partitionIndex: number } | null = null,
): Question {
  const topics = names.map((name) => ({ name }));
  const request = { topics, responsePartitionLimit, cursor };
  return question(about, describeTopicPartitions, 0, request);
}

function producer(
  about: string,
  transactionalId: string | null,
  id: number,
  epoch: number,
  differs: string | null = null,
): Question {
  const identity = { transactionalId, producerId: id, producerEpoch: epoch };
  return question(about, initProducerId, 5, { ...identity, transactionTimeoutMs: 1000 }, differs);
}

const RESOURCE = { resourceTypeFilter: 1, resourceNameFilter: null, patternTypeFilter: 3 };
const WHO = { principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 };
const ALLOW = { principal: "User:a", host: "*", operation: 3, permissionType: 3 };

/** Questions about the cluster, with the topic `t` in it. */
export const clusters: readonly Question[] = [
  look("a topic", () => [{ name: "t" }]),
  look("a topic by its id", (idOf) => [{ name: null, topicId: idOf("t") }]),
  look("a topic that isn't there", () => [{ name: "nope" }]),
  look("an id that isn't there", () => [{ name: null, topicId: UNKNOWN_ID }]),
  look("an id and a name", () => [{ name: "t", topicId: UNKNOWN_ID }]),
  look("names that no topic may have", () => [{ name: "a/b" }, { name: "" }]),
  look(
    "neither name nor id",
    () => [{ name: null }],
    12,
    "UNKNOWN_TOPIC_ID, where Kafka answers UNKNOWN_SERVER_ERROR",
  ),
  look("no name, before ids", () => [{ name: null }], 10, "the brokers are told all the same"),
  look("all, in the first version", () => [], 0),
  look("all", () => null, 4),
  look("none", () => [], 4),
  look("a topic twice", () => [{ name: "t" }, { name: "t" }], 1),
  cluster("the brokers", 1),
  cluster("the controllers", 2),
  cluster("what isn't known", 7),
  pageOf("one topic", ["t"], 100),
  pageOf("a first page", ["t", "a.b"], 1),
  pageOf("a next page", ["t", "a.b"], 2, { topicName: "t", partitionIndex: 1 }),
  pageOf("topics that aren't there", ["nope", "a/b"], 10),
  pageOf("from a topic that isn't there", ["t"], 10, { topicName: "u", partitionIndex: 0 }),
  pageOf("from behind a topic's end", ["t"], 10, { topicName: "t", partitionIndex: 99 }),
  pageOf("from a negative place", ["t"], 10, { topicName: "t", partitionIndex: -1 }),
  producer("a new one", null, -1, -1, "Kafka has to get its first ids ready, and says so"),
  producer("an id without an epoch", null, 5, -1),
  producer("an epoch without an id", null, -1, 5),
  producer("an empty transactional id", "", -1, -1),
];

/** What is not offered, and answered all the same. */
export const refusedQuestions: readonly Question[] = [
  question("where nobody logs in", saslHandshake, 1, { mechanism: "PLAIN" }),
  question("without access control", describeAcls, 3, { ...RESOURCE, ...WHO }),
  question("without access control", createAcls, 3, {
    creations: [{ resourceType: 2, resourceName: "t", resourcePatternType: 3, ...ALLOW }],
  }),
  question("without access control", deleteAcls, 3, { filters: [{ ...RESOURCE, ...WHO }] }),
];
