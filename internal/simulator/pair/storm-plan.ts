import { SimulatedRandom } from "../random.ts";
import type { PairClimate } from "./climate.ts";

/** What a storm does, and in how many of the cases in which it could. */
export interface StormPlan {
  /** Of the sessions that begin: the two are cut off from each other, and the slave is promoted. */
  readonly divisions: number;
  /** Of the changes of who leads, who follows and who is in sync: one of the two crashes. */
  readonly crashes: number;
  /** Of the slaves that have come to be in sync: it is promoted. */
  readonly promotions: number;
  /** Of the starts of someone who isn't the master: the disk was lost. */
  readonly diskLosses: number;
  /** Of the steps at which a slave has lacked for a while what is committed: it is promoted. */
  readonly latePromotions: number;
  /** Of all steps: for longer than a slave may be silent, its master doesn't hear it. */
  readonly silences: number;
  /** What is otherwise in the climate. */
  readonly climate: Partial<PairClimate>;
}

const NOTHING: StormPlan = {
  ...{ divisions: 0, crashes: 0, promotions: 0, diskLosses: 0, latePromotions: 0, silences: 0 },
  climate: {},
};

/** Steps slow enough for what a broker does only after a while. */
const SLOW_PACES = [1, 30, 500];
/** Nothing but the storm keeps the two from hearing each other. */
const CLEAR = { cuts: 0, stalls: 0, jumps: 0 };

/**
 * The storm of a seed's run: one half of all have one. It is drawn by chance of its own, so that
 * the runs without it don't depend on what storms do.
 */
export function drawStorm(random: SimulatedRandom): StormPlan | null {
  if (random.chance(0.5)) return null;
  return random.pick<StormPlan>([
    { ...NOTHING, divisions: 0.3, crashes: random.pick([0, 0.02]) },
    { ...NOTHING, crashes: random.pick([0.05, 0.2]), promotions: random.pick([0, 0.1]) },
    { ...NOTHING, promotions: 0.4, diskLosses: 0.4, crashes: random.pick([0, 0.02]) },
    {
      ...NOTHING,
      latePromotions: 0.3,
      climate: { ...CLEAR, weather: "full", paces: SLOW_PACES, promotions: 0, producers: 3 },
    },
    { ...NOTHING, silences: 0.05, climate: { ...CLEAR, paces: SLOW_PACES, crashes: 0.005 } },
  ]);
}

/** The chance by which the storm of a seed's run is drawn, and comes. */
export function randomOfStorm(seed: number): SimulatedRandom {
  return new SimulatedRandom(-seed);
}
