import { drawLimits } from "../limits.ts";
import { surroundings } from "../machine.ts";
import { SimulatedRandom } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { Script } from "../shared/script.ts";
import { ScriptedClients } from "../shared/scripted-clients.ts";
import type { Trace } from "../trace.ts";
import { type PairClimate, settingsOf } from "./climate.ts";
import type { PairControls } from "./controls.ts";
import type { Member } from "./member.ts";
import { isQuiet } from "./quietness.ts";
import { SimulatedPair } from "./simulated-pair.ts";
import { PairWorld } from "./world.ts";

/** Two brokers on machines where nothing goes wrong by chance. */
const CALM: Omit<PairClimate, "config" | "limits"> = {
  ...{ weather: "fair", steps: 0, topics: [], producers: 0, consumers: 0, largestBatchBytes: 300 },
  ...{ powerLosses: 0, crashes: 0, cuts: 0, promotions: 0, switches: 0, resets: 0, stalls: 0 },
  ...{ jumps: 0, suddenEnds: 0, paces: [], mostDelayMs: 0.2, pieces: 0, windowBytes: 256 * 1024 },
};

const SETTINGS: Readonly<Record<string, number>> = {
  "replica.lag.time.max.ms": 300,
  "replication.fence.after.ms": 0,
  "log.segment.bytes": 100_000,
};

/** Makes a scenario of a master and its slave; `settings` are those of both, besides the usual. */
export function pairScenario(
  name: string,
  script: (pair: ScriptedPair) => Promise<void>,
  settings: Readonly<Record<string, number>> = {},
): Scenario {
  const play = (trace: Trace, seed: number) => {
    const random = new SimulatedRandom(seed);
    const config = settingsOf({ ...SETTINGS, ...settings }, "sync");
    const climate = { ...CALM, config, limits: drawLimits(random) };
    const pair = new SimulatedPair(surroundings(seed, trace), climate);
    new ScriptedPair(pair, random).play(script);
  };
  return { name, scene: "pair", play };
}

/** A pair to which happens what a scenario says, and nothing else. */
export class ScriptedPair extends Script {
  /** The master, and its slave, as it is at first. */
  readonly brokers: readonly [Member, Member];
  readonly clients: ScriptedClients;
  readonly controls: PairControls;
  readonly #pair: SimulatedPair;

  constructor(pair: SimulatedPair, random: SimulatedRandom) {
    const [{ machine }] = pair.members;
    super(pair.stage, machine);
    this.#pair = pair;
    this.brokers = pair.members;
    this.controls = pair.controls;
    this.clients = new ScriptedClients(new PairWorld(pair, random), machine);
  }

  /** Plays a scenario from when both are in sync to when all is well again. */
  play(script: (pair: ScriptedPair) => Promise<void>): void {
    const { stage, witness } = this.#pair;
    const look = () => {
      witness.look();
      for (const member of this.brokers) this.controls.noteRole(member);
    };
    stage.run(async () => {
      await this.#pair.start();
      await this.rest();
      await script(this);
      this.note("the end");
      await this.controls.repair();
      await this.rest();
      witness.checkEqual();
    }, look);
  }

  /** Lets time pass until one leads, and the other one has all that there is. */
  rest(): Promise<void> {
    return this.until("one leads, and the other one is in sync", () => isQuiet(this.brokers));
  }

  /** Lets nothing get from one broker to the other, nor back. */
  cut(): void {
    const [one, two] = this.brokers;
    this.controls.block(one.name, two.name);
    this.controls.block(two.name, one.name);
  }

  /** Up to where a broker has a topic's first partition for good; -1: it has none of it. */
  durableEndOf(topic: string, { running }: Member): number {
    return running?.parts.store.logs.get(`${topic}-0`)?.durableOffset ?? -1;
  }

  /** Each read from a broker's disk takes so much longer from now on. */
  slowReads({ machine }: Member, lateMs: number): void {
    machine.faults.lateReadsMs = lateMs;
  }

  /** Bytes are under way for so long from now on, and few of them at a time. */
  slowNetwork(delayMs: number): void {
    const { networkWeather } = this.brokers[0].machine;
    Object.assign(networkWeather, {
      ...{ leastDelayMs: delayMs, mostDelayMs: delayMs },
      windowBytes: 500,
    });
  }

  /** Whether a broker is the master, as far as it knows. */
  leads({ running }: Member): boolean {
    return running?.pair.role === "master";
  }
}
