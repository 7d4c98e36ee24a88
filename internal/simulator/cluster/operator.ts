import { ETCD_HOST, type SimulatedEtcd } from "../etcd/etcd.ts";
import { fairEtcd } from "../etcd/weather.ts";
import type { SimulatedRandom } from "../random.ts";
import { changeWeather } from "../weather.ts";
import type { ClusterClimate } from "./climate.ts";
import type { Member } from "./member.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";

const CLIENT_HOST = "client";

/** Lets things happen to a cluster by chance, as its climate says. */
export class ClusterOperator {
  readonly #cluster: SimulatedCluster;
  readonly #random: SimulatedRandom;
  readonly #climate: ClusterClimate;
  readonly #members: readonly [Member, ...Member[]];
  readonly #etcd: SimulatedEtcd;

  constructor(cluster: SimulatedCluster, random: SimulatedRandom) {
    this.#cluster = cluster;
    this.#random = random;
    this.#climate = cluster.climate;
    this.#members = cluster.members;
    this.#etcd = cluster.etcd;
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
    while (this.#cluster.controls.cutCount > 0) this.#healOne();
    await this.#cluster.controls.repair();
  }

  #restart(member: Member): void {
    const { controls, witness } = this.#cluster;
    const { diskLosses } = this.#climate;
    if (this.#random.chance(diskLosses) && witness.lostDisks.mayLose(member.id)) {
      controls.loseDisk(member);
    }
    controls.start(member);
  }

  #end(member: Member): void {
    if (this.#random.chance(this.#climate.orderly)) this.#cluster.controls.stop(member);
    else this.#crash(member);
  }

  #crash(member: Member): void {
    member.crash(this.#random.chance(this.#climate.powerLosses) ? "power-loss" : "kill");
  }

  #freeze(member: Member): void {
    const forMs = this.#random.pick([300, 3000, 9000]) * this.#random.fraction();
    this.#cluster.controls.freeze(member, forMs);
  }

  #cut(): void {
    const random = this.#random;
    const { controls } = this.#cluster;
    const brokers = this.#members.map(({ name }) => name);
    const from = random.pick(brokers);
    const others = brokers.filter((name) => name !== from);
    const to = random.pick([...others, ETCD_HOST, ETCD_HOST, CLIENT_HOST]);
    const both = random.chance(0.6);
    if (both || random.chance(0.5)) controls.cut(from, to);
    if (both || !controls.isCut(from, to)) controls.cut(to, from);
    // One that is cut off from all others may still reach etcd.
    if (random.chance(0.2)) {
      for (const other of others) {
        controls.cut(from, other);
        controls.cut(other, from);
      }
    }
  }

  #healOne(): void {
    const { controls } = this.#cluster;
    if (this.#random.chance(0.5)) controls.heal();
    else controls.heal(1);
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
