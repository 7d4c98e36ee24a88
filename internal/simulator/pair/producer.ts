import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { produce } from "../../doors/kafka/protocol/messages/00-produce.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { storedCrc } from "../../record/batch.ts";
import type { Actor } from "../broker/actor.ts";
import { must } from "../failure.ts";
import { type Attempt, makeAttempt } from "../model/attempts.ts";
import { IdempotentProducer } from "../model/idempotent-producer.ts";
import { checkPairError } from "./answers.ts";
import type { TopicPlan } from "./climate.ts";
import type { Member } from "./member.ts";
import type { PairClient } from "./pair-client.ts";
import type { PairWorld } from "./world.ts";

/** Batches have times before this run's clock begins. */
const TIMES_MS = 1_600_000_000_000;
const SEQUENCE_ERRORS: ReadonlySet<number> = new Set([
  kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.code,
  kafkaErrors.DUPLICATE_SEQUENCE_NUMBER.code,
  kafkaErrors.INVALID_PRODUCER_EPOCH.code,
]);

/** A partition, as a producer knows it. */
interface Target {
  readonly topic: TopicPlan;
  readonly index: number;
  readonly name: string;
  /** How often something that was committed there has been lost. */
  readonly losses: number;
}

/** Somebody who writes to a pair: with an idempotent producer, or without; with acks, or not. */
export class PairProducer implements Actor {
  readonly #world: PairWorld;
  readonly #client: PairClient;
  readonly #isIdempotent: boolean;
  readonly #acks: -1 | 0 | 1;
  readonly #version: number;
  readonly #id: number;
  readonly #targets = new Map<string, Target>();
  readonly #producers = new Map<Target, IdempotentProducer<Target>>();
  /** Where it is known. */
  readonly #acked = new Set<Target>();
  #underWay = 0;

  constructor(world: PairWorld) {
    const { random } = world;
    this.#world = world;
    this.#client = world.makeClient();
    this.#isIdempotent = random.chance(0.6);
    this.#acks = this.#isIdempotent ? -1 : random.pick([-1, -1, 1, 0]);
    this.#version = random.pick([3, 7, 9, 12]);
    this.#id = 1_000_000 + ++world.producerCount;
  }

  get isIdle(): boolean {
    return this.#underWay === 0 && [...this.#producers.values()].every(({ isDone }) => isDone);
  }

  step(isFinishing: boolean): void {
    if (!this.#client.isOpen) {
      for (const producer of this.#producers.values()) producer.disconnected();
      this.#start(() => this.#client.connect());
      return;
    }
    const { random, made } = this.#world;
    if (isFinishing) {
      for (const target of this.#producers.keys()) this.#produce(target, 0);
    } else if (made.size > 0) {
      const topic = random.pick([...made]);
      this.#produce(this.#target(topic, random.below(topic.partitionCount)), random.between(1, 2));
    }
  }

  #start(work: () => Promise<void>): void {
    this.#underWay++;
    work().then(
      () => {
        this.#underWay--;
      },
      (error: unknown) => this.#world.stage.fail(error),
    );
  }

  #target(topic: TopicPlan, index: number): Target {
    const name = `${topic.name}-${index}`;
    const known = this.#targets.get(name);
    if (known) return known;
    const { witness } = this.#world;
    const target = {
      topic,
      index,
      name,
      get losses() {
        return witness.ledgersOf(name).reduce((sum, { losses }) => sum + losses, 0);
      },
    };
    this.#targets.set(name, target);
    return target;
  }

  #produce(target: Target, count: number): void {
    for (const attempt of this.#attemptsFor(target, count)) {
      this.#start(() => this.#send(target, attempt));
    }
  }

  #attemptsFor(target: Target, count: number): readonly Attempt[] {
    const { random } = this.#world;
    if (!this.#isIdempotent) {
      return Array.from({ length: count }, () => this.#makeAttempt(target, null, 1));
    }
    const known = this.#producers.get(target);
    const producer = known ?? new IdempotentProducer(target, this.#id, 0);
    this.#producers.set(target, producer);
    // A producer that no broker knows may begin anywhere: its first batch has to get there alone.
    const most = this.#acked.has(target) ? count : known ? 0 : 1;
    for (let i = 0; i < most; i++) {
      const recordCount = random.between(1, 3);
      const baseSequence = producer.takeSequence(recordCount);
      if (baseSequence === null) break;
      const { id: producerId, epoch: producerEpoch } = producer;
      const sequence = { producerId, producerEpoch, baseSequence, transactional: false };
      producer.add(this.#makeAttempt(target, sequence, recordCount));
    }
    return producer.toSend(random.chance(0.2));
  }

  #makeAttempt(target: Target, producer: Attempt["producer"], recordCount: number): Attempt {
    const { random, climate, attempts } = this.#world;
    const number = ++this.#world.attemptCount;
    const attempt = makeAttempt({
      number,
      log: target.name,
      recordCount,
      sizeBytes: random.below(random.chance(0.3) ? climate.largestBatchBytes : 300),
      timestampMs: TIMES_MS + number,
      producer,
    });
    attempts.add(attempt);
    return attempt;
  }

  async #send(target: Target, attempt: Attempt): Promise<void> {
    const { topic, index } = target;
    this.#world.trace("send", target.name, attempt.number, this.#acks);
    const request = {
      acks: this.#acks,
      timeoutMs: 1000,
      topicData: [
        {
          name: topic.name,
          topicId: ZERO_UUID,
          partitionData: [{ index, records: attempt.bytes }],
        },
      ],
    };
    if (this.#acks === 0) {
      if (this.#client.isOpen) this.#client.send(produce, this.#version, request);
      return;
    }
    const asked = this.#world.members[this.#client.index];
    const answer = await this.#client.call(produce, this.#version, request);
    const answered = answer?.responses[0]?.partitionResponses[0];
    if (!answered) return;
    const { errorCode, baseOffset, errorMessage } = answered;
    if (errorCode === 0) this.#acknowledged(target, attempt, baseOffset);
    else this.#refused(target, attempt, errorCode, errorMessage ?? "", asked);
  }

  #acknowledged(target: Target, attempt: Attempt, offset: number): void {
    const world = this.#world;
    const { name } = target;
    world.trace("ack", name, attempt.number, offset);
    world.acknowledged++;
    if (attempt.state === "present") world.duplicates++;
    attempt.state = "present";
    const crc = storedCrc(attempt.bytes, 0);
    const isTrue = world.witness
      .ledgersOf(name)
      .some((ledger) =>
        this.#acks === -1 ? ledger.wasCommitted(offset, crc) : ledger.wasWritten(offset, crc),
      );
    const text = () => `${name}: batch ${attempt.number} was acked (${this.#acks}) at ${offset}`;
    must(isTrue, () => `${text()}, and wasn't there`);
    this.#acked.add(target);
    this.#producers.get(target)?.acknowledged(attempt);
  }

  #refused(
    target: Target,
    attempt: Attempt,
    code: number,
    message: string,
    by: Member | undefined,
  ): void {
    this.#world.trace("refused", target.name, attempt.number, code, message);
    const producer = this.#producers.get(target);
    const isSequence = SEQUENCE_ERRORS.has(code);
    // One that was replaced, and doesn't know, lacks what the other one has taken.
    if (isSequence && by === this.#world.witness.owner) {
      producer?.refused(attempt, "sequence", message);
      return;
    }
    if (!isSequence) checkPairError(this.#world, code, "Produce");
    producer?.refused(attempt, "unavailable", message);
    if (this.#world.random.chance(0.5)) this.#client.moveOn();
  }
}
