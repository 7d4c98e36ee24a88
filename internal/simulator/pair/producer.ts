import { produce } from "../../doors/kafka/protocol/messages/00-produce.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import type { Attempt } from "../model/attempts.ts";
import { IdempotentProducer } from "../model/idempotent-producer.ts";
import type { Actor } from "../shared/actor.ts";
import { batchesOf, makeBatch, noteAck, SEQUENCE_ERRORS } from "../shared/batches.ts";
import { UnderWay } from "../shared/under-way.ts";
import { checkPairError } from "./answers.ts";
import type { TopicPlan } from "./climate.ts";
import type { Member } from "./member.ts";
import type { PairClient } from "./pair-client.ts";
import type { PairWorld } from "./world.ts";

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
  readonly #underWay: UnderWay;

  constructor(world: PairWorld) {
    const { random } = world;
    this.#world = world;
    this.#underWay = new UnderWay(world.stage);
    this.#client = world.makeClient();
    this.#isIdempotent = random.chance(0.6);
    this.#acks = this.#isIdempotent ? -1 : random.pick([-1, -1, 1, 0]);
    this.#version = random.pick([3, 7, 9, 12]);
    this.#id = 1_000_000 + ++world.producerCount;
  }

  get isIdle(): boolean {
    return (
      this.#underWay.count === 0 && [...this.#producers.values()].every(({ isDone }) => isDone)
    );
  }

  step(isFinishing: boolean): void {
    if (!this.#client.isOpen) {
      for (const producer of this.#producers.values()) producer.disconnected();
      this.#underWay.start(() => this.#client.connect());
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
      this.#underWay.start(() => this.#send(target, attempt));
    }
  }

  #attemptsFor(target: Target, count: number): readonly Attempt[] {
    if (!this.#isIdempotent) {
      return Array.from({ length: count }, () => makeBatch(this.#world, target.name, null, 1));
    }
    const known = this.#producers.get(target);
    const producer = known ?? new IdempotentProducer(target, this.#id, 0);
    this.#producers.set(target, producer);
    // A producer that no broker knows may begin anywhere: its first batch has to get there alone.
    const most = this.#acked.has(target) ? count : known ? 0 : 1;
    return batchesOf(this.#world, producer, most);
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
    if (errorCode !== 0) {
      this.#refused(target, attempt, errorCode, errorMessage ?? "", asked);
      return;
    }
    noteAck(this.#world, attempt, this.#acks, baseOffset);
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
