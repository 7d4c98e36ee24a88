import { must } from "../failure.ts";
import type { Machine } from "../machine.ts";
import type { Stage } from "../stage.ts";

const LOOK_MS = 5;
/** What a scenario waits for comes within this time, or never. */
const PATIENCE_MS = 60_000;

/** A broker to whose machine something happens. */
interface ScriptedBroker {
  readonly machine: Machine;
}

/** What happens in a scenario, one thing after the other. */
export class Script {
  readonly #stage: Stage;
  readonly #machine: Machine;

  /** `machine`: any of those on the stage. */
  constructor(stage: Stage, machine: Machine) {
    this.#stage = stage;
    this.#machine = machine;
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return this.#stage.sleep(ms);
  }

  /** Lets time pass until something is so; it is wrong if that never comes, for what `why` says. */
  async until(what: string, isSo: () => boolean, why: () => string = () => ""): Promise<void> {
    for (let waitedMs = 0; !isSo(); waitedMs += LOOK_MS) {
      must(waitedMs < PATIENCE_MS, () => `it never comes to be: ${what} ${why()}`.trim());
      await this.pass(LOOK_MS);
    }
    this.note(what);
  }

  /** Each sync of a broker's disk takes so much longer from now on. */
  slowSyncs({ machine }: ScriptedBroker, lateMs: number): void {
    machine.faults.lateSyncsMs = lateMs;
  }

  /** A broker's disk has room for so many bytes from now on; infinite: for all there may be. */
  leaveRoom({ machine }: ScriptedBroker, bytes: number): void {
    machine.faults.capacityBytes = machine.files.usedBytes + bytes;
  }

  /** Notes where the scenario is, for whoever reads its trace. */
  protected note(what: string): void {
    const { trace, scheduler } = this.#machine;
    trace.add(scheduler.nowMs, "scenario:", what);
  }
}
