import type { Actor } from "../shared/actor.ts";
import type { PairClient } from "./pair-client.ts";
import type { PairWorld } from "./world.ts";

/** Somebody who does one thing after the other. */
export abstract class TurnActor implements Actor {
  readonly world: PairWorld;
  readonly client: PairClient;
  #busy = false;

  constructor(world: PairWorld) {
    this.world = world;
    this.client = world.makeClient();
  }

  get isIdle(): boolean {
    return !this.#busy;
  }

  step(isFinishing: boolean): void {
    if (this.#busy) return;
    this.#busy = true;
    const turn = this.client.isOpen ? this.turn(isFinishing) : this.client.connect();
    turn.then(
      () => {
        this.#busy = false;
      },
      (error: unknown) => this.world.stage.fail(error),
    );
  }

  /** Does the next thing, on a connection that was open a moment ago. */
  protected abstract turn(isFinishing: boolean): Promise<void>;
}
