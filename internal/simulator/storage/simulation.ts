import { LogStore } from "../../storage/log-store.ts";
import { failedRemovalsOf } from "../disk/faults.ts";
import type { CrashKind } from "../disk/file-system.ts";
import { must } from "../failure.ts";
import { Machine, type SimulatedProcess, surroundings } from "../machine.ts";
import { Attempts } from "../model/attempts.ts";
import type { SimulatedRandom } from "../random.ts";
import { Stage } from "../stage.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { changeWeather, mayRefuseToStart } from "../weather.ts";
import { type Climate, drawClimate } from "./climate.ts";
import { checkBounds, checkSubjects, strayFiles } from "./invariants.ts";
import { Life } from "./life.ts";
import { takeStock } from "./stock-taking.ts";
import { Storm } from "./storm.ts";
import { Workload } from "./workload.ts";

const DATA_DIRECTORY = "/weir/data";
const COMPACTION = {
  keyMapBytes: 64 * 1024,
  bytesPerSecond: 10 ** 9,
  intervalMs: 1000,
  hashSeed: 1,
  log: { info() {}, warn() {}, error() {} },
};

/**
 * Runs the storage on a simulated machine through several lives and crashes.
 *
 * Throws `SimulationFailure`, or whatever the storage throws, when something is wrong.
 */
export function simulateStorage(seed: number, trace: Trace): SimulationSummary {
  return new StorageSimulation(seed, trace).run();
}

class StorageSimulation {
  readonly #machine: Machine;
  readonly #stage: Stage;
  readonly #random: SimulatedRandom;
  readonly #climate: Climate;
  readonly #storm: Storm | null;
  readonly #attempts = new Attempts();
  readonly #workload: Workload;
  #life: Life | null = null;
  #lives = 0;
  /** The most calls that any life had without an answer at a time. */
  #mostPending = 0;

  constructor(seed: number, trace: Trace) {
    this.#machine = new Machine("broker", surroundings(seed, trace));
    this.#machine.faults.failedRemovals = failedRemovalsOf(seed);
    this.#stage = new Stage(this.#machine);
    this.#random = this.#machine.random.fork();
    const climate = drawClimate(this.#random);
    this.#storm = Storm.of(seed);
    this.#climate = this.#storm?.over(climate) ?? climate;
    this.#workload = new Workload(this.#machine, this.#climate, this.#attempts, this.#storm);
  }

  run(): SimulationSummary {
    const events = this.#stage.run(
      () => this.#live(),
      () => this.#check(),
    );
    const { acknowledged, duplicates, reads } = this.#workload;
    const { scheduler, trace } = this.#machine;
    const simulatedMs = scheduler.nowMs;
    const counts = { acknowledged, duplicates, reads, lives: this.#lives };
    return { events, simulatedMs, ...counts, traceHash: trace.hash };
  }

  #check(): void {
    checkSubjects(this.#workload.subjects);
    if (!this.#life) return;
    this.#mostPending = Math.max(this.#mostPending, this.#life.pending);
    checkBounds(this.#life, this.#climate, this.#mostPending);
  }

  async #live(): Promise<void> {
    for (let life = 0; life < this.#climate.lives; life++) await this.#oneLife(false);
    this.#machine.repair();
    this.#storm?.pass();
    await this.#oneLife(true);
  }

  /** One start of the process, up to its end; the `last` one ends in order. */
  async #oneLife(last: boolean): Promise<void> {
    const random = this.#random;
    const { powerLosses, suddenEnds } = this.#climate;
    if (!last) this.#storm?.begin(this.#machine);
    const process = this.#machine.start();
    this.#lives++;
    const kind: CrashKind = random.chance(powerLosses) ? "power-loss" : "kill";
    if (!last && random.chance(suddenEnds)) {
      process.disk.crashAfter(random.below(random.pick([20, 100, 400])), kind);
    }
    const life = await this.#start(process, last);
    const closed = life !== null && (await this.#use(life, last));
    this.#machine.crash(this.#storm?.endOf(process, kind) ?? kind);
    await this.#stage.sleep(1);
    this.#afterEnd(process.disk.crashKind ?? kind, closed, process.disk.failedSyncs > 0);
  }

  /** Starts the storage; null if that failed, or the process crashed meanwhile. */
  async #start(process: SimulatedProcess, last: boolean): Promise<Life | null> {
    const { segmentBytes, segmentMs, maxOpenFiles, limits } = this.#climate;
    const { clock, disk } = process;
    try {
      const opened = LogStore.open({
        clock,
        disk,
        directory: DATA_DIRECTORY,
        config: { durability: "fsync", segmentBytes, segmentMs },
        maxOpenFiles,
        minFreeBytes: 50_000,
        compaction: COMPACTION,
        scrub: { bytesPerSecond: 10 ** 9, intervalMs: 1000 },
        limits,
      });
      const store = await this.#stage.untilCrash(process, opened);
      return (
        store && new Life(process, store, this.#climate.weather, (error) => this.#stage.fail(error))
      );
    } catch (error) {
      const mayFail = !last && mayRefuseToStart(this.#climate.weather, error);
      if (!mayFail && !process.disk.left) throw error;
      return null;
    }
  }

  /** Works with the storage until it crashes or is closed, all being on the disk: then true. */
  async #use(life: Life, last: boolean): Promise<boolean> {
    const random = this.#random;
    this.#life = life;
    await takeStock(life, this.#stage, this.#workload);
    if (this.#storm?.flickers(life.process)) this.#workload.sendAgain(life);
    for (let i = 0; i < this.#climate.stepsPerLife && !life.crashed; i++) {
      if (!last && !this.#storm?.isFailing)
        changeWeather(this.#climate.weather, this.#machine, random);
      this.#workload.step(life);
      await this.#stage.sleep(random.pick([0, 0.05, 0.5, 3, 30]) * random.fraction());
      // Until the restart nothing much happens any more.
      if (!last && life.store.refusal?.code === "failed" && random.chance(0.2)) break;
    }
    if (last) await this.#checkFiles(life);
    return (last || (!life.crashed && random.chance(0.15))) && this.#close(life, last);
  }

  /** Once every log has been written to, there are no files but theirs. */
  async #checkFiles(life: Life): Promise<void> {
    this.#workload.touchAll(life);
    while (life.pending > 0) await this.#stage.sleep(100);
    await life.store.checkpoint();
    await life.store.checkpoint(); // the first one may have begun before
    const stray = strayFiles(life);
    must(stray.length === 0, () => `stray files: ${stray.join(", ")}`);
  }

  async #close(life: Life, last: boolean): Promise<boolean> {
    life.closing = true;
    await this.#stage.untilCrash(life.process, life.store.close());
    if (life.crashed) return false;
    for (let i = 0; i < 20 && life.pending > 0; i++) await this.#stage.sleep(100);
    const open = [...life.process.disk.openFiles].map(({ path }) => path);
    must(open.length === 0, () => `open after the end: ${open.join(", ")}`);
    must(!last || life.pending === 0, () => `${life.pending} calls were never answered`);
    return !life.mayRefuse;
  }

  #afterEnd(kind: CrashKind, closed: boolean, syncFailed: boolean): void {
    this.#life = null;
    for (const subject of this.#workload.subjects) {
      subject.handle = null;
      if (!closed) subject.model.crash(kind, syncFailed);
      for (const producer of subject.producers) producer.disconnected();
    }
  }
}
