import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { fetch } from "../../doors/kafka/protocol/messages/01-fetch.ts";
import { listOffsets } from "../../doors/kafka/protocol/messages/02-list-offsets.ts";
import { type Decoded, ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { must } from "../failure.ts";
import type { LogModel } from "../model/log-model.ts";
import type { Actor } from "../shared/actor.ts";
import type { KafkaClient } from "../shared/kafka-client.ts";
import { checkError } from "./answers.ts";
import type { TopicModel } from "./topic-model.ts";
import type { World } from "./world.ts";

const EARLIEST = -2;
const TOPIC_ID_VERSION = 13;

type FetchedPartition = Decoded<
  typeof fetch.response.fields
>["responses"][number]["partitions"][number];

/** Somebody who reads, and holds what comes against what is known. */
export class ConsumerActor implements Actor {
  readonly #world: World;
  readonly #client: KafkaClient;
  readonly #version: number;
  /** The next offset of each partition; those that aren't in here begin at their start. */
  readonly #positions = new Map<LogModel, number>();
  #busy = false;

  constructor(world: World) {
    this.#world = world;
    this.#client = world.makeClient();
    this.#version = world.random.pick([4, 7, 11, 12, 13, 17]);
  }

  get isIdle(): boolean {
    return !this.#busy;
  }

  step(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#turn().then(
      () => {
        this.#busy = false;
      },
      (error: unknown) => this.#world.stage.fail(error),
    );
  }

  async #turn(): Promise<void> {
    if (!this.#client.isOpen) return this.#client.connect();
    const topic = this.#world.pickTopic();
    if (!topic) return;
    const index = this.#world.random.below(topic.partitionCount);
    const log = topic.logs[index];
    if (!log) return;
    if (this.#positions.has(log)) await this.#fetch(topic);
    else await this.#findStart(topic, index, log);
  }

  async #findStart(topic: TopicModel, index: number, log: LogModel): Promise<void> {
    const sinceMs = this.#world.nowMs;
    const partitions = [{ partitionIndex: index, timestamp: EARLIEST }];
    const topics = [{ name: topic.name, partitions }];
    const request = { replicaId: -1, isolationLevel: 0, topics, timeoutMs: 1000 };
    const start = log.startOffset;
    const answer = await this.#client.call(listOffsets, 7, request);
    const found = answer?.topics[0]?.partitions[0];
    if (!found) return;
    const { errorCode, offset } = found;
    if (errorCode !== 0)
      return checkError(this.#world, errorCode, "ListOffsets", { topic, sinceMs });
    must(offset >= start, () => `${log.name} was told to start at ${offset}, before ${start}`);
    this.#positions.set(log, offset);
  }

  async #fetch(topic: TopicModel): Promise<void> {
    const { random } = this.#world;
    const sinceMs = this.#world.nowMs;
    const { lives } = this.#world;
    const asked = new Map<number, number>();
    topic.logs.forEach((log, index) => {
      const offset = this.#positions.get(log);
      if (offset !== undefined) asked.set(index, offset);
    });
    const partitionMaxBytes = random.pick([1, 2000, 100_000]);
    const partitions = [...asked].map(([partition, fetchOffset]) => {
      return { partition, fetchOffset, partitionMaxBytes };
    });
    const version = topic.id ? this.#version : Math.min(this.#version, TOPIC_ID_VERSION - 1);
    const answer = await this.#client.call(fetch, version, {
      maxWaitMs: random.pick([0, 0, 5, 300]),
      minBytes: random.pick([1, 1, 2000]),
      maxBytes: random.pick([1, 4000, 1_000_000]),
      topics: [{ topic: topic.name, topicId: topic.id ?? ZERO_UUID, partitions }],
      forgottenTopicsData: [],
      rackId: "",
    });
    if (!answer) return;
    must(answer.errorCode === 0, () => `Fetch was answered with error ${answer.errorCode}`);
    if (this.#world.isOutdated(topic, lives)) return;
    for (const partition of answer.responses[0]?.partitions ?? []) {
      this.#take(topic, partition, asked.get(partition.partitionIndex), { sinceMs, lives });
    }
  }

  #take(
    topic: TopicModel,
    { partitionIndex: index, errorCode, highWatermark, records }: FetchedPartition,
    offset: number | undefined,
    { sinceMs, lives }: { readonly sinceMs: number; readonly lives: number },
  ): void {
    const log = topic.logs[index];
    must(log !== undefined && offset !== undefined, () => `${topic.name}-${index}: not asked for`);
    if (errorCode === kafkaErrors.OFFSET_OUT_OF_RANGE.code) {
      // A cut that a crash took back may have been seen before that.
      const isOutdated = lives !== this.#world.lives || log.losses > 0;
      const excused = isOutdated || log.startOffset > offset || log.mayStartBehind(offset);
      must(excused, () => `${log.name}: ${offset} is out of range`);
      this.#positions.delete(log);
      return;
    }
    if (errorCode !== 0) checkError(this.#world, errorCode, "Fetch", { topic, sinceMs });
    if (errorCode !== 0 || topic.existence !== "there") return;
    log.promise(highWatermark);
    if (!records || records.to === records.from) return;
    const chunk = records.buffer.slice(records.from, records.to);
    this.#positions.set(log, log.checkRead([chunk], offset, highWatermark, true));
    this.#world.reads++;
  }
}
