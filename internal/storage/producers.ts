import {
  baseOffset,
  baseSequence,
  lastOffset,
  lastOffsetDelta,
  producerEpoch,
  producerId,
} from "../record/batch.ts";
import { NO_PRODUCER_ID } from "../record/layout.ts";
import { SequenceError } from "./errors.ts";

/** How many of a producer's last batches are known again when they are sent twice (as in Kafka). */
const REMEMBERED_BATCHES = 5;
const SEQUENCES = 2 ** 31;

/** A batch that a producer has written. */
export interface ProducedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
}

/** What a log knows of one idempotent producer. Never changed: a new batch makes a new one. */
export interface ProducerState {
  readonly epoch: number;
  /** When its last batch came, by the broker's clock. */
  readonly lastSeenMs: number;
  /** The last ones, oldest first; at least one. */
  readonly batches: readonly ProducedBatch[];
}

/**
 * The idempotent producers of one log: which batch must come next from each, and which were here.
 *
 * The rules are Kafka's (KIP-98, KIP-360): a producer that isn't known may begin anywhere, a new
 * epoch begins at sequence 0, and sequences run on without a gap, from 2^31 - 1 to 0.
 */
export class ProducerTable {
  readonly #producers = new Map<number, ProducerState>();

  get size(): number {
    return this.#producers.size;
  }

  /** All producers with their states. */
  entries(): IterableIterator<[number, ProducerState]> {
    return this.#producers.entries();
  }

  get(id: number): ProducerState | undefined {
    return this.#producers.get(id);
  }

  /** Puts a producer's state back to what it was; undefined forgets it. */
  restore(id: number, state: ProducerState | undefined): void {
    if (state) this.#producers.set(id, state);
    else this.#producers.delete(id);
  }

  /** Forgets the batches from `endOffset` on, and producers of whom nothing is left then. */
  cutFrom(endOffset: number): void {
    for (const [id, state] of this.#producers) {
      const batches = state.batches.filter(({ lastOffset }) => lastOffset < endOffset);
      if (batches.length === 0) this.#producers.delete(id);
      else if (batches.length < state.batches.length) {
        this.#producers.set(id, { ...state, batches });
      }
    }
  }

  /**
   * Checks the batch at `at` against its producer's last ones.
   *
   * Returns the batch that it repeats, or null if it is new (or of no idempotent producer).
   * Throws `SequenceError` when it neither follows nor repeats.
   */
  check(buffer: Uint8Array, at: number): ProducedBatch | null {
    const id = producerId(buffer, at);
    if (id === NO_PRODUCER_ID) return null;
    const state = this.#producers.get(id);
    if (!state) return null;
    const epoch = producerEpoch(buffer, at);
    const first = baseSequence(buffer, at);
    if (epoch < state.epoch) {
      const message = `producer ${id} has epoch ${state.epoch} now; ${epoch} is over`;
      throw new SequenceError("invalid-producer-epoch", message);
    }
    if (epoch > state.epoch) {
      if (first === 0) return null;
      const message = `producer ${id} must begin epoch ${epoch} with sequence 0, not ${first}`;
      throw new SequenceError("out-of-order-sequence", message);
    }
    const last = lastSequenceOf(buffer, at);
    for (const batch of state.batches) {
      if (batch.firstSequence === first && batch.lastSequence === last) return batch;
    }
    const expected = ((state.batches.at(-1)?.lastSequence ?? -1) + 1) % SEQUENCES;
    if (first === expected) return null;
    const message = `producer ${id} sent sequence ${first} where ${expected} is next`;
    throw new SequenceError("out-of-order-sequence", message);
  }

  /** Forgets producers of which nothing has come after `lastMs`, at most so many; how many. */
  forget(lastMs: number, most: number): number {
    let count = 0;
    for (const [id, { lastSeenMs }] of this.#producers) {
      if (count >= most) break;
      if (lastSeenMs > lastMs) continue;
      this.#producers.delete(id);
      count++;
    }
    return count;
  }

  /** Remembers a batch that has its place in the log; whether its producer is a new one. */
  admit(buffer: Uint8Array, at: number, nowMs: number): boolean {
    const id = producerId(buffer, at);
    if (id === NO_PRODUCER_ID) return false;
    const state = this.#producers.get(id);
    const epoch = producerEpoch(buffer, at);
    const batch = {
      firstSequence: baseSequence(buffer, at),
      lastSequence: lastSequenceOf(buffer, at),
      baseOffset: baseOffset(buffer, at),
      lastOffset: lastOffset(buffer, at),
    };
    const before = state?.epoch === epoch ? state.batches.slice(1 - REMEMBERED_BATCHES) : [];
    this.#producers.set(id, {
      epoch,
      lastSeenMs: nowMs,
      batches: [...before, batch],
    });
    return state === undefined;
  }
}

function lastSequenceOf(buffer: Uint8Array, at: number): number {
  return (baseSequence(buffer, at) + lastOffsetDelta(buffer, at)) % SEQUENCES;
}
