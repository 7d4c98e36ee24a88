import type { SimulatedRandom } from "../random.ts";
import { changeWeather } from "../weather.ts";
import type { PairClimate } from "./climate.ts";
import type { PairControls } from "./controls.ts";
import type { Member } from "./member.ts";
import type { SimulatedPair } from "./simulated-pair.ts";
import type { PairStorm } from "./storm.ts";

/** Lets things happen to a pair by chance, as its climate says. */
export class PairOperator {
  /** What comes besides what the climate has. */
  storm: PairStorm | null = null;
  readonly #pair: SimulatedPair;
  readonly #controls: PairControls;
  readonly #random: SimulatedRandom;
  readonly #climate: PairClimate;
  readonly #members: readonly [Member, Member];

  constructor(pair: SimulatedPair, random: SimulatedRandom) {
    this.#pair = pair;
    this.#controls = pair.controls;
    this.#random = random;
    this.#climate = pair.climate;
    this.#members = pair.members;
  }

  /** Lets something happen, or nothing. */
  step(): void {
    const random = this.#random;
    const { crashes, cuts, promotions, switches, resets, stalls, jumps } = this.#climate;
    const [{ machine }] = this.#members;
    for (const member of this.#members) {
      member.noticeCrash();
      changeWeather(this.#climate.weather, member.machine, random);
      if (!member.isUp && random.chance(0.15)) this.#restart(member);
      if (member.isUp && random.chance(crashes)) this.#end(member);
      this.#controls.noteRole(member);
    }
    if (random.chance(crashes / 4)) for (const member of this.#members) this.#crash(member);
    if (random.chance(cuts)) this.#cut();
    else if (machine.network.routes.isCut && random.chance(0.1)) this.#controls.heal();
    if (random.chance(promotions)) this.#controls.promote(random.pick(this.#members));
    if (random.chance(switches)) this.#controls.switchOver();
    if (random.chance(resets)) machine.network.resetOne();
    if (random.chance(jumps)) this.#jump();
    this.storm?.step();
    if (random.chance(stalls)) this.#controls.stall(random.pick([10, 100, 3000]));
  }

  #restart(member: Member): void {
    const random = this.#random;
    const { owner } = this.#pair.witness;
    const isOwner = owner === null || owner === member;
    const mayLoseDisk = !isOwner && !member.isNew;
    if (mayLoseDisk && (random.chance(0.05) || this.storm?.takesDisk())) {
      this.#controls.loseDisk(member);
    }
    // How the last master is started may be written down since it was a slave.
    const isSlave = member.isNew || ((!isOwner || member.hasFollowed) && random.chance(0.2));
    this.#controls.start(member, isSlave ? this.#controls.otherThan(member) : null);
  }

  #end(member: Member): void {
    if (this.#random.chance(0.2)) this.#controls.stop(member);
    else this.#crash(member);
  }

  #crash(member: Member): void {
    member.crash(this.#random.chance(this.#climate.powerLosses) ? "power-loss" : "kill");
  }

  #cut(): void {
    const random = this.#random;
    const names = this.#members.map(({ name }) => name);
    if (random.chance(0.2)) names.push("client");
    const from = random.pick(names);
    const to = random.pick(names.filter((name) => name !== from));
    this.#controls.block(from, to);
    if (random.chance(0.6)) this.#controls.block(to, from);
  }

  #jump(): void {
    const life = this.#random.pick(this.#members).running;
    if (life) life.process.clock.skewMs += this.#random.pick([-3_600_000, -500, 500, 3_600_000]);
  }
}
