import { produce } from "../../doors/kafka/protocol/messages/00-produce.ts";
import { initProducerId } from "../../doors/kafka/protocol/messages/22-init-producer-id.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { must } from "../failure.ts";
import type { Attempt } from "../model/attempts.ts";
import { IdempotentProducer } from "../model/idempotent-producer.ts";
import type { Actor } from "../shared/actor.ts";
import { batchesOf, makeBatch, noteAck, SEQUENCE_ERRORS } from "../shared/batches.ts";
import type { KafkaClient } from "../shared/kafka-client.ts";
import { UnderWay } from "../shared/under-way.ts";
import { checkClusterError } from "./answers.ts";
import type { Member } from "./member.ts";
import type { ClusterWorld, MadeTopic } from "./world.ts";

/** A partition, as a producer knows it. */
interface Target {
  readonly topic: string;
  readonly index: number;
  readonly name: string;
  /** How often something that was committed there has been lost. */
  readonly losses: number;
  /** The broker that it is written to. */
  at: Member;
  /** How many batches are on their way. */
  underWay: number;
  /** Where it is known. */
  isKnown: boolean;
  producer: IdempotentProducer<Target> | null;
}

/** Somebody who writes: with an idempotent producer, or without; with acks, or not. */
export class ClusterProducer implements Actor {
  readonly #world: ClusterWorld;
  readonly #clients = new Map<Member, KafkaClient>();
  readonly #isIdempotent: boolean;
  readonly #acks: -1 | 0 | 1;
  readonly #version: number;
  readonly #targets = new Map<string, Target>();
  #id: number | null = null;
  readonly #underWay: UnderWay;
  #isLearning = false;

  constructor(world: ClusterWorld) {
    const { random } = world;
    this.#world = world;
    this.#underWay = new UnderWay(world.stage);
    this.#isIdempotent = random.chance(0.7);
    this.#acks = this.#isIdempotent ? -1 : random.pick([-1, -1, 1, 0]);
    this.#version = random.pick([3, 7, 9, 12]);
  }

  get isIdle(): boolean {
    const targets = [...this.#targets.values()];
    return this.#underWay.count === 0 && targets.every(({ producer }) => producer?.isDone ?? true);
  }

  step(isFinishing: boolean): void {
    const { random, topics } = this.#world;
    if (this.#isIdempotent && this.#id === null) this.#learn((client) => this.#obtainId(client));
    else if (isFinishing) {
      for (const target of this.#targets.values()) this.#produce(target, 0);
    } else if (topics.size > 0) {
      const topic = random.pick([...topics.values()]);
      this.#produce(this.#target(topic, random.below(topic.partitionCount)), random.between(1, 2));
    }
  }

  #clientOf(member: Member): KafkaClient {
    const known = this.#clients.get(member) ?? this.#world.makeClient(member);
    this.#clients.set(member, known);
    return known;
  }

  /** Asks any broker, unless it asks one already. */
  #learn(ask: (client: KafkaClient) => Promise<void>): void {
    if (this.#isLearning) return;
    this.#isLearning = true;
    const client = this.#clientOf(this.#world.random.pick(this.#world.members));
    this.#underWay.start(async () => {
      await client.connect();
      await ask(client);
      this.#isLearning = false;
    });
  }

  async #obtainId(client: KafkaClient): Promise<void> {
    const request = { transactionalId: null, transactionTimeoutMs: 1000 };
    const answer = await client.call(initProducerId, 3, request);
    if (!answer) return;
    const { errorCode, producerId } = answer;
    if (errorCode !== 0) {
      checkClusterError(this.#world, errorCode, "InitProducerId");
      return;
    }
    const { producerIds } = this.#world;
    must(!producerIds.has(producerId), () => `producer id ${producerId} was given out twice`);
    producerIds.add(producerId);
    this.#id = producerId;
  }

  #target({ plan: { name: topic } }: MadeTopic, index: number): Target {
    const name = `${topic}-${index}`;
    const known = this.#targets.get(name);
    if (known) return known;
    const { witness, deletions, random, members } = this.#world;
    const target: Target = {
      topic,
      index,
      name,
      get losses() {
        const lost = witness.ledgersOf(name).reduce((sum, { losses }) => sum + losses, 0);
        return lost + (deletions.get(topic) ?? 0);
      },
      at: random.pick(members),
      underWay: 0,
      isKnown: false,
      producer: null,
    };
    if (this.#id !== null) target.producer = new IdempotentProducer(target, this.#id, 0);
    this.#targets.set(name, target);
    return target;
  }

  #produce(target: Target, count: number): void {
    const { random, leaders } = this.#world;
    const leader = leaders.get(target.name);
    if (target.underWay === 0 && leader && random.chance(0.8)) target.at = leader;
    const client = this.#clientOf(target.at);
    if (!client.isOpen) {
      this.#underWay.start(async () => {
        await client.connect();
        if (client.isOpen) return;
        leaders.delete(target.name);
        if (target.underWay === 0) target.at = random.pick(this.#world.members);
        this.#learn((other) => this.#world.learn(other));
      });
      return;
    }
    for (const attempt of this.#attemptsFor(target, count)) {
      this.#underWay.start(() => this.#send(target, client, attempt));
    }
  }

  #attemptsFor(target: Target, count: number): readonly Attempt[] {
    const { producer } = target;
    if (!producer) {
      return Array.from({ length: count }, () => makeBatch(this.#world, target.name, null, 1));
    }
    // A producer that no broker knows may begin anywhere: its first batch has to get there alone.
    const most = target.isKnown ? count : producer.isDone && count > 0 ? 1 : 0;
    return batchesOf(this.#world, producer, most);
  }

  async #send(target: Target, client: KafkaClient, attempt: Attempt): Promise<void> {
    const { topic: name, index, at } = target;
    const { deletions } = this.#world;
    const deletedBefore = deletions.get(name);
    this.#world.trace("send", target.name, attempt.number, this.#acks, at.id);
    const partitionData = [{ index, records: attempt.bytes }];
    const topicData = [{ name, topicId: ZERO_UUID, partitionData }];
    const request = { acks: this.#acks, timeoutMs: 1000, topicData };
    if (this.#acks === 0) {
      if (client.isOpen) client.send(produce, this.#version, request);
      return;
    }
    target.underWay++;
    const answer = await client.call(produce, this.#version, request);
    target.underWay--;
    const answered = answer?.responses[0]?.partitionResponses[0];
    if (!answered) {
      target.producer?.disconnected();
      return;
    }
    const { errorCode, baseOffset, errorMessage } = answered;
    if (errorCode !== 0) {
      this.#refused(target, attempt, errorCode, errorMessage ?? "", at);
      return;
    }
    // What was written to one that is deleted meanwhile isn't looked at any more.
    const isGone = deletions.get(name) !== deletedBefore;
    noteAck(this.#world, attempt, this.#acks, baseOffset, isGone);
    target.isKnown = true;
    target.producer?.acknowledged(attempt);
  }

  #refused(target: Target, attempt: Attempt, code: number, message: string, by: Member): void {
    const { witness, random, leaders } = this.#world;
    this.#world.trace("refused", target.name, attempt.number, code, message);
    const isSequence = SEQUENCE_ERRORS.has(code);
    // One that was replaced, and doesn't know, lacks what the other one has taken.
    if (isSequence && witness.isNewest(target.name, by)) {
      target.producer?.refused(attempt, "sequence", message);
      return;
    }
    if (!isSequence) checkClusterError(this.#world, code, "Produce");
    target.producer?.refused(attempt, "unavailable", message);
    if (!random.chance(0.5)) return;
    leaders.delete(target.name);
    this.#learn((other) => this.#world.learn(other));
  }
}
