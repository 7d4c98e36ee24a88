import type { Platform } from "../platform/platform.ts";
import { SimulatedClock } from "./clock.ts";
import { Directory } from "./disk/directory.ts";
import { SimulatedDisk } from "./disk/disk.ts";
import { type DiskFaults, noFaults } from "./disk/faults.ts";
import { type CrashKind, FileSystem, naming } from "./disk/file-system.ts";
import type { Host } from "./network/connection.ts";
import { SimulatedNetwork } from "./network/network.ts";
import { ANYWHERE } from "./network/routes.ts";
import { fairNetwork, type NetworkWeather } from "./network/weather.ts";
import { SimulatedRandom } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** One run of the program: what it has of the outside world until it crashes. */
export interface SimulatedProcess extends Platform {
  readonly clock: SimulatedClock;
  readonly random: SimulatedRandom;
  readonly disk: SimulatedDisk;
  readonly host: Host;
}

/** What the machines of a simulation have in common: time, chance, and the network. */
export interface Surroundings {
  readonly random: SimulatedRandom;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly networkWeather: NetworkWeather;
  readonly network: SimulatedNetwork;
}

/** Everything under one seed. */
export function surroundings(seed: number, trace: Trace): Surroundings {
  const random = new SimulatedRandom(seed);
  const scheduler = new Scheduler(random.fork());
  const weather = fairNetwork();
  const network = new SimulatedNetwork({ scheduler, random: random.fork(), trace, weather });
  return { random, scheduler, trace, networkWeather: weather, network };
}

/** A computer, on which one process runs after the other. */
export class Machine {
  readonly name: string;
  readonly random: SimulatedRandom;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly faults: DiskFaults = noFaults();
  readonly networkWeather: NetworkWeather;
  readonly network: SimulatedNetwork;
  /** How many milliseconds its clock counts while one passes. */
  clockRate = 1;
  /** Told of what the receivers of connections throw. */
  onThrow: (error: unknown) => void = () => {};
  /** Called before something that its process says leaves. */
  beforeSend: () => void = () => {};
  #files: FileSystem;
  #process: SimulatedProcess | null = null;

  /** Its disk has one empty folder, `/weir`. */
  constructor(name: string, { random, scheduler, trace, networkWeather, network }: Surroundings) {
    this.name = name;
    this.random = random;
    this.scheduler = scheduler;
    this.trace = trace;
    this.networkWeather = networkWeather;
    this.network = network;
    this.#files = emptyFileSystem();
  }

  /** A host that never crashes: where clients are. */
  clientHost(): Host {
    const clock = new SimulatedClock(this.scheduler, this.random.fork());
    const failed = (error: unknown) => this.onThrow(error);
    return { name: "client", clock, crashed: false, failed, speaks: () => {} };
  }

  /** The process that was started last, until it ends. */
  get process(): SimulatedProcess | null {
    return this.#process;
  }

  /** What is on the disk while no process runs. */
  get files(): FileSystem {
    return this.#process?.disk.files ?? this.#files;
  }

  /** Ends all that goes wrong. */
  repair(): void {
    Object.assign(this.faults, noFaults());
    Object.assign(this.networkWeather, fairNetwork());
  }

  /** Starts a process on what the last one has left. */
  start(): SimulatedProcess {
    const { scheduler, random, trace, faults } = this;
    const clock = new SimulatedClock(scheduler, random.fork(), this.clockRate);
    const disk = new SimulatedDisk(this.#files, {
      scheduler,
      random: random.fork(),
      trace,
      faults,
      whenAwake: (work) => clock.whenAwake(work),
    });
    const host: Host = {
      name: this.name,
      clock,
      get crashed() {
        return disk.left !== null;
      },
      failed: (error) => this.onThrow(error),
      speaks: () => this.beforeSend(),
    };
    const network = this.network.of(host);
    this.#process = { clock, random: random.fork(), disk, network, host };
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

  /** Stops the process, as SIGSTOP does: what comes for it waits, and its clock goes on. */
  freeze(): void {
    this.#process?.clock.freeze();
    this.network.routes.block(ANYWHERE, this.name);
  }

  /** Lets the process go on. */
  thaw(): void {
    this.#process?.clock.thaw();
    this.network.routes.unblock(ANYWHERE, this.name);
  }

  /** Puts an empty disk in the place of the one that it has; no process runs. */
  replaceDisk(): void {
    this.#files = emptyFileSystem();
  }

  /** Takes a process away that has crashed in the last event. */
  bury(): void {
    const left = this.#process?.disk.left;
    if (!this.#process || !left) return;
    this.#process.clock.halt();
    this.network.routes.unblock(ANYWHERE, this.name); // it may have been stopped
    this.network.crashed(this.#process.host);
    this.#files = left;
    this.#process = null;
  }
}

function emptyFileSystem(): FileSystem {
  const root = new Directory();
  root.change(naming("weir", new Directory()));
  root.endSync(root.beginSync());
  return new FileSystem(root);
}
