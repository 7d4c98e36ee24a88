import { BrokerError } from "../../broker/errors.ts";
import type { Role } from "../../broker/membership/replication-api.ts";
import { StorageError } from "../../storage/errors.ts";
import { must } from "../failure.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Stage } from "../stage.ts";
import { changeWeather } from "../weather.ts";
import type { PairClimate } from "./climate.ts";
import type { LossRules } from "./loss-rules.ts";
import type { Member, MemberLife } from "./member.ts";
import type { PairStorm } from "./storm.ts";
import type { Witness } from "./witness.ts";

/** Whoever runs the pair, and all that happens to it. */
export class PairOperator {
  /** What comes besides what the climate has. */
  storm: PairStorm | null = null;
  readonly #stage: Stage;
  readonly #random: SimulatedRandom;
  readonly #climate: PairClimate;
  readonly #members: readonly [Member, Member];
  readonly #witness: Witness;
  readonly #rules: LossRules;
  #switching = false;
  readonly #promoting = new WeakSet<MemberLife>();
  /** When the first of the present cuts came. */
  #cutAtMs = 0;

  constructor(
    stage: Stage,
    random: SimulatedRandom,
    climate: PairClimate,
    members: readonly [Member, Member],
    witness: Witness,
    rules: LossRules,
  ) {
    this.#stage = stage;
    this.#random = random;
    this.#climate = climate;
    this.#members = members;
    this.#witness = witness;
    this.#rules = rules;
  }

  /** How long what a master says may take to reach its slave, at the most. */
  get transitMs(): number {
    return this.#rules.transitMs;
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
      const role = roleOf(member);
      if (role !== null) member.isNew = false;
      if (role === "slave") member.hasFollowed = true;
    }
    if (random.chance(crashes / 4)) for (const member of this.#members) this.#crash(member);
    if (random.chance(cuts)) this.#cut();
    else if (machine.network.routes.isCut && random.chance(0.1)) this.heal();
    if (random.chance(promotions)) this.promote(random.pick(this.#members));
    if (random.chance(switches)) this.#switchOver();
    if (random.chance(resets)) machine.network.resetOne();
    if (random.chance(jumps)) this.#jump();
    this.storm?.step();
    if (!random.chance(stalls)) return;
    const { nowMs } = machine.scheduler;
    const untilMs = nowMs + random.pick([10, 100, 3000]);
    machine.networkWeather.stalledUntilMs = untilMs;
    this.#rules.heldUp(nowMs, untilMs);
  }

  /** Nothing goes wrong any more; who doesn't run is started, and who has failed, anew. */
  async repair(): Promise<void> {
    this.heal();
    for (const member of this.#members) {
      member.noticeCrash();
      member.machine.repair();
    }
    for (const member of this.#members) {
      member.endsSuddenly = false;
      if (!member.isSound) member.crash("kill");
    }
    await this.#stage.sleep(1);
    for (const member of this.#members) {
      if (!member.isUp) this.#start(member, member.isNew ? this.#otherThan(member) : null);
    }
  }

  /** Whether both lead: one of them doesn't know yet that it was replaced. */
  get isDisputed(): boolean {
    return this.#members.every(({ running }) => running?.pair.role === "master");
  }

  /** Whether one leads and the other one follows it, with all that there is. */
  get isQuiet(): boolean {
    const lives = this.#members.map(({ running }) => running);
    const master = lives.find((life) => life?.pair.role === "master");
    const slave = lives.find((life) => life?.pair.role === "slave");
    if (!master || !slave?.pair.following?.connected) return false;
    for (const log of master.parts.store.logs.values()) {
      const copy = slave.parts.store.logs.get(log.name);
      const isEmpty = log.endOffset === 0 && !copy;
      if (!isEmpty && copy?.durableOffset !== log.endOffset) return false;
      if (copy && copy.highWatermark !== log.highWatermark) return false;
      if (log.highWatermark !== log.endOffset) return false;
    }
    // A topic that only the slave had is about to go.
    const { logs } = master.parts.store;
    const isStray = [...slave.parts.store.logs.values()].some(
      ({ name, incarnation, endOffset }) =>
        endOffset > 0 && logs.get(name)?.incarnation !== incarnation,
    );
    return slave.pair.following.inSync && !isStray;
  }

  #restart(member: Member): void {
    const random = this.#random;
    const { owner } = this.#witness;
    const isOwner = owner === null || owner === member;
    const mayLoseDisk = !isOwner && !member.isNew;
    if (mayLoseDisk && (random.chance(0.05) || this.storm?.takesDisk())) {
      member.loseDisk();
      this.#witness.diskLost(member);
    }
    // How the last master is started may be written down since it was a slave.
    const isSlave = member.isNew || ((!isOwner || member.hasFollowed) && random.chance(0.2));
    this.#start(member, isSlave ? this.#otherThan(member) : null);
  }

  #otherThan(member: Member): Member {
    const [one, two] = this.#members;
    return member === one ? two : one;
  }

  #start(member: Member, slaveOf: Member | null): void {
    member.start(this.#stage, slaveOf).catch((error: unknown) => this.#stage.fail(error));
  }

  #end(member: Member): void {
    if (this.#random.chance(0.2)) {
      member.stop(this.#stage).catch((error: unknown) => this.#stage.fail(error));
    } else this.#crash(member);
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
    this.block(from, to);
    if (random.chance(0.6)) this.block(to, from);
  }

  /** Lets nothing get from one machine to another. */
  block(from: string, to: string): void {
    const { network, scheduler } = this.#members[0].machine;
    if (!network.routes.isCut) this.#cutAtMs = scheduler.nowMs;
    network.routes.block(from, to);
  }

  /** Lets everything get everywhere again. */
  heal(): void {
    const { network, scheduler } = this.#members[0].machine;
    network.routes.heal();
    this.#rules.heldUp(this.#cutAtMs, scheduler.nowMs);
  }

  #jump(): void {
    const life = this.#random.pick(this.#members).running;
    if (life) life.process.clock.skewMs += this.#random.pick([-3_600_000, -500, 500, 3_600_000]);
  }

  /** Promotes a slave: perhaps one that a careful person wouldn't, while its master lives. */
  promote(member: Member): void {
    const life = member.running;
    if (life?.pair.role !== "slave" || member.isNew || this.#promoting.has(life)) return;
    this.#promoting.add(life);
    const { pair } = life;
    const report = pair.pairAdmin.promotionReport();
    const unheardMs = pair.status().leaderSilentMs;
    const asked = { member, report, unheardMs, atMs: member.machine.scheduler.nowMs };
    this.#rules.ask(asked);
    member.trace("promote", JSON.stringify(report));
    const work = pair.pairAdmin.promote().finally(() => this.#promoting.delete(life));
    this.#settle(life, work, () => {
      // One that a crash has cut off, or a failed sync, may have been made durable.
      const { left, failedSyncs } = life.process.disk;
      if (left || failedSyncs > 0) this.#rules.cutOff(asked);
      else this.#rules.refused(asked);
    });
  }

  #switchOver(): void {
    const master = this.#members.find(({ running }) => running?.pair.role === "master");
    const life = master?.running;
    if (!master || !life || this.#switching) return;
    this.#switching = true;
    master.trace("switch");
    const ended = () => {
      this.#switching = false;
      this.#rules.failedSwitchAtMs ??= master.machine.scheduler.nowMs;
    };
    const work = life.pair.pairAdmin.switchOver().finally(() => {
      this.#switching = false;
    });
    this.#settle(life, work, ended);
  }

  /** Takes a refusal as an answer. */
  #settle({ process }: MemberLife, work: Promise<unknown>, refused: () => void): void {
    this.#stage.untilCrash(process, work).then(
      (done) => {
        if (done === null) refused();
      },
      (error: unknown) => {
        refused();
        const isAnswer = error instanceof BrokerError || error instanceof StorageError;
        const { message } = error instanceof Error ? error : new Error(String(error));
        if (!isAnswer && !isClientError(error)) this.#stage.fail(error);
        must(message !== "", () => "a refusal says nothing");
      },
    );
  }
}

/** What a broker is that has all there is; null while it may lack something. */
function roleOf({ running }: Member): Role | null {
  // Without an id of the cluster, all that it has in sync is nothing.
  if (!running || running.parts.metadata.clusterId === "") return null;
  const { pair } = running;
  return pair.role === "master" || pair.following?.inSync ? pair.role : null;
}

function isClientError(error: unknown): boolean {
  return error instanceof Error && error.name === "ClientError";
}
