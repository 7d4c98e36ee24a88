import { must } from "./failure.ts";
import type { Machine, SimulatedProcess } from "./machine.ts";

const MOST_EVENTS = 200_000;

/** Where a simulation happens: it lets events happen one by one until its script is through. */
export class Stage {
  readonly #machines: readonly Machine[];
  readonly #scheduler: Machine["scheduler"];
  #failure: unknown = null;
  /** What is called when a process has crashed. */
  readonly #crashed = new Map<() => void, SimulatedProcess>();

  /** All `machines` have the same surroundings. */
  constructor(machine: Machine, ...others: readonly Machine[]) {
    this.#machines = [machine, ...others];
    this.#scheduler = machine.scheduler;
  }

  /**
   * Runs `script`, and `check` after each event while a process runs; returns how many events
   * there were. Throws the first failure of any of them.
   */
  run(script: () => Promise<void>, check: () => void): number {
    let done = false;
    this.#scheduler.after(0, () => {
      script().then(
        () => {
          done = true;
        },
        (error: unknown) => this.fail(error),
      );
    });
    let events = 0;
    while (!done && this.#scheduler.step()) {
      for (const machine of this.#machines) machine.bury();
      this.#tellCrashes();
      if (this.#machines.some(({ crashed }) => !crashed)) check();
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

  /** What the promise resolves to, or null if the process crashes before. */
  async untilCrash<T>(process: SimulatedProcess, promise: Promise<T>): Promise<T | null> {
    const { promise: crash, resolve } = Promise.withResolvers<null>();
    const tell = () => resolve(null);
    this.#crashed.set(tell, process);
    try {
      const value = await Promise.race([promise, crash]);
      return process.disk.left ? null : value;
    } finally {
      this.#crashed.delete(tell);
    }
  }

  /** Lets virtual time pass. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(ms, resolve));
  }

  #tellCrashes(): void {
    for (const [tell, { disk }] of this.#crashed) if (disk.left) tell();
  }
}
