import { must } from "../failure.ts";
import type { Attempt } from "./attempts.ts";

const SEQUENCES = 2 ** 31;
/** A producer's batches that may be on their way at a time: a broker knows so many again. */
const WINDOW = 5;

/** The log that a producer writes to, as far as it matters to it. */
export interface WrittenLog {
  readonly name: string;
  /** How often it has lost what was acknowledged, as it might. */
  readonly losses: number;
}

/**
 * An idempotent producer that writes to one log: it sends what was not answered again, in order,
 * and now and then what was.
 */
export class IdempotentProducer<L extends WrittenLog> {
  readonly log: L;
  readonly id: number;
  epoch = 0;
  #nextSequence: number;
  /** Made and not acknowledged, in order. */
  #unanswered: Attempt[] = [];
  #acknowledged: Attempt[] = [];
  #underWay = new Set<Attempt>();
  /** After a failure, nothing new is sent before all that is under way has come back. */
  #stopped = false;
  /** The losses that it knows of. */
  #losses: number;

  constructor(log: L, id: number, firstSequence: number) {
    this.log = log;
    this.id = id;
    this.#nextSequence = firstSequence;
    this.#losses = log.losses;
  }

  /** The sequence that a new batch of so many records gets; null if none may be sent now. */
  takeSequence(recordCount: number): number | null {
    if (this.#stopped || this.#unanswered.length >= WINDOW - 1) return null;
    const sequence = this.#nextSequence;
    this.#nextSequence = (sequence + recordCount) % SEQUENCES;
    return sequence;
  }

  /** Whether all that was to be written is acknowledged. */
  get isDone(): boolean {
    return this.#unanswered.length === 0;
  }

  /** A new batch is to be sent. */
  add(attempt: Attempt): void {
    this.#unanswered.push(attempt);
  }

  /** What is to be sent now: all that isn't on its way and has no answer; perhaps one that has. */
  toSend(alsoAcknowledged: boolean): readonly Attempt[] {
    if (this.#stopped && this.#underWay.size > 0) return [];
    this.#stopped = false;
    const again = alsoAcknowledged && this.#underWay.size === 0 ? this.#acknowledged.at(-1) : null;
    const waiting = this.#unanswered.filter((attempt) => !this.#underWay.has(attempt));
    const attempts = again ? [again, ...waiting] : waiting;
    for (const attempt of attempts) this.#underWay.add(attempt);
    return attempts;
  }

  acknowledged(attempt: Attempt): void {
    this.#underWay.delete(attempt);
    if (!this.#unanswered.includes(attempt)) return;
    this.#unanswered = this.#unanswered.filter((other) => other !== attempt);
    this.#acknowledged.push(attempt);
  }

  /** A batch was refused: for its sequence, or for something that may be over later. */
  refused(attempt: Attempt, why: "sequence" | "unavailable", message: string): void {
    this.#underWay.delete(attempt);
    if (why === "unavailable") {
      this.#stopped = true;
      return;
    }
    const earlier = this.#unanswered.slice(0, this.#unanswered.indexOf(attempt));
    // One before it may have been refused, which is told later.
    if (earlier.some((other) => this.#underWay.has(other))) this.#stopped = true;
    const excused = this.#stopped || this.#losses < this.log.losses;
    must(excused, () => `${this.log.name}: batch ${attempt.number}: ${message}`);
    if (!this.#stopped) this.#beginAnew();
  }

  /** The broker has crashed: nothing that was on its way will be answered. */
  disconnected(): void {
    this.#underWay.clear();
    this.#stopped = false;
  }

  /** The log has lost what was acknowledged, as it may: the producer goes on in a new epoch. */
  #beginAnew(): void {
    this.epoch++;
    this.#nextSequence = 0;
    this.#unanswered = [];
    this.#acknowledged = [];
    this.#stopped = true;
    this.#losses = this.log.losses;
  }
}
