import type { Broker, Topic } from "../../../broker/api.ts";
import { describeLogDirs } from "../protocol/messages/35-describe-log-dirs.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";

type Requested = NonNullable<RequestOf<typeof describeLogDirs>["topics"]>[number];
type AnsweredTopic = AnswerOf<typeof describeLogDirs>["results"][number]["topics"][number];

/**
 * DescribeLogDirs 1-5.
 *
 * - There is one directory, with everything in it. Its volume's size is not known (-1).
 * - Topics and partitions that aren't there are left out.
 */
export const describeLogDirsService = service(describeLogDirs, async ({ topics }, { client }) => {
  const { broker } = client;
  const { dataDirectory, diskFreeBytes } = broker.status();
  const directory = {
    errorCode: 0,
    logDir: dataDirectory,
    topics: topics === null ? allTopics(broker) : askedTopics(broker, topics),
    usableBytes: diskFreeBytes,
  };
  return { throttleTimeMs: 0, errorCode: 0, results: [directory] };
});

function allTopics(broker: Broker): AnsweredTopic[] {
  return broker.topics().map((topic) => describe(broker, topic, [...numbers(topic)]));
}

function askedTopics(broker: Broker, topics: readonly Requested[]): AnsweredTopic[] {
  return topics.flatMap(({ topic: name, partitions }) => {
    const topic = broker.topic(name);
    const described = topic === undefined ? null : describe(broker, topic, partitions);
    return described === null || described.partitions.length === 0 ? [] : [described];
  });
}

function numbers({ partitionCount }: Topic): IterableIterator<number> {
  return Array(partitionCount).keys();
}

function describe(broker: Broker, { name }: Topic, partitions: readonly number[]): AnsweredTopic {
  const found = partitions.flatMap((partitionIndex) => {
    const status = broker.partition(name, partitionIndex);
    if (status === undefined) return [];
    const { sizeBytes: partitionSize } = status;
    return [{ partitionIndex, partitionSize, offsetLag: 0, isFutureKey: false }];
  });
  return { name, partitions: found };
}
