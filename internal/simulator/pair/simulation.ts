import { must } from "../failure.ts";
import { surroundings } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Actor } from "../shared/actor.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { PairAdmin } from "./admin.ts";
import { drawPairClimate } from "./climate.ts";
import { PairConsumer } from "./consumer.ts";
import { PairOperator } from "./operator.ts";
import { PairProducer } from "./producer.ts";
import { isDisputed, isQuiet } from "./quietness.ts";
import { SimulatedPair } from "./simulated-pair.ts";
import { PairStorm } from "./storm.ts";
import { drawStorm, randomOfStorm } from "./storm-plan.ts";
import { PairWorld } from "./world.ts";

/** How long everything that isn't done may take once nothing goes wrong any more. */
const SETTLE_STEPS = 3000;

/**
 * Runs a pair of brokers, with clients that know both, through crashes, cut networks, promotions
 * and switches, and looks at both logs after every event.
 *
 * Throws `SimulationFailure`, or whatever a broker throws, when something is wrong.
 */
export function simulatePair(seed: number, trace: Trace): SimulationSummary {
  return new PairSimulation(seed, trace).run();
}

class PairSimulation {
  readonly #random: SimulatedRandom;
  readonly #pair: SimulatedPair;
  readonly #world: PairWorld;
  readonly #operator: PairOperator;
  readonly #admin: PairAdmin;
  readonly #actors: readonly Actor[];

  constructor(seed: number, trace: Trace) {
    const around = surroundings(seed, trace);
    this.#random = around.random.fork();
    const stormRandom = randomOfStorm(seed);
    const storm = drawStorm(stormRandom);
    const climate = { ...drawPairClimate(this.#random), ...storm?.climate };
    const pair = new SimulatedPair(around, climate);
    this.#pair = pair;
    this.#world = new PairWorld(pair, this.#random.fork());
    this.#operator = new PairOperator(pair, this.#random.fork());
    if (storm) this.#operator.storm = new PairStorm(storm, stormRandom, pair);
    this.#admin = new PairAdmin(this.#world);
    this.#actors = [
      this.#admin,
      ...Array.from({ length: climate.producers }, () => new PairProducer(this.#world)),
      ...Array.from({ length: climate.consumers }, () => new PairConsumer(this.#world)),
    ];
  }

  run(): SimulationSummary {
    const { members, stage, witness } = this.#pair;
    const events = stage.run(
      () => this.#live(),
      () => {
        witness.look();
        this.#operator.storm?.look();
      },
    );
    const { acknowledged, duplicates, reads } = this.#world;
    const { scheduler, trace } = members[0].machine;
    const lives = members.reduce((sum, { starts }) => sum + starts, 0);
    const counts = { acknowledged, duplicates, reads, lives };
    return { events, simulatedMs: scheduler.nowMs, ...counts, traceHash: trace.hash };
  }

  async #live(): Promise<void> {
    const random = this.#random;
    const { climate, controls, stage, witness } = this.#pair;
    await this.#pair.start();
    for (let i = 0; i < climate.steps; i++) {
      this.#operator.step();
      random.pick(this.#actors).step(false);
      random.pick(this.#actors).step(false);
      await stage.sleep(random.pick(climate.paces) * random.fraction());
    }
    await this.#operator.storm?.end();
    await controls.repair();
    await this.#settle();
    witness.checkEqual();
  }

  /** Lets all actors come to the end of what they have begun, and the copies to be the same. */
  async #settle(): Promise<void> {
    const { members, stage, witness } = this.#pair;
    let epoch = -1;
    let wasDisputed = false;
    // What the one says that was replaced may be lost.
    const isOpen = () => isDisputed(members) || !this.#admin.isIdle;
    for (let i = 0; i < SETTLE_STEPS && isOpen(); i++) await stage.sleep(20);
    for (let i = 0; i < SETTLE_STEPS; i++) {
      // A failover may have taken some, and who was replaced and doesn't know finds what isn't.
      const isNowDisputed = isDisputed(members);
      if (epoch !== witness.epoch || isNowDisputed || wasDisputed) this.#world.made.clear();
      wasDisputed = isNowDisputed;
      epoch = witness.epoch;
      const busy = this.#actors.filter(({ isIdle }) => !isIdle);
      if (!this.#admin.isDone) this.#admin.step(true);
      if (busy.length === 0 && this.#admin.isDone && isQuiet(members)) return;
      for (const actor of busy) actor.step(true);
      await stage.sleep(20);
    }
    const roles = members.map(({ running }) => running?.pair.role ?? "down").join(", ");
    for (const member of members) member.traceState();
    const busy = this.#actors.filter(({ isIdle }) => !isIdle);
    must(busy.length === 0, () => `a client is never done: ${roles}`);
    must(false, () => `the pair never comes to rest: ${roles}`);
  }
}
