/** The requests about topics, their partitions and settings, and their answers. */
import type {
  ConfigEntry,
  CreateTopicRequest,
  PartitionStatus,
  Topic,
} from "../../../broker/api.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { copyStatus } from "./replication-shapes.ts";
import {
  flag,
  int32,
  int53,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  textMap,
} from "./shapes.ts";

/** More entries than any list of one answer has; the bound of a frame is reached before. */
const MANY = 1_000_000;

/** A topic in a list. */
export interface TopicSummary {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly partitionCount: number;
  /** Copies of each partition, observers included; the greatest where partitions differ. */
  readonly replicationFactor: number;
  /** Offsets between the log starts and the high watermarks: at most so many records. */
  readonly offsetCount: number;
  /** Bytes on this broker's disk. */
  readonly sizeBytes: number;
}

const topicSummary = record<TopicSummary>({
  name: text,
  id: text,
  internal: flag,
  partitionCount: int32(),
  replicationFactor: int32(),
  offsetCount: int53(),
  sizeBytes: int53(),
});

const topicFields = {
  name: text,
  id: text,
  partitionCount: int32(),
  internal: flag,
  config: textMap(text),
};

/** What the state of a partition consists of. */
export const partitionFields = {
  topic: text,
  partition: int32(),
  leader: int32(-1),
  leaderEpoch: int32(-1),
  replicas: list(int32(), MANY),
  adding: list(int32(), MANY),
  removing: list(int32(), MANY),
  isr: list(int32(), MANY),
  observers: list(int32(), MANY),
  copies: list(copyStatus, MANY),
  logStartOffset: int53(),
  highWatermark: int53(),
  logEndOffset: int53(),
  sizeBytes: int53(),
};

const partitionStatus = record<PartitionStatus>(partitionFields);

/** A topic with the state of its partitions, in the order of their numbers. */
export interface TopicDescription extends Topic {
  readonly partitions: readonly PartitionStatus[];
}

/** Which topic a request is about. */
export interface TopicName {
  readonly name: string;
}

const topicName = record<TopicName>({ name: text });

/** Every topic, in the order of names. */
export const listTopics: Operation<Nothing, { readonly topics: readonly TopicSummary[] }> = {
  name: "list-topics",
  request: nothing,
  answer: record<{ readonly topics: readonly TopicSummary[] }>({
    topics: list(topicSummary, MANY),
  }),
};

/** One topic with all of its partitions. */
export const describeTopic: Operation<TopicName, TopicDescription> = {
  name: "describe-topic",
  request: topicName,
  answer: record<TopicDescription>({ ...topicFields, partitions: list(partitionStatus, MANY) }),
};

/** Makes a topic; answered by what was made, or would be. */
export const createTopic: Operation<CreateTopicRequest, Topic> = {
  name: "create-topic",
  request: record<CreateTopicRequest>({
    name: text,
    partitionCount: nullable(int32()),
    replicationFactor: nullable(int32()),
    config: optional(textMap(text), new Map()),
    validateOnly: optional(flag, false),
  }),
  answer: record<Topic>(topicFields),
};

/** Removes a topic and its records. */
export const deleteTopic: Operation<TopicName, Nothing> = {
  name: "delete-topic",
  request: topicName,
  answer: nothing,
};

/** How many partitions a topic is to have. */
export interface CreatePartitionsRequest {
  readonly name: string;
  readonly partitionCount: number;
  readonly validateOnly: boolean;
}

/** Grows a topic. */
export const createPartitions: Operation<CreatePartitionsRequest, Nothing> = {
  name: "create-partitions",
  request: record<CreatePartitionsRequest>({
    name: text,
    partitionCount: int32(),
    validateOnly: optional(flag, false),
  }),
  answer: nothing,
};

/** Settings, in the order in which the broker lists them. */
export interface ConfigAnswer {
  readonly entries: readonly ConfigEntry[];
}

const configAnswer = record<ConfigAnswer>({
  entries: list(
    record<ConfigEntry>({
      name: text,
      value: nullable(text),
      source: oneOf("topic", "broker", "default"),
      type: oneOf("boolean", "int", "long", "double", "string", "list"),
      readOnly: flag,
      documentation: text,
    }),
    MANY,
  ),
});

/** A topic's settings. */
export const topicConfig: Operation<TopicName, ConfigAnswer> = {
  name: "topic-config",
  request: topicName,
  answer: configAnswer,
};

/** The broker's own settings. */
export const brokerConfig: Operation<Nothing, ConfigAnswer> = {
  name: "broker-config",
  request: nothing,
  answer: configAnswer,
};

/** Settings to be set, or, where the value is null, to be taken back. */
export interface AlterTopicConfigRequest {
  readonly name: string;
  readonly changes: ReadonlyMap<string, string | null>;
  readonly validateOnly: boolean;
}

/** Changes a topic's own settings. */
export const alterTopicConfig: Operation<AlterTopicConfigRequest, Nothing> = {
  name: "alter-topic-config",
  request: record<AlterTopicConfigRequest>({
    name: text,
    changes: textMap(nullable(text)),
    validateOnly: optional(flag, false),
  }),
  answer: nothing,
};

/** Settings of the broker to be set, or, where the value is null, to be taken back. */
export interface AlterBrokerConfigRequest {
  readonly changes: ReadonlyMap<string, string | null>;
  readonly validateOnly: boolean;
}

/** Changes settings of the broker that may change while it runs. */
export const alterBrokerConfig: Operation<AlterBrokerConfigRequest, Nothing> = {
  name: "alter-broker-config",
  request: record<AlterBrokerConfigRequest>({
    changes: textMap(nullable(text)),
    validateOnly: optional(flag, false),
  }),
  answer: nothing,
};
