import type { Broker, Topic } from "../../../broker/api.ts";
import { topicToWrite } from "../../../broker/topics/topic-to-write.ts";
import { CLUSTER_OPERATIONS, TOPIC_OPERATIONS, toldNodesOf } from "../cluster.ts";
import { Refusal, refusedName } from "../errors.ts";
import { partitionsOf } from "../partitions.ts";
import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import { metadata } from "../protocol/messages/03-metadata.ts";
import { NOT_ASKED_FOR } from "../protocol/messages/authorized-operations.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type AnswerOf, type RequestOf, SentOn, service } from "../service.ts";
import { distinct, legallyNamed, topicWithId } from "../topics.ts";

type Request = RequestOf<typeof metadata>;
type RequestedTopic = NonNullable<Request["topics"]>[number];
type AnsweredTopic = AnswerOf<typeof metadata>["topics"][number];

/** The first version in which a topic can be asked for by its id. */
const TOPIC_ID_VERSION = 12;
const LAST_CLUSTER_OPERATIONS_VERSION = 10;

/**
 * Metadata 0-13.
 *
 * - Null asks for all topics, an empty list for none; in version 0 the empty list asks for all.
 * - A topic that isn't there is made with the broker's defaults, if the request allows it and
 *   `auto.create.topics.enable` is set. It is there, with its leaders, before the answer: Kafka
 *   answers before it is, and clients have to ask again.
 * - Otherwise UNKNOWN_TOPIC_OR_PARTITION, or INVALID_TOPIC_EXCEPTION for a name that no topic may
 *   have. An id that isn't known: UNKNOWN_TOPIC_ID, without a name.
 * - A null name or an id before version 12: INVALID_REQUEST.
 * - A broker of a cluster that can't know who leads, where others may, ends the connection: who is
 *   told of no leader asks anyone, this broker as well, once a second.
 * - Authorized operations, when asked for, are all that there are: nobody is denied anything.
 */
export const metadataService = service(metadata, async (request, { client, version }) => {
  const { broker } = client;
  const { identity, replication } = broker;
  if (!replication.knowsLeaders) throw new SentOn("others know who leads");
  const all = request.topics === null || (version === 0 && request.topics.length === 0);
  const topics = all
    ? broker.topics().map((topic) => describe(broker, topic, request))
    : await Promise.all(
        distinct(request.topics ?? [], keyOf).map((topic) =>
          lookUp(broker, topic, request, version),
        ),
      );
  const operations = request.includeClusterAuthorizedOperations
    ? CLUSTER_OPERATIONS
    : NOT_ASKED_FOR;
  return {
    throttleTimeMs: 0,
    brokers: toldNodesOf(broker),
    clusterId: identity.clusterId,
    controllerId: replication.controllerId,
    topics,
    clusterAuthorizedOperations:
      version <= LAST_CLUSTER_OPERATIONS_VERSION ? operations : NOT_ASKED_FOR,
    errorCode: 0,
  };
});

function keyOf({ name, topicId }: RequestedTopic): string {
  return `${topicId} ${name}`;
}

async function lookUp(
  broker: Broker,
  requested: RequestedTopic,
  request: Request,
  version: number,
): Promise<AnsweredTopic> {
  const { name, topicId } = requested;
  const byId = name === null || topicId !== ZERO_UUID;
  try {
    if (byId && version < TOPIC_ID_VERSION) throw new Refusal("INVALID_REQUEST");
    const topic = byId ? topicWithId(broker, topicId) : await namedTopic(broker, name, request);
    return describe(broker, topic, request);
  } catch (error) {
    const shownName = byId && version >= TOPIC_ID_VERSION ? null : (name ?? "");
    return unavailable(shownName, topicId, refusedName(error), request);
  }
}

/** The topic with a name, made if it isn't there and may be. Rejects with a refusal. */
function namedTopic(broker: Broker, name: string, request: Request): Topic | Promise<Topic> {
  if (request.allowAutoTopicCreation) return topicToWrite(broker, name);
  return legallyNamed(broker, name);
}

function describe(broker: Broker, topic: Topic, request: Request): AnsweredTopic {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: partitionsOf(broker, topic),
    topicAuthorizedOperations: operationsOf(request),
  };
}

function unavailable(
  name: string | null,
  topicId: string,
  error: KafkaErrorName,
  request: Request,
): AnsweredTopic {
  // An id that isn't known may be that of a topic which nobody may see.
  const topicAuthorizedOperations = name === null ? NOT_ASKED_FOR : operationsOf(request);
  const errorCode = kafkaErrors[error].code;
  return { errorCode, name, topicId, partitions: [], topicAuthorizedOperations };
}

function operationsOf({ includeTopicAuthorizedOperations }: Request): number {
  return includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : NOT_ASKED_FOR;
}
