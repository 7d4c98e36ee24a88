import type { EpochEnd } from "../../storage/epoch-history.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";

/**
 * A restart of the master takes the next epoch, a promotion the next multiple of this: so they
 * never take the same one while neither knows of the other, and the promotion wins.
 */
const EPOCHS_PER_PROMOTION = 1000;
/** One broker of a pair is promoted to the multiple, the other one so far behind it. */
const EPOCHS_PER_BROKER = 500;

/**
 * The epoch of a promotion of someone who knows of `epoch`. Each of the two may be promoted while
 * it doesn't know that the other one was: so each has epochs of its own.
 */
export function epochOfPromotion(epoch: number, brokerId: number, otherId: number): number {
  const first = (Math.floor(epoch / EPOCHS_PER_PROMOTION) + 1) * EPOCHS_PER_PROMOTION;
  return brokerId < otherId ? first : first + EPOCHS_PER_BROKER;
}

/** Whether a leadership of this epoch began with a promotion. */
export function isPromotion(epoch: number): boolean {
  return epoch > 0 && epoch % EPOCHS_PER_BROKER === 0;
}

/** So many producer ids can be given out between two promotions. */
const PRODUCER_IDS_PER_PROMOTION = 2 ** 32;

/**
 * Where the producer ids of a leadership begin. A master that was lost may have given out ids that
 * the slave in its place never heard of, so each promotion begins behind all that were possible.
 */
export function firstProducerId(epoch: number): number {
  return Math.floor(epoch / EPOCHS_PER_BROKER) * PRODUCER_IDS_PER_PROMOTION;
}

/** Nothing is known of an epoch. */
export const UNKNOWN_END: EpochEnd = { epoch: -1, endOffset: -1 };

/** Where `epoch` ends in a log, while `current` is the leadership's. */
export function endOfEpoch(log: PartitionLog, epoch: number, current: number): EpochEnd {
  if (epoch === current) return { epoch, endOffset: log.endOffset };
  return epoch >= 0 && epoch < current ? log.epochs.endOf(epoch, log.endOffset) : UNKNOWN_END;
}
