import type { BrokerOptions } from "../../broker/broker-options.ts";
import type { BrokerParts } from "../../broker/broker-parts.ts";
import { LocalBroker } from "../../broker/local-broker.ts";
import type { Doors } from "../../doors/doors.ts";
import { openDoors } from "../../doors/open-doors.ts";
import type { Address } from "../../platform/network.ts";
import type { StorageLimits } from "../../storage/limits.ts";
import type { CrashKind } from "../disk/file-system.ts";
import { Machine, type SimulatedProcess, type Surroundings } from "../machine.ts";
import type { Stage } from "../stage.ts";
import type { TraceValue } from "../trace.ts";
import { mayRefuseToStart, type Weather } from "../weather.ts";
import { watchedLog } from "./watched-log.ts";

/** Where a simulated broker has its data. */
export const DATA_DIRECTORY = "/weir/data";
const PORT = 9092;

/** What the brokers of a run are like, as its seed decides. */
export interface MemberClimate {
  readonly weather: Weather;
  /** Of the crashes, how many are a loss of power. */
  readonly powerLosses: number;
  /** Of the starts, how many crash in the middle of a disk call. */
  readonly suddenEnds: number;
  readonly config: ReadonlyMap<string, string>;
  readonly limits: StorageLimits;
}

/** The time from a start of a broker to its end. */
export interface MemberLife {
  readonly process: SimulatedProcess;
  readonly broker: LocalBroker;
  readonly doors: Doors;
}

/** One of several brokers: its processes come and go, its disk stays. */
export abstract class Member<L extends MemberLife> {
  readonly id: number;
  readonly machine: Machine;
  readonly address: Address;
  /** When it may have lost what only its memory had. */
  lostMemoryAtMs = Number.NEGATIVE_INFINITY;
  /** Whether its process is there, or being started. */
  isUp = false;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether a process may crash in a disk call that its end doesn't choose, or not start. */
  endsSuddenly = true;
  /** How often it was started. */
  starts = 0;
  life: L | null = null;
  /** The process that was started last, until it has ended. */
  #process: SimulatedProcess | null = null;
  #isStopping = false;
  readonly #climate: MemberClimate;

  constructor(id: number, surroundings: Surroundings, climate: MemberClimate) {
    this.id = id;
    this.machine = new Machine(`broker-${id}`, surroundings);
    this.address = { host: this.machine.name, port: PORT };
    this.#climate = climate;
  }

  get name(): string {
    return this.machine.name;
  }

  /** Its broker, while that runs. */
  get running(): L | null {
    return this.life && !this.life.process.disk.left ? this.life : null;
  }

  /** Until when it may have said something that is heard only now: its process was there then. */
  get spokeAtMs(): number {
    return this.isUp ? this.machine.scheduler.nowMs : this.#endedAtMs;
  }

  /** Whether nothing ends its process soon, and its disk takes writes. */
  get isSound(): boolean {
    const life = this.running;
    if (!life || this.#isStopping || life.process.disk.mayCrash) return false;
    return life.broker.storage.refusal === null;
  }

  /** Notes what happens here. */
  trace(event: string, ...values: readonly TraceValue[]): void {
    this.machine.trace.add(this.machine.scheduler.nowMs, `${this.name} ${event}`, ...values);
  }

  /** Its process ends, in the middle of whatever it does. */
  crash(kind: CrashKind): void {
    const process = this.machine.process;
    if (!process || process.disk.left) return;
    this.machine.crash(kind);
    this.#ended(process);
  }

  /** To be called when its process may have crashed by itself. */
  noticeCrash(): void {
    if (this.life?.process.disk.left) this.#ended(this.life.process);
  }

  /** Ends its broker in order: it takes no more connections, and then closes. */
  async stop(stage: Stage): Promise<void> {
    const life = this.running;
    if (!life || this.#isStopping) return;
    this.trace("stop");
    this.#isStopping = true;
    await stage.untilCrash(life.process, this.closing(life));
    if (this.#process === life.process) this.crash("kill");
  }

  /** A life has begun. */
  protected abstract begun(life: L, stage: Stage): void;

  /** Ends a life in order. */
  protected async closing({ doors, broker }: L): Promise<void> {
    doors.close();
    await broker.close();
  }

  /** Starts a process; nothing comes of it if that crashes meanwhile, or its disk fails. */
  protected async begin(
    stage: Stage,
    how: string,
    open: (process: SimulatedProcess) => Promise<L>,
    mayRefuse: (error: unknown) => boolean = () => false,
  ): Promise<void> {
    this.isUp = true;
    this.starts++;
    const process = this.machine.start();
    this.#process = process;
    this.#isStopping = false;
    this.trace("start", how);
    const { random } = this.machine;
    const { suddenEnds, powerLosses, weather } = this.#climate;
    if (this.endsSuddenly && random.chance(suddenEnds)) {
      const kind = random.chance(powerLosses) ? "power-loss" : "kill";
      process.disk.crashAfter(random.below(random.pick([50, 400])), kind);
    }
    try {
      const life = await stage.untilCrash(process, open(process));
      this.life = life;
      if (life) this.begun(life, stage);
    } catch (error) {
      const isExcused = this.endsSuddenly && mayRefuseToStart(weather, error);
      if (!process.disk.left && !isExcused && !mayRefuse(error)) throw error;
      this.machine.crash("kill");
    }
    if (process.disk.left) this.#ended(process);
  }

  /** What its broker is started with. */
  protected options(stage: Stage): BrokerOptions {
    const { config, limits } = this.#climate;
    return {
      dataDirectory: DATA_DIRECTORY,
      version: "simulated",
      advertised: this.address,
      config: new Map([...config, ["broker.id", `${this.id}`]]),
      log: watchedLog({ stage, trace: this.trace.bind(this) }),
      storageLimits: limits,
    };
  }

  /** A broker of these parts, which clients reach from now on. */
  protected async reached(process: SimulatedProcess, parts: BrokerParts): Promise<MemberLife> {
    const broker = new LocalBroker(process, parts);
    const doors = openDoors(broker, process, parts.options.log);
    await doors.listen(this.address);
    return { process, broker, doors };
  }

  #ended(process: SimulatedProcess): void {
    if (process !== this.#process) return;
    this.#process = null;
    this.life = null;
    this.isUp = false;
    const kind = process.disk.crashKind;
    this.trace("ended", kind ?? "");
    this.#endedAtMs = this.machine.scheduler.nowMs;
    if (kind !== "power-loss" && process.disk.failedSyncs === 0) return;
    this.lostMemoryAtMs = this.#endedAtMs;
  }
}
