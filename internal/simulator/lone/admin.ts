import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { metadata } from "../../doors/kafka/protocol/messages/03-metadata.ts";
import { createTopics } from "../../doors/kafka/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../doors/kafka/protocol/messages/20-delete-topics.ts";
import { deleteRecords } from "../../doors/kafka/protocol/messages/21-delete-records.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { must } from "../failure.ts";
import type { Actor } from "../shared/actor.ts";
import type { KafkaClient } from "../shared/kafka-client.ts";
import { checkError } from "./answers.ts";
import { TopicModel } from "./topic-model.ts";
import type { World } from "./world.ts";

/** The only one who makes and removes topics; tries again until the answer is certain. */
export class AdminActor implements Actor {
  readonly #world: World;
  readonly #client: KafkaClient;
  #topicCount = 0;
  #busy = false;

  constructor(world: World) {
    this.#world = world;
    this.#client = world.makeClient();
  }

  get isIdle(): boolean {
    const { topics } = this.#world;
    return !this.#busy && [...topics.values()].every(({ existence }) => existence === "there");
  }

  step(isFinishing: boolean): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#turn(isFinishing).then(
      () => {
        this.#busy = false;
      },
      (error: unknown) => this.#world.stage.fail(error),
    );
  }

  async #turn(isFinishing: boolean): Promise<void> {
    if (!this.#client.isOpen) return this.#client.connect();
    const { random, topics, climate } = this.#world;
    for (const topic of topics.values()) {
      if (topic.existence === "being-made") return this.#make(topic);
      if (topic.existence === "being-removed") return this.#remove(topic);
    }
    if (isFinishing) return;
    const name = random.pick(climate.topicNames);
    const topic = topics.get(name);
    if (this.#world.isFree(name)) await this.#begin(name);
    else if (!topic) return;
    else if (random.chance(0.1)) await this.#beginRemoval(topic);
    else if (random.chance(0.3)) await this.#cut(topic);
  }

  #begin(name: string): Promise<void> {
    const { random, climate, attempts, topics } = this.#world;
    const count = random.between(1, climate.mostPartitions);
    const durability = random.chance(climate.memoryTopics) ? "memory" : "fsync";
    const topic = new TopicModel(name, ++this.#topicCount, count, durability, attempts);
    topics.set(name, topic);
    return this.#make(topic);
  }

  /** Asks for a topic; if that may have been done before, it may be there. */
  async #make(topic: TopicModel): Promise<void> {
    const world = this.#world;
    const { name, partitionCount, durability } = topic;
    const hasTried = topic.tries++ > 0;
    const configs = [{ name: "durability", value: durability }];
    const sizes = { numPartitions: partitionCount, replicationFactor: -1, assignments: [] };
    world.trace("make", name, partitionCount);
    const answer = await this.#client.call(createTopics, 7, {
      topics: [{ name, ...sizes, configs }],
    });
    const made = answer?.topics[0];
    if (!made) return;
    const exists = made.errorCode === kafkaErrors.TOPIC_ALREADY_EXISTS.code;
    if (exists) must(hasTried, () => `${name} is there already`);
    if (exists) return this.#find(topic);
    if (made.errorCode !== 0) return checkError(world, made.errorCode, "CreateTopics", {});
    must(
      made.numPartitions === partitionCount,
      () => `${name} has ${made.numPartitions} partitions`,
    );
    this.#made(topic, made.topicId);
  }

  /** Asks for the id of a topic that is there. */
  async #find(topic: TopicModel): Promise<void> {
    const answer = await this.#client.call(metadata, 12, {
      topics: [{ name: topic.name, topicId: ZERO_UUID }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
    const found = answer?.topics[0];
    if (!found) return;
    must(found.errorCode === 0, () => `${topic.name} is there, and isn't: ${found.errorCode}`);
    this.#made(topic, found.topicId);
  }

  #made(topic: TopicModel, id: string): void {
    must(topic.id === null || topic.id === id, () => `${topic.name} has got another id`);
    this.#world.trace("made", topic.name, id);
    topic.id = id;
    topic.existence = "there";
    topic.tries = 0;
    topic.thereSinceMs = this.#world.nowMs;
  }

  #beginRemoval(topic: TopicModel): Promise<void> {
    topic.existence = "being-removed";
    for (const log of topic.logs) log.existence = "being-removed";
    return this.#remove(topic);
  }

  async #remove(topic: TopicModel): Promise<void> {
    const world = this.#world;
    const { name } = topic;
    const hasTried = topic.tries++ > 0;
    world.trace("remove", name);
    const answer = await this.#client.call(deleteTopics, 6, {
      topics: [{ name, topicId: ZERO_UUID }],
      topicNames: [],
      timeoutMs: 1000,
    });
    const removed = answer?.responses[0];
    if (!removed) return;
    const { errorCode } = removed;
    const isGone = errorCode === kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code;
    if (isGone) must(hasTried, () => `${name} was gone before it was removed`);
    else if (errorCode !== 0) return checkError(world, errorCode, "DeleteTopics", {});
    world.trace("removed", name);
    world.forget(topic);
  }

  async #cut(topic: TopicModel): Promise<void> {
    const world = this.#world;
    const { name } = topic;
    const sinceMs = world.nowMs;
    const index = world.random.below(topic.partitionCount);
    const log = topic.logs[index];
    if (!log) return;
    const offset = world.random.between(log.startOffset, log.knownEnd);
    log.askedStarts.push(offset);
    world.trace("cut", log.name, offset);
    const partitions = [{ partitionIndex: index, offset }];
    const request = { topics: [{ name, partitions }], timeoutMs: 1000 };
    const answer = await this.#client.call(deleteRecords, 2, request);
    const cut = answer?.topics[0]?.partitions[0];
    if (!cut || !topic.isThereSince(sinceMs)) return;
    if (cut.errorCode === kafkaErrors.OFFSET_OUT_OF_RANGE.code) {
      must(log.losses > 0, () => `${log.name}: there is no offset ${offset} to cut off at`);
    } else if (cut.errorCode !== 0) {
      checkError(world, cut.errorCode, "DeleteRecords", { topic, sinceMs });
    } else {
      must(cut.lowWatermark >= offset, () => `${log.name} starts at ${cut.lowWatermark} still`);
      log.startOffset = Math.max(log.startOffset, offset);
    }
  }
}
