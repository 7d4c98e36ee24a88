import { listOffsets } from "../protocol/messages/02-list-offsets.ts";
import { deleteRecords } from "../protocol/messages/21-delete-records.ts";
import { offsetForLeaderEpoch } from "../protocol/messages/23-offset-for-leader-epoch.ts";
import { describeLogDirs } from "../protocol/messages/35-describe-log-dirs.ts";
import { electLeaders } from "../protocol/messages/43-elect-leaders.ts";
import { alterReassignments } from "../protocol/messages/45-alter-reassignments.ts";
import { listReassignments } from "../protocol/messages/46-list-reassignments.ts";
import { describeProducers } from "../protocol/messages/61-describe-producers.ts";
import { type Question, question } from "./question.testing.ts";

interface Asked {
  readonly topic?: string;
  readonly partition?: number;
  readonly epoch?: number;
  readonly version?: number;
}

function offsetAt(about: string, timestamp: number, asked: Asked = {}): Question {
  const { topic: name = "t", partition: partitionIndex = 0, epoch = -1, version = 11 } = asked;
  const partitions = [{ partitionIndex, currentLeaderEpoch: epoch, timestamp }];
  const request = { replicaId: -1, isolationLevel: 0, timeoutMs: version < 10 ? 0 : 10_000 };
  return question(about, listOffsets, version, { ...request, topics: [{ name, partitions }] });
}

function endOf(about: string, leaderEpoch: number, asked: Asked = {}): Question {
  const { topic = "t", partition = 0, epoch: currentLeaderEpoch = -1 } = asked;
  const partitions = [{ partition, currentLeaderEpoch, leaderEpoch }];
  return question(about, offsetForLeaderEpoch, 4, {
    replicaId: -1,
    topics: [{ topic, partitions }],
  });
}

function removeBefore(about: string, offset: number, asked: Asked = {}): Question {
  const { topic: name = "t", partition: partitionIndex = 0 } = asked;
  const topics = [{ name, partitions: [{ partitionIndex, offset }] }];
  return question(about, deleteRecords, 2, { topics, timeoutMs: 10_000 });
}

function elect(about: string, electionType: number, partitions: readonly number[] | null) {
  const topicPartitions = partitions && [{ topic: "t", partitions }];
  return question(about, electLeaders, 2, { electionType, topicPartitions, timeoutMs: 10_000 });
}

function move(about: string, partitionIndex: number, replicas: readonly number[] | null) {
  const topics = [{ name: "t", partitions: [{ partitionIndex, replicas }] }];
  return question(about, alterReassignments, 1, { topics, timeoutMs: 10_000 });
}

/** Questions about the topic `t`, whose partition 0 has three records and partition 1 none. */
export const partitions: readonly Question[] = [
  offsetAt("the latest", -1),
  offsetAt("the earliest", -2),
  offsetAt("the greatest time", -3),
  offsetAt("the greatest time of no records", -3, { partition: 1 }),
  offsetAt("the earliest on the broker itself", -4),
  offsetAt("the latest elsewhere", -5),
  offsetAt("the earliest that waits to go elsewhere", -6),
  offsetAt("a place that isn't known", -7),
  offsetAt("a place from a later version", -3, { version: 6 }),
  offsetAt("the first record", 0),
  offsetAt("a time between records", 1_700_000_000_500),
  offsetAt("a time after all records", 1_900_000_000_000),
  offsetAt("a time of the first version", 0, { version: 1 }),
  offsetAt("with an epoch from the future", -1, { epoch: 5 }),
  offsetAt("of a partition that isn't there", -1, { partition: 9 }),
  offsetAt("of a negative partition", -1, { partition: -1 }),
  offsetAt("of a topic that isn't there", -1, { topic: "nope" }),
  endOf("the leader's", 0),
  endOf("one from the future", 5),
  endOf("none", -1),
  endOf("with a leader from the future", 0, { epoch: 7 }),
  endOf("of a partition that isn't there", 0, { partition: 9 }),
  endOf("of a topic that isn't there", 0, { topic: "nope" }),
  removeBefore("beyond the end", 9),
  removeBefore("a negative offset", -2),
  removeBefore("in a partition that isn't there", 0, { partition: 9 }),
  removeBefore("in a topic that isn't there", 0, { topic: "nope" }),
  removeBefore("the first", 1),
  removeBefore("what is removed already", 0),
  offsetAt("the earliest after that", -2),
  elect("what leads already", 0, [0]),
  elect("unclean", 1, [0]),
  elect("a partition that isn't there", 0, [9]),
  elect("of a kind that isn't known", 7, [0]),
  move("to where it is", 0, [1]),
  move("off", 0, null),
  move("off, for a partition that isn't there", 8, null),
  move("a partition that isn't there", 9, [1]),
  move("to a broker that isn't there", 0, [2]),
  move("to two, one of them not there", 0, [1, 2]),
  move("to no broker", 0, []),
  move("to one broker twice", 0, [1, 1]),
  question("all", listReassignments, 0, { timeoutMs: 10_000, topics: null }),
  question("what isn't there", listReassignments, 0, {
    timeoutMs: 10_000,
    topics: [{ name: "nope", partitionIndexes: [0] }],
  }),
  question("of a partition", describeProducers, 0, {
    topics: [{ name: "t", partitionIndexes: [0, 1, 9] }],
  }),
  question("of topics that aren't there", describeProducers, 0, {
    topics: [
      { name: "nope", partitionIndexes: [0] },
      { name: "a/b", partitionIndexes: [0] },
    ],
  }),
  question("an empty partition", describeLogDirs, 4, { topics: [{ topic: "t", partitions: [1] }] }),
  question("what isn't there", describeLogDirs, 4, {
    topics: [
      { topic: "t", partitions: [9] },
      { topic: "nope", partitions: [0] },
    ],
  }),
];
