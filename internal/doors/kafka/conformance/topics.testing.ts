import { createTopics } from "../protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../protocol/messages/20-delete-topics.ts";
import { createPartitions } from "../protocol/messages/37-create-partitions.ts";
import type { Encodable } from "../protocol/table.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type IdOf, type Question, question, UNKNOWN_ID } from "./question.testing.ts";

type NewTopic = Encodable<(typeof createTopics)["request"]["fields"]>["topics"][number];
type Grown = Encodable<(typeof createPartitions)["request"]["fields"]>["topics"][number];

const DEFAULTS = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
function create(
  about: string,
  topics: readonly Partial<NewTopic>[],
  differs: string | null = null,
  version = 7,
  validateOnly = false,
): Question {
  const full = topics.map((topic) => ({ name: "made", ...DEFAULTS, ...topic }));
  // Which settings there are, and their values, is each broker's own.
  const request = { topics: full, timeoutMs: 10_000, validateOnly };
  return question(about, createTopics, version, request, differs);
}

/** One topic, placed by hand. */
function placed(...partitions: readonly (readonly [index: number, brokers: readonly number[]])[]) {
  const assignments = partitions.map(([partitionIndex, brokerIds]) => ({
    partitionIndex,
    brokerIds,
  }));
  return [{ name: "placed", numPartitions: -1, replicationFactor: -1, assignments }];
}

function grow(about: string, topics: readonly Partial<Grown>[], validateOnly = false): Question {
  const full = topics.map((topic) => ({ name: "t", count: 3, assignments: null, ...topic }));
  return question(about, createPartitions, 3, { topics: full, timeoutMs: 10_000, validateOnly });
}

interface Named {
  readonly name: string | null;
  readonly topicId?: string;
}

function remove(
  about: string,
  topicsOf: (idOf: IdOf) => readonly Named[],
  differs: string | null = null,
): Question {
  const bodyOf = (idOf: IdOf) => ({
    topics: topicsOf(idOf).map((topic) => ({ topicId: ZERO_UUID, ...topic })),
    topicNames: [],
    timeoutMs: 10_000,
  });
  return question(about, deleteTopics, 6, bodyOf, differs);
}

/** Makes the topic `t` that later questions are about. */
export const creation: readonly Question[] = [
  create(
    "a topic",
    [{ name: "t", numPartitions: 2, configs: [{ name: "retention.ms", value: "-1" }] }],
    null,
    4,
  ),
  create("a topic that is there", [{ name: "t" }]),
  create("with no partitions", [{ numPartitions: 0 }]),
  create("with fewer than none", [{ numPartitions: -2 }]),
  create("with no copies", [{ replicationFactor: 0 }]),
  create("with more copies than brokers", [{ replicationFactor: 2 }]),
  create("with a name that none may have", [{ name: "a/b" }, { name: "" }, { name: ".." }]),
  create("with a name that is too long", [{ name: "n".repeat(250) }]),
  create("the same name twice", [{}, {}]),
  create("with a setting that isn't known", [{ configs: [{ name: "nope", value: "1" }] }]),
  create("with a setting without a value", [{ configs: [{ name: "retention.ms", value: null }] }]),
  create("with a value that is no number", [{ configs: [{ name: "retention.ms", value: "a" }] }]),
  create("placed, and counted as well", [
    { ...placed([0, [1]])[0], numPartitions: 1, replicationFactor: 1 },
  ]),
  create("placed with a gap", placed([1, [1]])),
  create("placed on a broker that isn't there", placed([0, [9]])),
  create("placed twice", placed([0, [1]], [0, [1]])),
  create("placed nowhere", placed([0, []])),
  create("placed twice on a broker", placed([0, [1, 1]])),
  create("with names that differ by a dot", [{ name: "a.b" }], null, 4),
  create(
    "with a name that collides in Kafka's metrics",
    [{ name: "a_b" }],
    "a.b and a_b are two topics: nothing makes one name of them",
    4,
    true,
  ),
];

export const growth: readonly Question[] = [
  grow("to fewer", [{ count: 1 }]),
  grow("to as many", [{ count: 2 }]),
  grow("to a negative number", [{ count: -3 }]),
  grow("a topic that isn't there", [{ name: "nope" }]),
  grow("a topic twice", [{ count: 4 }, { count: 4 }]),
  grow("placed too little", [{ assignments: [] }]),
  grow("placed too much", [{ assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }]),
  grow("placed on a broker that isn't there", [{ assignments: [{ brokerIds: [9] }] }]),
  grow("only to see whether it could", [{ count: 9 }], true),
  grow("by one", [{}]),
];

export const removal: readonly Question[] = [
  remove("a topic that isn't there", () => [{ name: "nope" }]),
  remove("an id that isn't there", () => [{ name: null, topicId: UNKNOWN_ID }]),
  remove("neither name nor id", () => [{ name: null }]),
  remove("both name and id", (idOf) => [{ name: "t", topicId: idOf("t") }]),
  remove("the same name twice", () => [{ name: "t" }, { name: "t" }]),
  remove(
    "the same topic by name and by id",
    (idOf) => [{ name: "t" }, { name: null, topicId: idOf("t") }],
    "the topic is told as it was named first",
  ),
  remove("by id", (idOf) => [{ name: null, topicId: idOf("a.b") }]),
  remove("by name", () => [{ name: "t" }]),
];
