import { SequenceError } from "../../storage/errors.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { Machine } from "../machine.ts";
import { type Attempt, type Attempts, makeAttempt } from "../model/attempts.ts";
import { IdempotentProducer } from "../model/idempotent-producer.ts";
import { LogModel } from "../model/log-model.ts";
import type { SimulatedRandom } from "../random.ts";
import type { TraceValue } from "../trace.ts";
import type { Climate } from "./climate.ts";
import type { Life } from "./life.ts";
import type { Storm } from "./storm.ts";
import type { Subject } from "./subject.ts";

/** Leader epochs that batches are stamped with. */
const LEADER_EPOCH = 7;
const NOBODY = { producerId: -1, producerEpoch: -1, baseSequence: -1 };
const TIMES_MS = 1_600_000_000_000;

/** What people do with logs, drawn by a seed; every answer is held against the model. */
export class Workload {
  readonly subjects: Subject[] = [];
  readonly attempts: Attempts;
  readonly #random: SimulatedRandom;
  readonly #climate: Climate;
  readonly #machine: Machine;
  readonly #storm: Storm | null;
  #attemptCount = 0;
  #sent = 0;
  #incarnations = 0;
  #producerCount = 0;
  /** How many batches were acknowledged. */
  acknowledged = 0;
  /** How many of them were known again. */
  duplicates = 0;
  /** How many batches were read. */
  reads = 0;

  constructor(machine: Machine, climate: Climate, attempts: Attempts, storm: Storm | null) {
    this.#machine = machine;
    this.#storm = storm;
    this.#random = machine.random.fork();
    this.#climate = climate;
    this.attempts = attempts;
  }

  /** Does one thing, whatever comes to mind. */
  step(life: Life): void {
    const random = this.#random;
    const subject = this.#subject(life);
    const roll = random.below(100);
    if (roll < 45) this.#appendSome(life, subject);
    else if (roll < 65) this.#produce(life, subject);
    else if (roll < 85) this.#read(life, subject);
    else if (roll < 89) this.#cutBefore(life, subject);
    else if (roll < 91) this.#remove(life, subject);
    else if (roll < 95) this.#checkpoint(life);
    else if (roll < 98) life.process.disk.writeBack();
    else life.process.clock.skewMs += random.between(-100_000, 100_000);
    if (this.#storm?.checkpoint(this.#machine)) this.#checkpointUnderLoad(life);
  }

  /** One of the logs, opened if the name is free. */
  #subject(life: Life): Subject {
    const name = this.#random.pick(this.#climate.logNames);
    const known = this.subjects.find(({ model }) => model.name === name);
    if (known) return known;
    const durability = this.#random.chance(this.#climate.memoryLogs) ? "memory" : "fsync";
    const { segmentBytes, segmentMs } = this.#climate;
    const config = { durability, segmentBytes, segmentMs } as const;
    const model = new LogModel(name, `i${++this.#incarnations}`, durability, this.attempts);
    const handle = life.store.openLog(name, model.incarnation, config);
    const subject = { model, config, handle, producers: [] };
    this.subjects.push(subject);
    return subject;
  }

  /** Appends something to every log. */
  touchAll(life: Life): void {
    for (const subject of this.subjects) this.#appendSome(life, subject);
  }

  #appendSome(life: Life, subject: Subject): void {
    for (let count = this.#random.between(1, 4); count > 0; count--) {
      this.#sendPlain(life, subject, this.#attempt(subject, null));
    }
  }

  #sendPlain(life: Life, subject: Subject, attempt: Attempt): void {
    this.#send(life, subject, attempt, (error) => this.#refused(life, subject, attempt, error));
  }

  #produce(life: Life, subject: Subject): void {
    const random = this.#random;
    const { model, producers } = subject;
    if (producers.length === 0 || (producers.length < 3 && random.chance(0.1))) {
      const first = random.chance(0.2) ? 2 ** 31 - random.between(1, 6) : 0;
      producers.push(new IdempotentProducer(model, ++this.#producerCount, first));
    }
    const client = random.pick(producers);
    for (let count = random.below(3); count > 0; count--) {
      const recordCount = random.between(1, 4);
      const baseSequence = client.takeSequence(recordCount);
      if (baseSequence === null) break;
      const { id: producerId, epoch: producerEpoch } = client;
      const producer = { producerId, producerEpoch, baseSequence, transactional: false };
      client.add(this.#attempt(subject, producer, recordCount));
    }
    this.#sendDue(life, subject, client, random.chance(0.3));
  }

  /** After a restart, some send at once what had no answer before. */
  sendAgain(life: Life): void {
    for (const subject of this.subjects) {
      const { lost } = subject.model;
      const plain = lost.slice(0, this.#random.below(3)).filter(({ producer }) => !producer);
      for (const attempt of plain) this.#sendPlain(life, subject, attempt);
      for (const client of subject.producers) this.#sendDue(life, subject, client, false);
    }
  }

  #sendDue(
    life: Life,
    subject: Subject,
    client: IdempotentProducer<LogModel>,
    alsoAcknowledged: boolean,
  ): void {
    const { model } = subject;
    for (const attempt of client.toSend(alsoAcknowledged)) {
      this.#send(
        life,
        subject,
        attempt,
        (error) => {
          this.#refused(life, subject, attempt, error);
          if (model.existence !== "there") return;
          const why = error instanceof SequenceError ? "sequence" : "unavailable";
          client.refused(attempt, why, String(error));
        },
        () => client.acknowledged(attempt),
      );
    }
  }

  #attempt(
    { model }: Subject,
    producer: Attempt["producer"],
    recordCount = this.#random.between(1, 4),
  ): Attempt {
    const random = this.#random;
    const attempt = makeAttempt({
      number: ++this.#attemptCount,
      log: model.key,
      recordCount,
      sizeBytes: random.below(random.chance(0.3) ? this.#climate.largestBatchBytes : 300),
      timestampMs: TIMES_MS + this.#attemptCount * 10 + random.between(-30, 30),
      producer,
    });
    this.attempts.add(attempt);
    return attempt;
  }

  #send(
    life: Life,
    { model, handle }: Subject,
    attempt: Attempt,
    failed: (error: unknown) => void,
    done?: () => void,
  ): void {
    if (!handle) return;
    this.#sent++;
    const { producerId, producerEpoch, baseSequence } = attempt.producer ?? NOBODY;
    this.#trace("send", model.key, attempt.number, producerId, producerEpoch, baseSequence);
    if (attempt.state !== "present") attempt.sends.push({ connection: 0, order: this.#sent });
    if (attempt.state === "absent") {
      attempt.state = "unknown";
      model.unknown.add(attempt);
    }
    const bytes = attempt.bytes.slice();
    life.call(
      () => life.store.append(handle, bytes, 0, bytes.length, LEADER_EPOCH),
      ({ baseOffset, duplicate }) => {
        this.#trace("ack", model.key, attempt.number, baseOffset);
        this.acknowledged++;
        if (duplicate) this.duplicates++;
        model.learn(attempt, baseOffset);
        done?.();
        this.#storm?.acknowledged(life.process, life.checkpoints);
      },
      failed,
    );
  }

  #refused(life: Life, { model }: Subject, attempt: Attempt, error: unknown): void {
    life.checkError(error, model.existence !== "there");
    const unknown = error instanceof Error && "code" in error && error.code === "failed";
    if (unknown || attempt.state === "present") return;
    model.notThere(attempt);
  }

  #read(life: Life, { model, handle }: Subject): void {
    if (!handle) return;
    const random = this.#random;
    const { startOffset, durableOffset } = handle;
    const offset = random.between(startOffset, durableOffset);
    const maxBytes = random.pick([1, 1000, 20_000]);
    life.call(
      () => life.store.read(handle, offset, durableOffset, maxBytes),
      (chunks) => {
        if (model.existence !== "there" || model.startOffset > offset) return;
        if (offset < durableOffset && chunks.length === 0) {
          throw new Error(`${model.name}: nothing read at ${offset} of ${durableOffset}`);
        }
        model.checkRead(chunks, offset, durableOffset, false);
        this.reads += chunks.length;
      },
      (error) => {
        const asked = model.askedStarts.some((start) => start > offset);
        if (asked || model.startOffset > offset) return;
        life.checkError(error, model.existence !== "there");
      },
    );
  }

  #cutBefore(life: Life, subject: Subject): void {
    const { model, handle } = subject;
    if (!handle || model.existence !== "there") return;
    const offset = this.#random.between(handle.startOffset, handle.durableOffset);
    model.askedStarts.push(offset);
    this.#cutAt(life, subject, handle, offset);
  }

  #cutAt(life: Life, subject: Subject, handle: PartitionLog, offset: number): void {
    const { model } = subject;
    this.#trace("cut", model.key, offset);
    life.call(
      () => life.store.cutBefore(handle, offset),
      () => {
        model.startOffset = Math.max(model.startOffset, offset);
      },
      (error) => {
        life.checkError(error, model.existence !== "there");
        if (this.#storm?.asksAgain()) this.#cutAt(life, subject, handle, offset);
      },
    );
  }

  #remove(life: Life, subject: Subject): void {
    const { model, handle } = subject;
    if (!handle || model.existence !== "there") return;
    model.existence = "being-removed";
    this.#trace("remove", model.key);
    life.call(
      () => life.store.remove([handle]),
      () => this.forget(subject),
      (error) => life.checkError(error, true),
    );
  }

  /** The log is gone. */
  forget(subject: Subject): void {
    subject.model.existence = "gone";
    const at = this.subjects.indexOf(subject);
    if (at >= 0) this.subjects.splice(at, 1);
  }

  #trace(event: string, ...values: readonly TraceValue[]): void {
    this.#machine.trace.add(this.#machine.scheduler.nowMs, event, ...values);
  }

  /** Makes a checkpoint while every log is written to, again and again. */
  #checkpointUnderLoad(life: Life): void {
    const soon = (work: () => void) =>
      this.#machine.scheduler.after(2 * this.#random.fraction(), () => {
        if (!life.crashed && !life.closing) work();
      });
    soon(() => this.#checkpoint(life));
    for (let i = 0; i < 4; i++) soon(() => this.touchAll(life));
  }

  #checkpoint(life: Life): void {
    life.checkpoints++;
    life.call(
      () => life.store.checkpoint(),
      () => {
        life.checkpoints--;
      },
      (error) => {
        life.checkpoints--;
        life.checkError(error, false);
      },
    );
  }
}
