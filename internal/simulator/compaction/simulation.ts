import { DiskError } from "../../platform/disk.ts";
import { batchSizeBytes, lastOffset } from "../../record/batch.ts";
import { BatchBuilder } from "../../record/builder.ts";
import { CODECS } from "../../record/layout.ts";
import { type LogRecord, recordsOf } from "../../record/records.ts";
import { StorageError } from "../../storage/errors.ts";
import { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { DamagedRange } from "../../storage/segments/damaged-range.ts";
import { failedRemovalsOf } from "../disk/faults.ts";
import { must } from "../failure.ts";
import { Machine, type SimulatedProcess, surroundings } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";
import { Stage } from "../stage.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { changeWeather } from "../weather.ts";
import { type Climate, drawClimate } from "./climate.ts";
import { checkClean, KeyedModel, type SentRecord } from "./keyed-model.ts";

const EXPANDED_BYTES = 100_000;

/** The storage from a start to its end, and the log that everything is about. */
interface Life {
  readonly process: SimulatedProcess;
  readonly store: LogStore;
  readonly log: PartitionLog;
}

/**
 * Runs a compacted log through several lives and crashes, which come at any call of the disk:
 * compaction goes on behind those who write and read.
 *
 * Throws `SimulationFailure`, or whatever the storage throws, when something is wrong.
 */
export function simulateCompaction(seed: number, trace: Trace): SimulationSummary {
  return new CompactionSimulation(seed, trace).run();
}

class CompactionSimulation {
  readonly #machine: Machine;
  readonly #stage: Stage;
  readonly #random: SimulatedRandom;
  readonly #climate: Climate;
  readonly #model: KeyedModel;
  /** Whether files can't be removed in it. */
  readonly #isStuck: boolean;
  #startOffset = 0;
  #askedStart = 0;
  #lives = 0;
  #acknowledged = 0;
  #reads = 0;

  constructor(seed: number, trace: Trace) {
    this.#machine = new Machine("broker", surroundings(seed, trace));
    this.#machine.faults.failedRemovals = failedRemovalsOf(seed);
    this.#isStuck = this.#machine.faults.failedRemovals > 0;
    this.#stage = new Stage(this.#machine);
    this.#random = this.#machine.random.fork();
    this.#climate = drawClimate(this.#random);
    this.#model = new KeyedModel(this.#climate.compaction.deleteRetentionMs);
  }

  run(): SimulationSummary {
    const events = this.#stage.run(
      () => this.#live(),
      () => {},
    );
    const { scheduler, trace } = this.#machine;
    const counts = { acknowledged: this.#acknowledged, duplicates: 0, reads: this.#reads };
    const simulatedMs = scheduler.nowMs;
    return { events, simulatedMs, ...counts, lives: this.#lives, traceHash: trace.hash };
  }

  async #live(): Promise<void> {
    for (let life = 0; life < this.#climate.lives; life++) await this.#oneLife(false);
    this.#machine.repair();
    await this.#oneLife(true);
  }

  /** One start of the process, up to its end; nothing goes wrong in the `last` one. */
  async #oneLife(last: boolean): Promise<void> {
    const random = this.#random;
    const { powerLosses, suddenEnds, stepsPerLife, weather } = this.#climate;
    const process = this.#machine.start();
    this.#lives++;
    const kind = random.chance(powerLosses) ? "power-loss" : "kill";
    if (!last && random.chance(suddenEnds)) {
      process.disk.crashAfter(random.below(random.pick([20, 100, 400])), kind);
    }
    const life = await this.#start(process, last);
    if (life) {
      await this.#readAll(life);
      for (let i = 0; i < stepsPerLife && !process.disk.left; i++) {
        if (!last) changeWeather(weather, this.#machine, random);
        await this.#step(life);
      }
      if (last) await this.#checkEnd(life);
      else if (random.chance(0.2)) await this.#until(process, life.store.close());
    }
    this.#machine.crash(kind);
    await this.#stage.sleep(1);
  }

  /** Starts the storage; null if that failed, or the process crashed meanwhile. */
  async #start(process: SimulatedProcess, last: boolean): Promise<Life | null> {
    const { config, limits, maxOpenFiles, keyMapBytes, bytesPerSecond, weather } = this.#climate;
    const { clock, disk } = process;
    const excused = weather === "full" || weather === "failing" || this.#isStuck;
    const warn = (event: string, fields: unknown) => {
      const text = () => `${event}: ${JSON.stringify(fields)}`;
      if (!excused && !disk.left) this.#stage.fail(new Error(text()));
    };
    const log = { info() {}, warn, error: warn };
    const compaction = { keyMapBytes, bytesPerSecond, intervalMs: 1000, hashSeed: 1, log };
    const directory = "/weir/data";
    // Nothing but a failing disk damages anything here.
    const damaged = (_: string, range: DamagedRange) => warn("damaged", range);
    const events = { damaged, rebuilt() {}, notRemoved() {}, diskLow() {} };
    const scrub = { bytesPerSecond, intervalMs: 1000 };
    const bounds = { maxOpenFiles, minFreeBytes: 20_000, limits, compaction, scrub, events };
    try {
      const opened = LogStore.open({ clock, disk, directory, config, ...bounds });
      const store = await this.#until(process, opened);
      if (!store) return null;
      const life = { process, store, log: store.openLog("log-0", "a", config) };
      this.#takeStock(life.log);
      return life;
    } catch (error) {
      if ((last || !(error instanceof DiskError && excused)) && !disk.left) throw error;
      return null;
    }
  }

  #takeStock({ startOffset, endOffset }: PartitionLog): void {
    const starts = [this.#startOffset, this.#askedStart];
    must(starts.includes(startOffset), () => `it starts at ${startOffset}, not at ${starts}`);
    this.#startOffset = startOffset;
    this.#model.recovered(endOffset);
  }

  async #step(life: Life): Promise<void> {
    const random = this.#random;
    const roll = random.below(100);
    if (roll < 60) await this.#append(life);
    else if (roll < 70) await this.#readAll(life);
    else if (roll < 85) this.#behind(life, life.store.compactor.run());
    else if (roll < 88) this.#behind(life, life.store.checkpoint());
    else if (roll < 90) this.#behind(life, life.store.scrubber.run());
    else if (roll < 93) await this.#cut(life);
    else if (roll < 95) life.process.disk.writeBack();
    else await this.#stage.sleep(random.pick([5, 60, 600, 6000]));
  }

  async #append({ process, store, log }: Life): Promise<void> {
    const random = this.#random;
    const { keyCount, largestValueBytes } = this.#climate;
    const sentAtMs = process.clock.nowMs();
    const records = Array.from({ length: random.between(1, 5) }, (_, i): SentRecord => {
      const fill = "x".repeat(random.below(largestValueBytes));
      const value = random.chance(0.25) ? null : `${this.#model.sent.length + i} ${fill}`;
      return { key: `key-${random.below(keyCount)}`, value, sentAtMs };
    });
    const batch = batchOf(records, random.pick(CODECS));
    this.#model.sent.push(...records);
    try {
      const call = store.append(log, batch, 0, batch.length, 0);
      const appended = await this.#until(process, call);
      if (!appended) return;
      this.#acknowledged++;
      this.#model.settle(appended.lastOffset + 1);
      must(this.#model.sent.length === appended.lastOffset + 1, () => "an offset was left out");
    } catch (error) {
      this.#excuse(error);
      // What a failed disk has of it is unknown; what a full one refused isn't there.
      if (error instanceof StorageError && error.code === "full") {
        this.#model.settle(this.#model.acknowledged);
      } else {
        await this.#endLife(process);
      }
    }
  }

  async #cut({ process, store, log }: Life): Promise<void> {
    const offset = Math.min(log.durableOffset, log.startOffset + this.#random.below(20));
    this.#askedStart = Math.max(offset, this.#askedStart);
    try {
      await this.#until(process, store.cutBefore(log, offset));
      if (!process.disk.left) this.#startOffset = log.startOffset;
    } catch (error) {
      this.#excuse(error);
      await this.#endLife(process);
    }
  }

  /** Reads the log from some offset on to its end, and checks that. */
  async #readAll({ process, store, log }: Life): Promise<LogRecord[] | null> {
    const from = log.startOffset;
    const endOffset = log.durableOffset;
    const records: LogRecord[] = [];
    const beganMs = process.clock.nowMs();
    for (let offset = from; offset < endOffset; ) {
      const read = store.read(log, offset, endOffset, this.#random.pick([1, 900, 9000]));
      const chunks = await this.#until(process, Promise.resolve(read));
      if (!chunks) return null;
      must(chunks.length > 0, () => `nothing is at ${offset} of ${endOffset}`);
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
          for (const record of recordsOf(chunk, at, EXPANDED_BYTES)) {
            if (record.offset >= offset) records.push(structuredClone(record));
          }
          offset = lastOffset(chunk, at) + 1;
        }
      }
    }
    this.#reads++;
    const within = records.filter((record) => record.offset < endOffset);
    this.#model.checkRead(within, { from, endOffset, nowMs: process.clock.nowMs() });
    must(beganMs <= process.clock.nowMs(), () => "time went back");
    return within;
  }

  /** Compacts all that there is, and looks at what is left. */
  async #checkEnd(life: Life): Promise<void> {
    const { store, log, process } = life;
    const { minLagMs } = this.#climate.compaction;
    await this.#stage.sleep(minLagMs + 1);
    await this.#until(process, store.compactor.run());
    const records = await this.#readAll(life);
    checkClean(records ?? [], log.firstDirtyOffset);
    if (this.#isStuck) await this.#append(life); // its folder is tidied when that is written
    await this.#until(process, store.close());
    const own = new Set(log.segments.flatMap(({ paths }) => paths));
    const files = process.disk.list(log.directory).map((name) => `${log.directory}/${name}`);
    const stray = files.filter((path) => !own.has(path));
    must(stray.length === 0, () => `stray files: ${stray}`);
    must(process.disk.openFiles.size === 0, () => "files are open after the end");
  }

  /** Lets a call go on behind what comes next. */
  #behind({ process }: Life, call: Promise<void>): void {
    call.catch((error: unknown) => {
      if (!process.disk.left && !isRefusal(error)) this.#stage.fail(error);
    });
  }

  /** What a call comes to, or null if the process has crashed, or crashes before. */
  async #until<T>(process: SimulatedProcess, call: Promise<T>): Promise<T | null> {
    return process.disk.left ? null : this.#stage.untilCrash(process, call);
  }

  /** Throws unless the weather is such that a call may fail. */
  #excuse(error: unknown): void {
    const { weather } = this.#climate;
    if (!isRefusal(error) || (weather !== "full" && weather !== "failing")) throw error;
  }

  async #endLife(process: SimulatedProcess): Promise<void> {
    process.disk.crash("kill");
    await this.#stage.sleep(1);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof StorageError || error instanceof DiskError;
}

function batchOf(records: readonly SentRecord[], codec: (typeof CODECS)[number]): Uint8Array {
  const builder = new BatchBuilder();
  const encoder = new TextEncoder();
  for (const { key, value, sentAtMs } of records) {
    builder.append({
      timestampMs: sentAtMs,
      key: encoder.encode(key),
      value: value === null ? null : encoder.encode(value),
      headers: [],
    });
  }
  return builder.build(codec);
}
