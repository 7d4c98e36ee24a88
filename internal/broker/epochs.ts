/**
 * A restart of the master takes the next epoch, a promotion the next multiple of this: so they
 * never take the same one while neither knows of the other, and the promotion wins.
 */
const EPOCHS_PER_PROMOTION = 1000;

/** The epoch of a promotion of someone who knows of `epoch`. */
export function epochOfPromotion(epoch: number): number {
  return (Math.floor(epoch / EPOCHS_PER_PROMOTION) + 1) * EPOCHS_PER_PROMOTION;
}
