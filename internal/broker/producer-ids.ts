import type { ProducerIdentity } from "./api.ts";

/** So many ids are reserved at a time: one write for each would slow every new producer. */
export const PRODUCER_ID_BLOCK = 1000;
const LAST_EPOCH = 2 ** 15 - 2;

/** Reserves `PRODUCER_ID_BLOCK` ids that no one else will get; resolves with the first. */
export type ReserveProducerIds = () => Promise<number>;

/** Gives out producer ids, each to one producer for ever. */
export class ProducerIds {
  readonly #reserveBlock: ReserveProducerIds;
  #next = 0;
  #end = 0;
  #reserving: Promise<void> | null = null;

  constructor(reserve: ReserveProducerIds) {
    this.#reserveBlock = reserve;
  }

  /** A new id at epoch 0, or `current` at its next epoch; a new id when its epochs have run out. */
  async allocate(current: ProducerIdentity | null): Promise<ProducerIdentity> {
    if (current && current.producerEpoch < LAST_EPOCH) {
      return { producerId: current.producerId, producerEpoch: current.producerEpoch + 1 };
    }
    while (this.#next >= this.#end) {
      this.#reserving ??= this.#reserve();
      await this.#reserving;
    }
    return { producerId: this.#next++, producerEpoch: 0 };
  }

  async #reserve(): Promise<void> {
    try {
      this.#next = await this.#reserveBlock();
      this.#end = this.#next + PRODUCER_ID_BLOCK;
    } finally {
      this.#reserving = null;
    }
  }
}
