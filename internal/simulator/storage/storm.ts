import type { DiskFaults } from "../disk/faults.ts";
import type { CrashKind } from "../disk/file-system.ts";
import type { Machine, SimulatedProcess } from "../machine.ts";
import { SimulatedRandom } from "../random.ts";
import type { Climate } from "./climate.ts";

/**
 * Crashes at the moments when they hurt most, in one half of all runs: the power goes again right
 * after it came back, or at an ack while a checkpoint is under way; and who finds that a sync has
 * failed restarts the process. Some syncs take far longer than what happens beside them, and
 * checkpoints are frequent.
 *
 * It draws by chance of its own, so that nothing else of a seed's run depends on it.
 */
export class Storm {
  readonly #random: SimulatedRandom;
  readonly #flickers: number;
  readonly #endsAtAcks: number;
  readonly #checkpoints: number;
  readonly #hasLargeSegments: boolean;
  /** Whether syncs fail in it, some time after a process has begun. */
  readonly isFailing: boolean;
  readonly #faults: Partial<DiskFaults>;

  #isOver = false;

  /** The storm of a run; null if it has none. */
  static of(seed: number): Storm | null {
    const random = new SimulatedRandom(-seed);
    return random.chance(0.5) ? new Storm(random) : null;
  }

  private constructor(random: SimulatedRandom) {
    this.#random = random;
    const { flickers, checkpoints } = random.pick([
      { flickers: 0.7, checkpoints: 0 },
      { flickers: 0, checkpoints: 0.3 },
    ]);
    this.#flickers = flickers;
    this.#checkpoints = checkpoints;
    this.#endsAtAcks = random.pick([0, 0.01, 0.1]);
    this.#hasLargeSegments = random.chance(0.5);
    this.isFailing = random.chance(0.4);
    this.#faults = {
      failsBelow: random.pick(["/", "/weir/data/logs"]),
      slowFileSyncs: random.pick([1, 1, 30]),
      slowFolderSyncs: random.pick([1, 30, 100]),
    };
  }

  /** The climate in which it happens. */
  over(climate: Climate): Climate {
    const segmentBytes = this.#hasLargeSegments ? 10 * climate.segmentBytes : climate.segmentBytes;
    return { ...climate, segmentBytes, weather: this.isFailing ? "failing" : climate.weather };
  }

  /** A process begins. */
  begin({ faults }: Machine): void {
    Object.assign(faults, this.#faults);
    if (this.isFailing) faults.failedSyncs = 0;
  }

  /** Whether a checkpoint is to be made now: it may find a bad spot. */
  checkpoint({ faults }: Machine): boolean {
    if (this.#isOver || !this.#random.chance(this.#checkpoints)) return false;
    if (this.isFailing && this.#random.chance(0.2)) faults.failedSyncs = 0.3;
    return true;
  }

  /** It is over: no process ends by it any more. */
  pass(): void {
    this.#isOver = true;
  }

  /** Clients may use the storage again: true if the power goes soon, and they had better hurry. */
  flickers({ disk }: SimulatedProcess): boolean {
    if (this.#isOver || !this.#random.chance(this.#flickers)) return false;
    disk.crashAfter(this.#random.below(this.#random.pick([5, 30])), "power-loss");
    return true;
  }

  /** A batch was acknowledged. */
  acknowledged({ disk }: SimulatedProcess, checkpoints: number): void {
    if (this.#isOver || checkpoints === 0) return;
    if (this.#random.chance(this.#endsAtAcks)) disk.crash("power-loss");
  }

  /** Whether somebody who was refused asks once more, at once. */
  asksAgain(): boolean {
    return !this.#isOver && this.#random.chance(0.5);
  }

  /** How a process ends that would end by `kind`. */
  endOf({ disk }: SimulatedProcess, kind: CrashKind): CrashKind {
    return disk.failedSyncs > 0 && this.#random.chance(0.7) ? "kill" : kind;
  }
}
