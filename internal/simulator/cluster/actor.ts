import type { SimulatedRandom } from "../random.ts";
import type { Actor } from "../shared/actor.ts";
import type { KafkaClient } from "../shared/kafka-client.ts";
import type { Member } from "./member.ts";
import type { ClusterWorld } from "./world.ts";

/** Somebody who does one thing after the other, with one broker or another. */
export abstract class TurnActor implements Actor {
  readonly world: ClusterWorld;
  protected readonly random: SimulatedRandom;
  readonly #clients = new Map<Member, KafkaClient>();
  #at: Member;
  #busy = false;

  constructor(world: ClusterWorld, random = world.random) {
    this.world = world;
    this.random = random;
    this.#at = random.pick(world.members);
  }

  get isIdle(): boolean {
    return !this.#busy;
  }

  /** The broker that it talks to. */
  get at(): Member {
    return this.#at;
  }

  get client(): KafkaClient {
    return this.clientOf(this.#at);
  }

  step(isFinishing: boolean): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#turn(isFinishing).then(
      () => {
        this.#busy = false;
      },
      (error: unknown) => this.world.stage.fail(error),
    );
  }

  /** Takes another broker from now on: the one given, or any. */
  moveOn(to: Member | undefined = undefined): void {
    this.#at = to ?? this.random.pick(this.world.members);
  }

  protected clientOf(member: Member): KafkaClient {
    const known = this.#clients.get(member) ?? this.world.makeClient(member);
    this.#clients.set(member, known);
    return known;
  }

  /** Does the next thing, on a connection that was open a moment ago. */
  protected abstract turn(isFinishing: boolean): Promise<void>;

  async #turn(isFinishing: boolean): Promise<void> {
    if (this.client.isOpen) return this.turn(isFinishing);
    await this.client.connect();
    if (!this.client.isOpen && this.random.chance(0.7)) this.moveOn();
  }
}
