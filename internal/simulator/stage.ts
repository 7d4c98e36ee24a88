import { must } from "./failure.ts";
import type { Machine, SimulatedProcess } from "./machine.ts";

const MOST_EVENTS = 200_000;

/** Where a simulation happens: it lets events happen one by one until its script is through. */
export class Stage {
  readonly machine: Machine;
  #failure: unknown = null;
  #crashed: (() => void) | null = null;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /**
   * Runs `script`, and `check` after each event while a process runs; returns how many events
   * there were. Throws the first failure of any of them.
   */
  run(script: () => Promise<void>, check: () => void): number {
    let done = false;
    this.machine.scheduler.after(0, () => {
      script().then(
        () => {
          done = true;
        },
        (error: unknown) => this.fail(error),
      );
    });
    let events = 0;
    while (!done && this.machine.step()) {
      if (this.machine.crashed) this.#tellCrash();
      else check();
      if (this.#failure) throw this.#failure;
      must(++events < MOST_EVENTS, () => "it never ends");
    }
    must(done, () => "a call was never answered");
    return events;
  }

  /** Ends the run with `error` after this event, unless there was another before. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** What the promise resolves to, or null if the process crashes before. One at a time. */
  async untilCrash<T>(process: SimulatedProcess, promise: Promise<T>): Promise<T | null> {
    const crash = new Promise<null>((resolve) => {
      this.#crashed = () => resolve(null);
    });
    const value = await Promise.race([promise, crash]);
    return process.disk.left ? null : value;
  }

  /** Lets virtual time pass. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.machine.scheduler.after(ms, resolve));
  }

  #tellCrash(): void {
    this.#crashed?.();
    this.#crashed = null;
  }
}
