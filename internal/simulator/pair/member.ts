import { LocalBroker } from "../../broker/local-broker.ts";
import { openPair, type PairParts } from "../../broker/open-pair.ts";
import type { Pair } from "../../broker/pair.ts";
import { replicationLinks } from "../../client/replication-links.ts";
import { Doors } from "../../doors/doors.ts";
import { protocols } from "../../doors/protocols.ts";
import type { Address } from "../../platform/network.ts";
import { watchedLog } from "../broker/life.ts";
import type { CrashKind } from "../disk/file-system.ts";
import { Machine, type SimulatedProcess, type Surroundings } from "../machine.ts";
import type { Stage } from "../stage.ts";
import type { TraceValue } from "../trace.ts";
import { mayRefuseToStart } from "../weather.ts";
import type { PairClimate } from "./climate.ts";

const DATA_DIRECTORY = "/weir/data";
const PORT = 9092;

/** The time from a start of a broker to its end. */
export interface MemberLife {
  readonly process: SimulatedProcess;
  readonly parts: PairParts;
  readonly pair: Pair;
  readonly broker: LocalBroker;
  readonly doors: Doors;
}

/** One of the two brokers: its processes come and go, its disk stays. */
export class Member {
  readonly id: number;
  readonly machine: Machine;
  readonly address: Address;
  /** Whether its disk was replaced, and it hasn't been in sync since. */
  isNew = true;
  /** Whether it was somebody's slave, and in sync. */
  hasFollowed = false;
  /** When it may have lost what only its memory had. */
  lostMemoryAtMs = Number.NEGATIVE_INFINITY;
  /** Whether its process is there, or being started. */
  isUp = false;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether a process may crash in a disk call that its end doesn't choose, or not start. */
  endsSuddenly = true;
  /** How often it was started. */
  starts = 0;
  life: MemberLife | null = null;
  /** The process that was started last, until it has ended. */
  #process: SimulatedProcess | null = null;
  #isStopping = false;
  readonly #climate: PairClimate;

  constructor(id: number, surroundings: Surroundings, climate: PairClimate) {
    this.id = id;
    this.machine = new Machine(`broker-${id}`, surroundings);
    this.address = { host: this.machine.name, port: PORT };
    this.#climate = climate;
  }

  get name(): string {
    return this.machine.name;
  }

  /** Its broker, while that runs. */
  get running(): MemberLife | null {
    return this.life && !this.life.process.disk.left ? this.life : null;
  }

  /** Until when it may have said something that is heard only now: its process was there then. */
  get spokeAtMs(): number {
    return this.isUp ? this.machine.scheduler.nowMs : this.#endedAtMs;
  }

  /** Whether nothing ends its process soon, and it takes writes. */
  get isSound(): boolean {
    const life = this.running;
    if (!life || this.#isStopping || life.process.disk.mayCrash) return false;
    return life.broker.status().writable;
  }

  /** Notes what happens here. */
  trace(event: string, ...values: readonly TraceValue[]): void {
    this.machine.trace.add(this.machine.scheduler.nowMs, `${this.name} ${event}`, ...values);
  }

  /** Starts its broker; it comes to nothing if the process crashes meanwhile, or its disk fails. */
  async start(stage: Stage, slaveOf: Member | null): Promise<void> {
    this.isUp = true;
    this.starts++;
    const process = this.machine.start();
    this.#process = process;
    this.#isStopping = false;
    this.trace("start", slaveOf?.name ?? "");
    const random = this.machine.random;
    if (this.endsSuddenly && random.chance(this.#climate.suddenEnds)) {
      const kind = random.chance(this.#climate.powerLosses) ? "power-loss" : "kill";
      process.disk.crashAfter(random.below(random.pick([50, 400])), kind);
    }
    try {
      const life = await stage.untilCrash(process, this.#open(process, stage, slaveOf));
      this.life = life;
      life?.broker.serve();
    } catch (error) {
      const mayRefuse = this.endsSuddenly && mayRefuseToStart(this.#climate.weather, error);
      if (!process.disk.left && !mayRefuse) throw error;
      this.machine.crash("kill");
    }
    if (process.disk.left) this.#ended(process);
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

  /** Notes where its logs stand, for whoever looks for what went wrong. */
  traceState(): void {
    const life = this.running;
    if (!life) return;
    const { pair } = life;
    const { store } = life.parts;
    const { role, leaderId, leaderEpoch } = pair;
    this.trace("state", role, leaderId, leaderEpoch, JSON.stringify(life.broker.status()));
    for (const log of store.logs.values()) {
      const { name, startOffset, highWatermark, durableOffset, endOffset } = log;
      const isr = pair.leader?.copiesOf(log)?.isr.join() ?? "";
      this.trace("log", name, startOffset, highWatermark, durableOffset, endOffset, isr);
    }
  }

  /** Ends its broker in order. */
  async stop(stage: Stage): Promise<void> {
    const life = this.running;
    if (!life) return;
    this.trace("stop");
    life.doors.close();
    this.#isStopping = true;
    await stage.untilCrash(life.process, life.broker.close());
    if (this.#process === life.process) this.crash("kill");
  }

  /** Its disk is lost: it begins with nothing. */
  loseDisk(): void {
    this.trace("disk lost");
    this.machine.replaceDisk();
    this.isNew = true;
  }

  async #open(
    process: SimulatedProcess,
    stage: Stage,
    slaveOf: Member | null,
  ): Promise<MemberLife> {
    const { config, limits } = this.#climate;
    const log = watchedLog({ stage, trace: (event, ...values) => this.trace(event, ...values) });
    const started = {
      dataDirectory: DATA_DIRECTORY,
      version: "simulated",
      advertised: this.address,
      config: new Map([...config, ["broker.id", `${this.id}`]]),
      log,
      storageLimits: limits,
      slaveOf: slaveOf?.address ?? null,
    };
    const links = replicationLinks(process, this.name);
    const parts = await openPair(process, started, links);
    const broker = new LocalBroker(process, parts);
    const { clock, network } = process;
    const doors = new Doors({ clock, network, log, protocols: protocols(broker, clock, log) });
    await doors.listen(this.address);
    return { process, parts, pair: parts.membership, broker, doors };
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
