import { SimulatedClock } from "./clock.ts";
import { Directory } from "./disk/directory.ts";
import { SimulatedDisk } from "./disk/disk.ts";
import { type DiskFaults, noFaults } from "./disk/faults.ts";
import { type CrashKind, FileSystem, naming } from "./disk/file-system.ts";
import { SimulatedRandom } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** One run of the program: what it has of the outside world until it crashes. */
export interface SimulatedProcess {
  readonly clock: SimulatedClock;
  readonly disk: SimulatedDisk;
}

/** A computer under a seed, on which one process runs after the other. */
export class Machine {
  readonly random: SimulatedRandom;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly faults: DiskFaults = noFaults();
  #files: FileSystem;
  #process: SimulatedProcess | null = null;

  /** A disk with one empty folder, `/weir`. */
  constructor(seed: number, trace: Trace) {
    this.random = new SimulatedRandom(seed);
    this.scheduler = new Scheduler(this.random.fork());
    this.trace = trace;
    const root = new Directory();
    root.change(naming("weir", new Directory()));
    root.endSync(root.beginSync());
    this.#files = new FileSystem(root);
  }

  /** What is on the disk while no process runs. */
  get files(): FileSystem {
    return this.#process?.disk.files ?? this.#files;
  }

  /** Ends all that goes wrong with the disk. */
  repair(): void {
    Object.assign(this.faults, noFaults());
  }

  /** Starts a process on what the last one has left. */
  start(): SimulatedProcess {
    const { scheduler, random, trace, faults } = this;
    const clock = new SimulatedClock(scheduler, random.fork());
    const parts = { scheduler, random: random.fork(), trace, faults };
    this.#process = { clock, disk: new SimulatedDisk(this.#files, parts) };
    return this.#process;
  }

  /** Whether the process that was started last is gone, or going in this very event. */
  get crashed(): boolean {
    return this.#process === null || this.#process.disk.left !== null;
  }

  /** Ends the process, as `disk.crashAfter` does. */
  crash(kind: CrashKind): void {
    this.#process?.disk.crash(kind);
  }

  /** Lets the next event happen; false if there is none. */
  step(): boolean {
    if (!this.scheduler.step()) return false;
    this.#bury();
    return true;
  }

  #bury(): void {
    const left = this.#process?.disk.left;
    if (!left) return;
    this.#process?.clock.halt();
    this.#files = left;
    this.#process = null;
  }
}
