import { failedRemovalsOf } from "../disk/faults.ts";
import type { CrashKind } from "../disk/file-system.ts";
import { must } from "../failure.ts";
import { Machine, type SimulatedProcess, surroundings } from "../machine.ts";
import { Attempts } from "../model/attempts.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Actor } from "../shared/actor.ts";
import { Stage } from "../stage.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { changeWeather, mayRefuseToStart } from "../weather.ts";
import { AdminActor } from "./admin.ts";
import { type BrokerClimate, drawBrokerClimate } from "./climate.ts";
import { ConsumerActor } from "./consumer.ts";
import { checkPartitions } from "./invariants.ts";
import { type BrokerLife, startBroker } from "./life.ts";
import { ProducerActor } from "./producer.ts";
import { takeStock } from "./stock-taking.ts";
import { World } from "./world.ts";

/** How long everything that isn't done may take once nothing goes wrong any more. */
const SETTLE_STEPS = 3000;

/**
 * Runs a whole broker, with clients at its Kafka door, through several lives and crashes.
 *
 * Throws `SimulationFailure`, or whatever the broker throws, when something is wrong.
 */
export function simulateBroker(seed: number, trace: Trace): SimulationSummary {
  return new BrokerSimulation(seed, trace).run();
}

class BrokerSimulation {
  readonly #machine: Machine;
  readonly #stage: Stage;
  readonly #random: SimulatedRandom;
  readonly #climate: BrokerClimate;
  readonly #world: World;
  readonly #actors: readonly Actor[];
  #life: BrokerLife | null = null;

  constructor(seed: number, trace: Trace) {
    this.#machine = new Machine("broker", surroundings(seed, trace));
    this.#machine.faults.failedRemovals = failedRemovalsOf(seed);
    this.#stage = new Stage(this.#machine);
    this.#machine.onThrow = (error) => this.#stage.fail(error);
    this.#random = this.#machine.random.fork();
    this.#climate = drawBrokerClimate(this.#random);
    this.#world = new World(this.#machine, this.#stage, this.#climate, new Attempts());
    const { producers, consumers } = this.#climate;
    this.#actors = [
      new AdminActor(this.#world),
      ...Array.from({ length: producers }, () => new ProducerActor(this.#world)),
      ...Array.from({ length: consumers }, () => new ConsumerActor(this.#world)),
    ];
  }

  run(): SimulationSummary {
    const events = this.#stage.run(
      () => this.#live(),
      () => this.#life && checkPartitions(this.#life, this.#world),
    );
    const { acknowledged, duplicates, reads } = this.#world;
    const { scheduler, trace } = this.#machine;
    const simulatedMs = scheduler.nowMs;
    const counts = { acknowledged, duplicates, reads, lives: this.#world.lives };
    return { events, simulatedMs, ...counts, traceHash: trace.hash };
  }

  async #live(): Promise<void> {
    const { mostDelayMs, cuts, windowBytes } = this.#climate;
    Object.assign(this.#machine.networkWeather, { mostDelayMs, cuts, windowBytes });
    for (let life = 0; life < this.#climate.lives; life++) await this.#oneLife(false);
    this.#machine.repair();
    await this.#oneLife(true);
  }

  /** One start of the broker, up to its end; the `last` one ends in order. */
  async #oneLife(last: boolean): Promise<void> {
    const random = this.#random;
    const { powerLosses, suddenEnds } = this.#climate;
    const process = this.#machine.start();
    this.#world.lives++;
    const kind: CrashKind = random.chance(powerLosses) ? "power-loss" : "kill";
    if (!last && random.chance(suddenEnds)) {
      process.disk.crashAfter(random.below(random.pick([20, 100, 400])), kind);
    }
    const life = await this.#start(process, last);
    const closed = life !== null && (await this.#use(life, last));
    this.#life = null;
    this.#machine.crash(kind);
    await this.#stage.sleep(1);
    this.#world.isStopping = false;
    if (!closed) this.#world.crashed(kind, process.disk.failedSyncs > 0);
  }

  /** Starts the broker; null if that failed, or the process crashed meanwhile. */
  async #start(process: SimulatedProcess, last: boolean): Promise<BrokerLife | null> {
    try {
      return await this.#stage.untilCrash(process, startBroker(this.#world, process));
    } catch (error) {
      const mayFail = !last && mayRefuseToStart(this.#climate.weather, error);
      if (!mayFail && !process.disk.left) throw error;
      return null;
    }
  }

  /** Uses the broker until it crashes or is closed, all being on the disk: then true. */
  async #use(life: BrokerLife, last: boolean): Promise<boolean> {
    const random = this.#random;
    await takeStock(life, this.#world);
    if (life.process.disk.left) return false;
    this.#life = life;
    await life.doors.listen(this.#world.address);
    for (let i = 0; i < this.#climate.stepsPerLife && !life.process.disk.left; i++) {
      if (!last) this.#changeWeather();
      random.pick(this.#actors).step(false);
      await this.#stage.sleep(random.pick([0, 0.05, 0.5, 3, 30]) * random.fraction());
      // Until the restart nothing much happens any more.
      const isStuck = this.#climate.weather === "failing" && life.broker.storage.refusal !== null;
      if (!last && isStuck && random.chance(0.2)) break;
    }
    if (last) await this.#settle();
    return (last || (!life.process.disk.left && random.chance(0.15))) && this.#close(life);
  }

  /** Lets all actors come to the end of what they have begun. */
  async #settle(): Promise<void> {
    for (let i = 0; i < SETTLE_STEPS; i++) {
      const busy = this.#actors.filter(({ isIdle }) => !isIdle);
      if (busy.length === 0) return;
      for (const actor of busy) actor.step(true);
      await this.#stage.sleep(20);
    }
    must(false, () => "something is never done");
  }

  async #close(life: BrokerLife): Promise<boolean> {
    const { process, broker, doors } = life;
    this.#world.isStopping = true;
    doors.close();
    await this.#stage.untilCrash(process, broker.close());
    if (process.disk.left) return false;
    await this.#stage.sleep(20_000); // clients that don't hang up are cut off by then
    const open = [...process.disk.openFiles].map(({ path }) => path);
    must(open.length === 0, () => `open after the end: ${open.join(", ")}`);
    const { pendingTimers } = process.clock;
    must(pendingTimers === 0, () => `${pendingTimers} timers are set after the end`);
    return !this.#world.mayLose;
  }

  #changeWeather(): void {
    const random = this.#random;
    const { weather, resets, stalls } = this.#climate;
    changeWeather(weather, this.#machine, random);
    if (random.chance(resets)) this.#machine.network.resetOne();
    if (!random.chance(stalls)) return;
    const { scheduler, networkWeather } = this.#machine;
    networkWeather.stalledUntilMs = scheduler.nowMs + random.pick([10, 100, 5000]);
  }
}
