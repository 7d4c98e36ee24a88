import { isReassigning } from "../../metadata/cluster/reassign.ts";
import { ETCD_HOST, type SimulatedEtcd } from "../etcd/etcd.ts";
import { fairEtcd } from "../etcd/weather.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Stage } from "../stage.ts";
import { changeWeather } from "../weather.ts";
import type { ClusterClimate } from "./climate.ts";
import type { Member } from "./member.ts";
import type { Witness } from "./witness.ts";

const CLIENT_HOST = "client";

/** All that happens to the machines of a cluster, and to etcd. */
export class ClusterOperator {
  readonly #stage: Stage;
  readonly #random: SimulatedRandom;
  readonly #climate: ClusterClimate;
  readonly #members: readonly [Member, ...Member[]];
  readonly #etcd: SimulatedEtcd;
  readonly #witness: Witness;
  #cuts: { readonly from: string; readonly to: string }[] = [];

  constructor(
    stage: Stage,
    random: SimulatedRandom,
    climate: ClusterClimate,
    members: readonly [Member, ...Member[]],
    etcd: SimulatedEtcd,
    witness: Witness,
  ) {
    this.#stage = stage;
    this.#random = random;
    this.#climate = climate;
    this.#members = members;
    this.#etcd = etcd;
    this.#witness = witness;
  }

  /** Lets something happen, or nothing. */
  step(): void {
    const random = this.#random;
    const { crashes, freezes, blackouts, cuts, resets, stalls, jumps } = this.#climate;
    const [{ machine }] = this.#members;
    for (const member of this.#members) {
      member.noticeCrash();
      changeWeather(this.#climate.weather, member.machine, random);
      if (!member.isUp && random.chance(0.2)) this.#restart(member);
      if (member.isUp && random.chance(crashes)) this.#end(member);
      if (member.isUp && random.chance(freezes)) this.#freeze(member);
    }
    if (random.chance(blackouts)) for (const member of this.#members) this.#crash(member);
    if (random.chance(cuts)) this.#cut();
    else if (random.chance(0.1)) this.#healOne();
    this.#troubleEtcd();
    if (random.chance(resets)) machine.network.resetOne();
    if (random.chance(jumps)) this.#jump();
    if (!random.chance(stalls)) return;
    const untilMs = machine.scheduler.nowMs + random.pick([10, 100, 3000]);
    machine.networkWeather.stalledUntilMs = untilMs;
  }

  /** Nothing goes wrong any more; who doesn't run is started, and who has failed, anew. */
  async repair(): Promise<void> {
    while (this.#cuts.length > 0) this.#healOne();
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

  /** Starts who doesn't run: who was refused tries again. */
  startAll(): void {
    for (const member of this.#members) {
      member.noticeCrash();
      if (!member.isUp) this.start(member);
    }
  }

  start(member: Member): void {
    member.start(this.#stage).catch((error: unknown) => this.#stage.fail(error));
  }

  /** Why the cluster isn't whole; null: every partition is led, and all copies are in sync. */
  get lack(): string | null {
    const { registry } = this.#witness;
    for (const { topicId, index, state } of registry.image.partitions()) {
      const topic = registry.image.topicsById.get(topicId);
      if (!topic || this.#witness.lostDisks.isLost(`${topicId}/${index}`, state.isr)) continue;
      const name = `${topic.name}-${index}`;
      if (state.leader < 0) return `${name} has no leader`;
      if (isReassigning(state)) return `${name} is still on its way to ${state.adding}`;
      if (state.isr.length < state.replicas.length) return `${name} has ${state.isr} in sync`;
      const left = this.#members.find(({ id, running }) => {
        const log = running?.parts.store.logs.get(name);
        const isThere = log?.incarnation === topicId && log.recorded;
        return isThere && !state.replicas.includes(id);
      });
      if (left) return `${name} is still at ${left.name}, which was to have it no longer`;
      for (const id of state.replicas) {
        const member = this.#members.find((each) => each.id === id);
        const leader = this.#members.find((each) => each.id === state.leader);
        const log = member?.running?.parts.store.logs.get(name);
        const led = leader?.running?.parts.store.logs.get(name);
        if (!log || !led) return `${name} isn't open at ${member?.name} or ${leader?.name}`;
        if (log.durableOffset !== led.endOffset) return `${name}: ${member?.name} is behind`;
        if (log.highWatermark !== led.endOffset) return `${name}: ${member?.name} isn't told`;
      }
    }
    return null;
  }

  #restart(member: Member): void {
    const { diskLosses } = this.#climate;
    if (this.#random.chance(diskLosses) && this.#witness.lostDisks.mayLose(member.id)) {
      member.loseDisk();
      this.#witness.diskLost(member);
    }
    this.start(member);
  }

  #end(member: Member): void {
    if (this.#random.chance(this.#climate.orderly)) {
      member.stop(this.#stage).catch((error: unknown) => this.#stage.fail(error));
    } else this.#crash(member);
  }

  #crash(member: Member): void {
    member.crash(this.#random.chance(this.#climate.powerLosses) ? "power-loss" : "kill");
  }

  #freeze(member: Member): void {
    const forMs = this.#random.pick([300, 3000, 9000]) * this.#random.fraction();
    member.freeze(this.#stage, forMs).catch((error: unknown) => this.#stage.fail(error));
  }

  #cut(): void {
    const random = this.#random;
    const brokers = this.#members.map(({ name }) => name);
    const from = random.pick(brokers);
    const others = brokers.filter((name) => name !== from);
    const to = random.pick([...others, ETCD_HOST, ETCD_HOST, CLIENT_HOST]);
    const both = random.chance(0.6);
    if (both || random.chance(0.5)) this.#block(from, to);
    if (both || !this.#cuts.some((cut) => cut.from === from && cut.to === to))
      this.#block(to, from);
    // One that is cut off from all others may still reach etcd.
    if (random.chance(0.2)) {
      for (const other of others) {
        this.#block(from, other);
        this.#block(other, from);
      }
    }
  }

  #block(from: string, to: string): void {
    const [{ machine }] = this.#members;
    if (this.#cuts.some((cut) => cut.from === from && cut.to === to)) return;
    this.#cuts.push({ from, to });
    machine.trace.add(machine.scheduler.nowMs, "cut", from, to);
    machine.network.routes.block(from, to);
  }

  #healOne(): void {
    const [{ machine }] = this.#members;
    const healed = this.#random.chance(0.5) ? this.#cuts.splice(0) : this.#cuts.splice(-1);
    for (const { from, to } of healed) {
      machine.trace.add(machine.scheduler.nowMs, "healed", from, to);
      machine.network.routes.unblock(from, to);
    }
  }

  #troubleEtcd(): void {
    const random = this.#random;
    const { weather, model } = this.#etcd;
    const { etcdTroubles, compactions } = this.#climate;
    if (random.chance(compactions)) {
      this.#etcd.trace("compacted");
      model.compact();
      if (random.chance(0.5)) model.endWatches();
    }
    if (weather.state !== "up" || weather.slowMs > 1) {
      if (!random.chance(0.1)) return;
      weather.slowMs = fairEtcd().slowMs;
      this.#etcd.become("up");
    } else if (random.chance(etcdTroubles)) {
      const trouble = random.pick(["down", "undecided", "slow", "slow", "elects"] as const);
      if (trouble === "slow") weather.slowMs = random.pick([100, 800, 3000]);
      else if (trouble === "elects") {
        this.#etcd.become("undecided");
        this.#etcd.become("up");
      } else this.#etcd.become(trouble);
    }
  }

  #jump(): void {
    const life = this.#random.pick(this.#members).running;
    if (life) life.process.clock.skewMs += this.#random.pick([-3_600_000, -500, 500, 3_600_000]);
  }
}
