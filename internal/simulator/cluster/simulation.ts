import type { Actor } from "../broker/actor.ts";
import { SimulatedEtcd } from "../etcd/etcd.ts";
import { must } from "../failure.ts";
import { surroundings } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";
import { Stage } from "../stage.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { ClusterAdmin } from "./admin.ts";
import { type ClusterClimate, drawClusterClimate } from "./climate.ts";
import { ClusterConsumer } from "./consumer.ts";
import { GroupCommitter } from "./group.ts";
import { Member } from "./member.ts";
import { Mover } from "./mover.ts";
import { ClusterOperator } from "./operator.ts";
import { ClusterProducer } from "./producer.ts";
import { checkProducerOrder } from "./producer-order.ts";
import { restoreEtcd } from "./restore.ts";
import { Witness } from "./witness.ts";
import { ClusterWorld } from "./world.ts";

/** How long everything that isn't done may take once nothing goes wrong any more. */
const SETTLE_STEPS = 1200;
const SETTLE_STEP_MS = 50;
const REST_MS = 5000;

/**
 * Runs three to five brokers that are decided by etcd, with clients, through crashes, cut networks,
 * stopped processes and all that may happen to etcd; looks at all logs after every event. With
 * `moves`, copies go from broker to broker meanwhile.
 *
 * Throws `SimulationFailure`, or whatever a broker throws, when something is wrong.
 */
export function simulateCluster(seed: number, trace: Trace, moves = false): SimulationSummary {
  return new ClusterSimulation(seed, trace, moves).run();
}

class ClusterSimulation {
  readonly #random: SimulatedRandom;
  readonly #climate: ClusterClimate;
  readonly #members: readonly [Member, ...Member[]];
  readonly #stage: Stage;
  readonly #etcd: SimulatedEtcd;
  readonly #witness: Witness;
  readonly #world: ClusterWorld;
  readonly #operator: ClusterOperator;
  readonly #admin: ClusterAdmin;
  readonly #actors: readonly Actor[];
  readonly #mover: Mover | null;

  /** Whether nothing holds any more of what etcd has promised. */
  #isOver = false;

  constructor(seed: number, trace: Trace, moves: boolean) {
    const around = surroundings(seed, trace);
    this.#random = around.random.fork();
    const climate = drawClusterClimate(this.#random, moves);
    this.#climate = climate;
    const etcd = new SimulatedEtcd(around, climate.clockRates[0] ?? 1);
    const others = Array.from(
      { length: climate.brokers - 1 },
      (_, i) => new Member(i + 2, etcd, climate),
    );
    const members = [new Member(1, etcd, climate), ...others] as const;
    this.#members = members;
    this.#etcd = etcd;
    this.#stage = new Stage(members[0].machine, ...others.map(({ machine }) => machine));
    etcd.onThrow = (error) => this.#stage.fail(error);
    for (const { machine } of members) machine.onThrow = (error) => this.#stage.fail(error);
    this.#witness = new Witness(members, etcd);
    for (const { machine } of members) machine.beforeSend = () => this.#look();
    const random = this.#random.fork();
    this.#world = new ClusterWorld(this.#stage, random, climate, members, this.#witness);
    this.#operator = new ClusterOperator(
      this.#stage,
      this.#random.fork(),
      climate,
      members,
      etcd,
      this.#witness,
    );
    this.#admin = new ClusterAdmin(this.#world);
    const many = (count: number, make: () => Actor) => Array.from({ length: count }, make);
    this.#actors = [
      this.#admin,
      ...many(climate.producers, () => new ClusterProducer(this.#world)),
      ...many(climate.consumers, () => new ClusterConsumer(this.#world)),
      ...many(climate.groups, () => new GroupCommitter(this.#world)),
    ];
    this.#mover = moves ? new Mover(this.#world, this.#random.fork()) : null;
    const { mostDelayMs, pieces, windowBytes } = climate;
    Object.assign(around.networkWeather, { mostDelayMs, cuts: pieces, windowBytes });
  }

  run(): SimulationSummary {
    const events = this.#stage.run(
      () => this.#live(),
      () => this.#look(),
    );
    const { acknowledged, duplicates, reads } = this.#world;
    const { scheduler, trace } = this.#members[0].machine;
    const lives = this.#members.reduce((sum, { starts }) => sum + starts, 0);
    const counts = { acknowledged, duplicates, reads, lives };
    return { events, simulatedMs: scheduler.nowMs, ...counts, traceHash: trace.hash };
  }

  #look(): void {
    if (!this.#isOver) this.#witness.look();
  }

  async #live(): Promise<void> {
    const random = this.#random;
    const { steps, paces } = this.#climate;
    this.#operator.startAll();
    await this.#stage.sleep(random.pick([0, 100, 1000]));
    const snapshotAt = random.below(steps);
    let snapshot = this.#etcd.model.snapshot();
    for (let i = 0; i < steps; i++) {
      if (i === snapshotAt) snapshot = this.#etcd.model.snapshot();
      this.#operator.step();
      for (let count = 0; count < 3; count++) random.pick(this.#actors).step(false);
      this.#mover?.step(false);
      await this.#stage.sleep(random.pick(paces) * random.fraction());
    }
    await this.#operator.repair();
    // What clients have given up may still be done: so are deletions.
    await this.#stage.sleep(REST_MS);
    this.#world.topics.clear();
    await this.#settle();
    this.#witness.checkEqual();
    for (const ledger of this.#witness.ledgers.values()) {
      checkProducerOrder(ledger, this.#world.attempts);
    }
    if (!this.#climate.restores) return;
    this.#isOver = true;
    this.#etcd.onChange = () => {};
    await restoreEtcd(this.#etcd, snapshot, this.#members, this.#stage);
  }

  /** Lets all actors come to the end of what they have begun, and the copies to be the same. */
  async #settle(): Promise<void> {
    for (let i = 0; i < SETTLE_STEPS; i++) {
      this.#operator.startAll();
      const busy = this.#busy();
      if (!this.#admin.isDone) this.#admin.step(true);
      if (busy.length === 0 && this.#admin.isDone && this.#operator.lack === null) return;
      for (const actor of busy) actor.step(true);
      await this.#stage.sleep(SETTLE_STEP_MS);
    }
    for (const member of this.#members) member.traceState();
    const busy = this.#busy();
    const who = busy.map((actor) => actor.constructor.name).join();
    must(busy.length === 0, () => `a client is never done: ${who}`);
    must(false, () => `the cluster is never whole: ${this.#operator.lack}`);
  }

  #busy(): readonly Actor[] {
    const all = this.#mover ? [...this.#actors, this.#mover] : this.#actors;
    return all.filter(({ isIdle }) => !isIdle);
  }
}
