import type { Actor } from "../broker/actor.ts";
import { must } from "../failure.ts";
import { surroundings } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";
import { Stage } from "../stage.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { PairAdmin } from "./admin.ts";
import { drawPairClimate, type PairClimate } from "./climate.ts";
import { PairConsumer } from "./consumer.ts";
import { LossRules } from "./loss-rules.ts";
import { Member } from "./member.ts";
import { PairOperator } from "./operator.ts";
import { PairProducer } from "./producer.ts";
import { PairStorm } from "./storm.ts";
import { drawStorm, randomOfStorm } from "./storm-plan.ts";
import { Witness } from "./witness.ts";
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
  readonly #climate: PairClimate;
  readonly #members: readonly [Member, Member];
  readonly #stage: Stage;
  readonly #witness: Witness;
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
    this.#climate = climate;
    const members = [new Member(1, around, climate), new Member(2, around, climate)] as const;
    this.#members = members;
    this.#stage = new Stage(members[0].machine, members[1].machine);
    for (const { machine } of members) machine.onThrow = (error) => this.#stage.fail(error);
    const rules = lossRules(climate);
    this.#witness = new Witness(members, rules);
    for (const { machine } of members) machine.beforeSend = () => this.#witness.look();
    const random = this.#random.fork();
    this.#world = new PairWorld(this.#stage, random, climate, members, this.#witness);
    const operatorRandom = this.#random.fork();
    this.#operator = new PairOperator(
      this.#stage,
      operatorRandom,
      climate,
      members,
      this.#witness,
      rules,
    );
    const lagTimeMaxMs = Number(climate.config.get("replica.lag.time.max.ms"));
    const operated = { stage: this.#stage, members, operator: this.#operator, lagTimeMaxMs };
    if (storm) this.#operator.storm = new PairStorm(storm, stormRandom, operated);
    this.#admin = new PairAdmin(this.#world);
    this.#actors = [
      this.#admin,
      ...Array.from({ length: climate.producers }, () => new PairProducer(this.#world)),
      ...Array.from({ length: climate.consumers }, () => new PairConsumer(this.#world)),
    ];
    const { networkWeather } = around;
    const { mostDelayMs, pieces, windowBytes } = climate;
    Object.assign(networkWeather, { mostDelayMs, cuts: pieces, windowBytes });
  }

  run(): SimulationSummary {
    const events = this.#stage.run(
      () => this.#live(),
      () => {
        this.#witness.look();
        this.#operator.storm?.look();
      },
    );
    const { acknowledged, duplicates, reads } = this.#world;
    const { scheduler, trace } = this.#members[0].machine;
    const lives = this.#members.reduce((sum, { starts }) => sum + starts, 0);
    const counts = { acknowledged, duplicates, reads, lives };
    return { events, simulatedMs: scheduler.nowMs, ...counts, traceHash: trace.hash };
  }

  async #live(): Promise<void> {
    const random = this.#random;
    const { steps, paces } = this.#climate;
    const [one, two] = this.#members;
    one.isNew = false;
    await one.start(this.#stage, null);
    await two.start(this.#stage, one);
    for (let i = 0; i < steps; i++) {
      this.#operator.step();
      random.pick(this.#actors).step(false);
      random.pick(this.#actors).step(false);
      await this.#stage.sleep(random.pick(paces) * random.fraction());
    }
    await this.#operator.storm?.end();
    await this.#operator.repair();
    await this.#settle();
    this.#witness.checkEqual();
  }

  /** Lets all actors come to the end of what they have begun, and the copies to be the same. */
  async #settle(): Promise<void> {
    let epoch = -1;
    let wasDisputed = false;
    // What the one says that was replaced may be lost.
    const isOpen = () => this.#operator.isDisputed || !this.#admin.isIdle;
    for (let i = 0; i < SETTLE_STEPS && isOpen(); i++) await this.#stage.sleep(20);
    for (let i = 0; i < SETTLE_STEPS; i++) {
      // A failover may have taken some, and who was replaced and doesn't know finds what isn't.
      const { isDisputed } = this.#operator;
      if (epoch !== this.#witness.epoch || isDisputed || wasDisputed) this.#world.made.clear();
      wasDisputed = isDisputed;
      epoch = this.#witness.epoch;
      const busy = this.#actors.filter(({ isIdle }) => !isIdle);
      if (!this.#admin.isDone) this.#admin.step(true);
      if (busy.length === 0 && this.#admin.isDone && this.#operator.isQuiet) return;
      for (const actor of busy) actor.step(true);
      await this.#stage.sleep(20);
    }
    const roles = this.#members.map(({ running }) => running?.pair.role ?? "down").join(", ");
    for (const member of this.#members) member.traceState();
    const busy = this.#actors.filter(({ isIdle }) => !isIdle);
    must(busy.length === 0, () => `a client is never done: ${roles}`);
    must(false, () => `the pair never comes to rest: ${roles}`);
  }
}

function lossRules({ config, topics, mostDelayMs, weather }: PairClimate): LossRules {
  const inMemory = topics.filter(({ config: own }) => own.get("durability") === "memory");
  const fenceAfterMs = Number(config.get("replication.fence.after.ms"));
  const transitMs = 100 + 10 * mostDelayMs + (weather === "slow" ? 3000 : 0);
  return new LossRules(fenceAfterMs, transitMs, new Set(inMemory.map(({ name }) => name)));
}
