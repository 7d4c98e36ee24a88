import type { ProducerIdentity } from "../broker/api.ts";
import type { BatchProducer } from "../record/builder.ts";
import { ClientError } from "./errors.ts";

/** Sequence numbers are int32, and begin again at 0. */
const SEQUENCES = 2 ** 31;

/**
 * The numbers of what one producer writes to one partition, by which the leader knows a batch that
 * is sent again, and one that comes before its turn. When a batch has failed they are of no use
 * any more: it may have been written or not.
 */
export class Numbering {
  /** Whether the leader, and whoever leads next, has something of this producer. */
  isKnown = false;
  readonly #identity: ProducerIdentity;
  #next = 0;
  /** Whether the batch before was written. */
  #before: Promise<boolean> = Promise.resolve(true);

  constructor(identity: ProducerIdentity) {
    this.#identity = identity;
  }

  /** The numbers of the next batch. */
  take(recordCount: number): BatchProducer {
    const baseSequence = this.#next;
    this.#next = (baseSequence + recordCount) % SEQUENCES;
    return { ...this.#identity, baseSequence, transactional: false };
  }

  /** Sends the batch that numbers were taken for last; once more where it has overtaken another. */
  async send<Receipt>(produce: () => Promise<Receipt>): Promise<Receipt> {
    const sending = this.#inTurn(produce, this.#before);
    this.#before = sending.then(
      () => true,
      () => false,
    );
    const receipt = await sending;
    this.isKnown = true;
    return receipt;
  }

  async #inTurn<Receipt>(
    produce: () => Promise<Receipt>,
    before: Promise<boolean>,
  ): Promise<Receipt> {
    try {
      return await produce();
    } catch (error) {
      const isEarly = error instanceof ClientError && error.code === "out-of-order-sequence";
      if (!isEarly || !(await before)) throw error;
    }
    return produce();
  }
}
