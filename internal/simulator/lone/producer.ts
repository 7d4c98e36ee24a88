import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { produce } from "../../doors/kafka/protocol/messages/00-produce.ts";
import { apiVersions } from "../../doors/kafka/protocol/messages/18-api-versions.ts";
import { initProducerId } from "../../doors/kafka/protocol/messages/22-init-producer-id.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { must } from "../failure.ts";
import { type Attempt, makeAttempt } from "../model/attempts.ts";
import { IdempotentProducer } from "../model/idempotent-producer.ts";
import type { LogModel } from "../model/log-model.ts";
import type { Actor } from "../shared/actor.ts";
import type { KafkaClient } from "../shared/kafka-client.ts";
import { UnderWay } from "../shared/under-way.ts";
import { type Circumstances, checkError } from "./answers.ts";
import type { TopicModel } from "./topic-model.ts";
import type { World } from "./world.ts";

/** Batches have times before this run's clock begins. */
const TIMES_MS = 1_600_000_000_000;
const TOPIC_ID_VERSION = 13;

/** A batch on its way to a partition. */
interface Sending {
  readonly topic: TopicModel;
  readonly index: number;
  readonly attempt: Attempt;
}

/** Somebody who writes: with an idempotent producer, or without; waiting for acks, or not. */
export class ProducerActor implements Actor {
  readonly #world: World;
  readonly #client: KafkaClient;
  readonly #isIdempotent: boolean;
  readonly #acks: -1 | 0 | 1;
  readonly #version: number;
  readonly #perLog = new Map<LogModel, IdempotentProducer<LogModel>>();
  #producerId: number | null = null;
  readonly #underWay: UnderWay;

  constructor(world: World) {
    const { random } = world;
    this.#world = world;
    this.#underWay = new UnderWay(world.stage);
    this.#client = world.makeClient();
    this.#isIdempotent = random.chance(0.6);
    this.#acks = this.#isIdempotent ? -1 : random.pick([-1, 1, 1, 0]);
    this.#version = random.pick([3, 7, 9, 12, 13]);
  }

  get isIdle(): boolean {
    if (this.#underWay.count > 0) return false;
    return [...this.#perLog.values()].every((producer) => producer.isDone || !isThere(producer));
  }

  step(isFinishing: boolean): void {
    if (!this.#client.isOpen) {
      for (const producer of this.#perLog.values()) producer.disconnected();
      this.#underWay.start(() => this.#client.connect());
    } else if (this.#isIdempotent && this.#producerId === null) {
      if (this.#underWay.count === 0) this.#underWay.start(() => this.#getId());
    } else {
      const topic = this.#world.pickTopic();
      if (topic) this.#produce(topic, isFinishing);
    }
  }

  async #getId(): Promise<void> {
    const answer = await this.#client.call(initProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 0,
    });
    if (!answer) return;
    const { errorCode, producerId } = answer;
    if (errorCode !== 0) return checkError(this.#world, errorCode, "InitProducerId", {});
    must(!this.#world.producerIds.has(producerId), () => `producer id ${producerId} given twice`);
    this.#world.producerIds.add(producerId);
    this.#producerId = producerId;
  }

  /** Sends some batches to some partitions of a topic: the first of each in one request, ... */
  #produce(topic: TopicModel, isFinishing: boolean): void {
    const rows: Sending[][] = [];
    topic.logs.forEach((log, index) => {
      if (!isFinishing && this.#world.random.chance(0.4)) return;
      const attempts = this.#attemptsFor(topic, log, isFinishing);
      attempts.forEach((attempt, row) => {
        rows[row] ??= [];
        rows[row].push({ topic, index, attempt });
      });
    });
    for (const row of rows) this.#underWay.start(() => this.#send(topic, row));
  }

  #attemptsFor(topic: TopicModel, log: LogModel, isFinishing: boolean): readonly Attempt[] {
    const { random } = this.#world;
    const count = isFinishing ? 0 : random.below(3);
    if (!this.#isIdempotent) {
      return Array.from({ length: count }, () => this.#makeAttempt(log, null));
    }
    const known = this.#perLog.get(log);
    const producer = known ?? new IdempotentProducer(log, this.#producerId ?? 0, 0);
    this.#perLog.set(log, producer);
    for (let i = 0; i < count; i++) {
      const recordCount = random.between(1, 4);
      const baseSequence = producer.takeSequence(recordCount);
      if (baseSequence === null) break;
      const { id: producerId, epoch: producerEpoch } = producer;
      const batchProducer = { producerId, producerEpoch, baseSequence, transactional: false };
      producer.add(this.#makeAttempt(log, batchProducer, recordCount));
    }
    return topic.existence === "there" ? producer.toSend(random.chance(0.2)) : [];
  }

  #makeAttempt(
    log: LogModel,
    producer: Attempt["producer"],
    recordCount = this.#world.random.between(1, 4),
  ): Attempt {
    const { random, climate, attempts } = this.#world;
    const number = ++this.#world.attemptCount;
    const attempt = makeAttempt({
      number,
      log: log.key,
      recordCount,
      sizeBytes: random.below(random.chance(0.3) ? climate.largestBatchBytes : 300),
      timestampMs: TIMES_MS + number * 10 + random.between(-30, 30),
      producer,
    });
    attempts.add(attempt);
    return attempt;
  }

  async #send(topic: TopicModel, row: readonly Sending[]): Promise<void> {
    const world = this.#world;
    const sentMs = world.nowMs;
    const { lives } = world;
    for (const { attempt, index } of row) this.#noteSend(topic, index, attempt);
    const topicId = topic.id ?? ZERO_UUID;
    const version = topic.id ? this.#version : Math.min(this.#version, TOPIC_ID_VERSION - 1);
    const partitionData = row.map(({ index, attempt }) => ({ index, records: attempt.bytes }));
    const { name } = topic;
    const request = {
      acks: this.#acks,
      timeoutMs: 1000,
      topicData: [{ name, topicId, partitionData }],
    };
    const settled = version < TOPIC_ID_VERSION ? world.sentByName(name) : () => {};
    if (this.#acks === 0) {
      if (this.#client.isOpen) this.#client.send(produce, version, request);
      // A connection is read in order: an answer to this says that the broker has had that.
      const heard = await this.#client.call(apiVersions, 0, UNNAMED);
      return heard ? settled() : world.lostByName(settled);
    }
    const answer = await this.#client.call(produce, version, request);
    if (!answer) return world.lostByName(settled);
    settled();
    const answered = answer.responses[0]?.partitionResponses ?? [];
    must(answered.length === row.length, () => `${name}: not all partitions were answered`);
    for (const { index, errorCode, baseOffset, errorMessage } of answered) {
      const sending = row.find((candidate) => candidate.index === index);
      must(sending !== undefined, () => `${name}-${index} was answered, which nobody asked for`);
      if (errorCode === 0) this.#acknowledged(sending, baseOffset, lives);
      else this.#refused(sending, errorCode, errorMessage ?? "", { topic, sinceMs: sentMs });
    }
  }

  #noteSend(topic: TopicModel, index: number, attempt: Attempt): void {
    const world = this.#world;
    const log = topic.logs[index];
    const { producerId, producerEpoch, baseSequence } = attempt.producer ?? NOBODY;
    const who = [producerId, producerEpoch, baseSequence];
    world.trace("send", `${topic.name}-${index}`, attempt.number, ...who);
    if (attempt.state === "present" || !log) return;
    attempt.sends.push({ connection: this.#client.number, order: ++world.sendCount });
    attempt.state = "unknown";
    log.unknown.add(attempt);
  }

  #acknowledged({ topic, index, attempt }: Sending, baseOffset: number, sentInLife: number): void {
    const log = topic.logs[index];
    if (!log) return;
    this.#world.trace("ack", `${topic.name}-${index}`, attempt.number, baseOffset);
    this.#world.acknowledged++;
    if (attempt.state === "present") this.#world.duplicates++;
    if (!this.#world.isOutdated(topic, sentInLife)) log.learn(attempt, baseOffset);
    // It was told before the crash, and may have gone with that.
    else if (attempt.state !== "present") log.losses++;
    this.#perLog.get(log)?.acknowledged(attempt);
  }

  #refused(
    { topic, index, attempt }: Sending,
    code: number,
    message: string,
    circumstances: Circumstances,
  ): void {
    const log = topic.logs[index];
    if (!log) return;
    this.#world.trace("refused", `${topic.name}-${index}`, attempt.number, code);
    const { OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH } = kafkaErrors;
    const sequence = [OUT_OF_ORDER_SEQUENCE_NUMBER.code, INVALID_PRODUCER_EPOCH.code];
    const why = sequence.includes(code) ? "sequence" : "unavailable";
    if (why === "unavailable") checkError(this.#world, code, "Produce", circumstances);
    if (topic.existence === "there") this.#perLog.get(log)?.refused(attempt, why, message);
  }
}

const UNNAMED = { clientSoftwareName: "", clientSoftwareVersion: "" };
const NOBODY = { producerId: -1, producerEpoch: -1, baseSequence: -1 };

function isThere({ log }: IdempotentProducer<LogModel>): boolean {
  return log.existence === "there";
}
