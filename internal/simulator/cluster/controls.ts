import type { SimulatedEtcd } from "../etcd/etcd.ts";
import { fairEtcd } from "../etcd/weather.ts";
import type { Stage } from "../stage.ts";
import type { Member } from "./member.ts";
import type { Witness } from "./witness.ts";

/** A way from one machine to another, by their names, on which nothing gets through. */
interface Cut {
  readonly from: string;
  readonly to: string;
}

/** What can be done to the machines of a cluster: chance does it, or a scenario. */
export class ClusterControls {
  readonly #stage: Stage;
  readonly #members: readonly [Member, ...Member[]];
  readonly #etcd: SimulatedEtcd;
  readonly #witness: Witness;
  #cuts: Cut[] = [];

  constructor(
    stage: Stage,
    members: readonly [Member, ...Member[]],
    etcd: SimulatedEtcd,
    witness: Witness,
  ) {
    this.#stage = stage;
    this.#members = members;
    this.#etcd = etcd;
    this.#witness = witness;
  }

  /** How many ways are cut. */
  get cutCount(): number {
    return this.#cuts.length;
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.some((cut) => cut.from === from && cut.to === to);
  }

  /** Lets nothing get from one machine to another; the way back is another one. */
  cut(from: string, to: string): void {
    const [{ machine }] = this.#members;
    if (this.isCut(from, to)) return;
    this.#cuts.push({ from, to });
    machine.trace.add(machine.scheduler.nowMs, "cut", from, to);
    machine.network.routes.block(from, to);
  }

  /** Opens the ways again that were cut last, or all. */
  heal(count = this.#cuts.length): void {
    for (const cut of this.#cuts.splice(-count)) this.#open(cut);
  }

  /** Opens the ways between two machines again. */
  healBetween(one: string, other: string): void {
    const isBetween = ({ from, to }: Cut) =>
      (from === one && to === other) || (from === other && to === one);
    const healed = this.#cuts.filter(isBetween);
    this.#cuts = this.#cuts.filter((cut) => !isBetween(cut));
    for (const cut of healed) this.#open(cut);
  }

  /** Starts a broker, or tries to. */
  start(member: Member): void {
    this.#untilDone(member.start(this.#stage));
  }

  /** Starts who doesn't run: who was refused tries again. */
  startAll(): void {
    for (const member of this.#members) {
      member.noticeCrash();
      if (!member.isUp) this.start(member);
    }
  }

  /** Ends a broker in order. */
  stop(member: Member): void {
    this.#untilDone(member.stop(this.#stage));
  }

  /** Stops a broker's process for a while, as SIGSTOP does. */
  freeze(member: Member, forMs: number): void {
    this.#untilDone(member.freeze(this.#stage, forMs));
  }

  /** Puts an empty disk in the place of the one of a broker that doesn't run. */
  loseDisk(member: Member): void {
    member.loseDisk();
    this.#witness.diskLost(member);
  }

  /** Nothing is wrong any more with etcd and the machines; who has failed is started anew. */
  async repair(): Promise<void> {
    Object.assign(this.#etcd.weather, { ...fairEtcd(), state: this.#etcd.weather.state });
    this.#etcd.become("up");
    for (const member of this.#members) {
      member.noticeCrash();
      member.machine.repair();
      member.endsSuddenly = false;
      if (!member.isSound) member.crash("kill");
    }
    await this.#stage.sleep(1);
    for (const member of this.#members) if (!member.isUp) this.start(member);
  }

  #open({ from, to }: Cut): void {
    const [{ machine }] = this.#members;
    machine.trace.add(machine.scheduler.nowMs, "healed", from, to);
    machine.network.routes.unblock(from, to);
  }

  #untilDone(work: Promise<void>): void {
    work.catch((error: unknown) => this.#stage.fail(error));
  }
}
