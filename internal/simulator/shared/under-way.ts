import type { Stage } from "../stage.ts";

/** What a client has begun and not ended. */
export class UnderWay {
  readonly #stage: Stage;
  #count = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** How much it is. */
  get count(): number {
    return this.#count;
  }

  /** Begins something more; what it throws is the end of the run. */
  start(work: () => Promise<void>): void {
    this.#count++;
    work().then(
      () => {
        this.#count--;
      },
      (error: unknown) => this.#stage.fail(error),
    );
  }
}
