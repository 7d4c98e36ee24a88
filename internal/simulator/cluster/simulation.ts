import { must } from "../failure.ts";
import { surroundings } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Actor } from "../shared/actor.ts";
import type { SimulationSummary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { ClusterAdmin } from "./admin.ts";
import { drawClusterClimate } from "./climate.ts";
import { ClusterConsumer } from "./consumer.ts";
import { GroupCommitter } from "./group.ts";
import { Mover } from "./mover.ts";
import { ClusterOperator } from "./operator.ts";
import { ClusterProducer } from "./producer.ts";
import { checkProducerOrder } from "./producer-order.ts";
import { restoreEtcd } from "./restore.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { lackOf } from "./wholeness.ts";
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
  readonly #cluster: SimulatedCluster;
  readonly #world: ClusterWorld;
  readonly #operator: ClusterOperator;
  readonly #admin: ClusterAdmin;
  readonly #actors: readonly Actor[];
  readonly #mover: Mover | null;

  constructor(seed: number, trace: Trace, moves: boolean) {
    const around = surroundings(seed, trace);
    this.#random = around.random.fork();
    const climate = drawClusterClimate(this.#random, moves);
    this.#cluster = new SimulatedCluster(around, climate);
    this.#world = new ClusterWorld(this.#cluster, this.#random.fork());
    this.#operator = new ClusterOperator(this.#cluster, this.#random.fork());
    this.#admin = new ClusterAdmin(this.#world);
    const many = (count: number, make: () => Actor) => Array.from({ length: count }, make);
    this.#actors = [
      this.#admin,
      ...many(climate.producers, () => new ClusterProducer(this.#world)),
      ...many(climate.consumers, () => new ClusterConsumer(this.#world)),
      ...many(climate.groups, () => new GroupCommitter(this.#world)),
    ];
    this.#mover = moves ? new Mover(this.#world, this.#random.fork()) : null;
  }

  run(): SimulationSummary {
    const { members } = this.#cluster;
    const events = this.#cluster.run(() => this.#live());
    const { acknowledged, duplicates, reads } = this.#world;
    const { scheduler, trace } = members[0].machine;
    const lives = members.reduce((sum, { starts }) => sum + starts, 0);
    const counts = { acknowledged, duplicates, reads, lives };
    return { events, simulatedMs: scheduler.nowMs, ...counts, traceHash: trace.hash };
  }

  async #live(): Promise<void> {
    const random = this.#random;
    const { climate, controls, etcd, members, stage, witness } = this.#cluster;
    const { steps, paces } = climate;
    controls.startAll();
    await stage.sleep(random.pick([0, 100, 1000]));
    const snapshotAt = random.below(steps);
    let snapshot = etcd.model.snapshot();
    for (let i = 0; i < steps; i++) {
      if (i === snapshotAt) snapshot = etcd.model.snapshot();
      this.#operator.step();
      for (let count = 0; count < 3; count++) random.pick(this.#actors).step(false);
      this.#mover?.step(false);
      await stage.sleep(random.pick(paces) * random.fraction());
    }
    await this.#operator.repair();
    // What clients have given up may still be done: so are deletions.
    await stage.sleep(REST_MS);
    this.#world.topics.clear();
    await this.#settle();
    witness.checkEqual();
    for (const ledger of witness.ledgers.values()) {
      checkProducerOrder(ledger, this.#world.attempts);
    }
    if (!climate.restores) return;
    this.#cluster.end();
    await restoreEtcd(etcd, snapshot, members, stage);
  }

  /** Lets all actors come to the end of what they have begun, and the copies to be the same. */
  async #settle(): Promise<void> {
    const { controls, members, stage, witness } = this.#cluster;
    for (let i = 0; i < SETTLE_STEPS; i++) {
      controls.startAll();
      const busy = this.#busy();
      if (!this.#admin.isDone) this.#admin.step(true);
      if (busy.length === 0 && this.#admin.isDone && lackOf(members, witness) === null) return;
      for (const actor of busy) actor.step(true);
      await stage.sleep(SETTLE_STEP_MS);
    }
    for (const member of members) member.traceState();
    const busy = this.#busy();
    const who = busy.map((actor) => actor.constructor.name).join();
    must(busy.length === 0, () => `a client is never done: ${who}`);
    must(false, () => `the cluster is never whole: ${lackOf(members, witness)}`);
  }

  #busy(): readonly Actor[] {
    const all = this.#mover ? [...this.#actors, this.#mover] : this.#actors;
    return all.filter(({ isIdle }) => !isIdle);
  }
}
