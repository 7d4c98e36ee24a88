import type { LiveBroker, PartitionState } from "../../metadata/cluster/cluster-state.ts";
import { ETCD_HOST, type EtcdCall, type SimulatedEtcd } from "../etcd/etcd.ts";
import { must } from "../failure.ts";
import { drawLimits } from "../limits.ts";
import { surroundings } from "../machine.ts";
import { SimulatedRandom } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { Script } from "../shared/script.ts";
import { ScriptedClients } from "../shared/scripted-clients.ts";
import type { Trace } from "../trace.ts";
import { type ClusterClimate, settingsOf } from "./climate.ts";
import type { Member } from "./member.ts";
import { checkProducerOrder } from "./producer-order.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { lackOf } from "./wholeness.ts";
import { ClusterWorld } from "./world.ts";

const RETRY_MS = 50;
/** Somebody can write within this time, or never. */
const PATIENCE_MS = 60_000;
/** A cluster comes to rest within it. */
const REST_MS = 1000;

/** A machine that a scenario names. */
type Place = Member | typeof ETCD_HOST;

/** Three brokers on machines where nothing goes wrong by chance. */
const CALM: Omit<ClusterClimate, "config" | "limits"> = {
  ...{ weather: "fair", brokers: 3, copies: 3, clockRates: [], topics: [], steps: 0 },
  ...{ producers: 0, consumers: 0, groups: 0, largestBatchBytes: 300 },
  ...{ powerLosses: 0, crashes: 0, freezes: 0, blackouts: 0, cuts: 0, etcdTroubles: 0 },
  ...{ compactions: 0, resets: 0, stalls: 0, jumps: 0, orderly: 0, diskLosses: 0, suddenEnds: 0 },
  ...{ paces: [], mostDelayMs: 0.2, pieces: 0, windowBytes: 256 * 1024, restores: false },
};

const SETTINGS: Readonly<Record<string, number>> = {
  "cluster.lease.ms": 2000,
  "replica.lag.time.max.ms": 1000,
  "default.replication.factor": 3,
  "log.segment.bytes": 20_000,
};

/** Makes a scenario of three brokers; `settings` are those of all brokers, besides the usual. */
export function clusterScenario(
  name: string,
  script: (cluster: ScriptedCluster) => Promise<void>,
  settings: Readonly<Record<string, number>> = {},
): Scenario {
  const play = (trace: Trace, seed: number) => {
    const random = new SimulatedRandom(seed);
    const config = settingsOf({ ...SETTINGS, ...settings });
    const climate = { ...CALM, config, limits: drawLimits(random) };
    const cluster = new SimulatedCluster(surroundings(seed, trace), climate);
    new ScriptedCluster(cluster, random).play(script);
  };
  return { name, scene: "cluster", play };
}

/** A cluster to which happens what a scenario says, and nothing else. */
export class ScriptedCluster extends Script {
  readonly brokers: readonly [Member, Member, Member];
  readonly etcd: SimulatedEtcd;
  readonly clients: ScriptedClients;
  readonly #cluster: SimulatedCluster;
  readonly #world: ClusterWorld;

  constructor(cluster: SimulatedCluster, random: SimulatedRandom) {
    const [one, two, three] = cluster.members;
    if (!two || !three) throw new Error("a scenario has three brokers");
    super(cluster.stage, one.machine);
    this.#cluster = cluster;
    this.brokers = [one, two, three];
    this.etcd = cluster.etcd;
    this.#world = new ClusterWorld(cluster, random);
    this.clients = new ScriptedClients(this.#world, one.machine);
  }

  /** Plays a scenario from when all brokers are there to when all is well again. */
  play(script: (cluster: ScriptedCluster) => Promise<void>): void {
    const { controls, witness } = this.#cluster;
    this.#cluster.run(async () => {
      controls.startAll();
      await this.until("all brokers are there", () => this.brokers.every((one) => this.known(one)));
      await script(this);
      this.note("the end");
      controls.heal();
      await controls.repair();
      await this.whole();
      await this.pass(REST_MS);
      await this.whole();
      witness.checkEqual();
      for (const ledger of witness.ledgers.values()) {
        checkProducerOrder(ledger, this.#world.attempts);
      }
      this.#checkWritten();
    });
  }

  /** Lets time pass until all partitions have leaders, and all copies are in sync. */
  whole(): Promise<void> {
    const { members, witness } = this.#cluster;
    const lack = () => lackOf(members, witness);
    return this.until(
      "all is whole",
      () => lack() === null,
      () => `(${lack()})`,
    );
  }

  /** Has a topic's leader take a batch for its first partition, whoever that comes to be. */
  async write(topic: string): Promise<void> {
    const endMs = this.#nowMs + PATIENCE_MS;
    for (;;) {
      const leader = this.#leaderOf(topic);
      if (leader && (await this.clients.write(topic, leader)) === "NONE") return;
      must(this.#nowMs < endMs, () => `nobody can write to ${topic}`);
      await this.pass(RETRY_MS);
    }
  }

  /** What etcd has of a broker; undefined while its lease there has ended. */
  known({ id }: Member): LiveBroker | undefined {
    return this.#cluster.witness.registry.image.live.get(id);
  }

  /** Whether one broker knows that another is there. */
  knows({ running }: Member, other: Member): boolean {
    return running?.cluster.brokers().some(({ id }) => id === other.id) ?? false;
  }

  /** What etcd has of a topic's first partition. */
  partitionOf(topic: string): PartitionState | undefined {
    const { image } = this.#cluster.witness.registry;
    return image.partition(image.topics.get(topic)?.id ?? "", 0);
  }

  /** Who leads a topic's first partition, and who doesn't, as etcd has it. */
  rolesOf(topic: string): { readonly leader: Member; readonly others: readonly [Member, Member] } {
    const leader = this.#leaderOf(topic);
    const [first, second] = this.brokers.filter((each) => each !== leader);
    if (!leader || !first || !second) throw new Error(`${topic} has no leader`);
    return { leader, others: [first, second] };
  }

  /** Who chooses leaders, as etcd has it. */
  get controller(): Member {
    const { controllerId } = this.#cluster.witness.registry.image;
    const found = this.brokers.find(({ id }) => id === controllerId);
    if (!found) throw new Error("nobody is the controller");
    return found;
  }

  /** Lets nothing get from one machine to another, nor back. */
  cut(one: Place, other: Place): void {
    this.cutOneWay(one, other);
    this.cutOneWay(other, one);
  }

  /** Lets nothing get from one machine to another; what comes back does. */
  cutOneWay(from: Place, to: Place): void {
    this.#cluster.controls.cut(nameOf(from), nameOf(to));
  }

  /** Lets everything get from one machine to another again, and back. */
  healBetween(one: Place, other: Place): void {
    this.#cluster.controls.healBetween(nameOf(one), nameOf(other));
  }

  /** Lets everything get everywhere again. */
  heal(): void {
    this.#cluster.controls.heal();
  }

  /** What etcd says to calls of a kind comes to a broker so much later from now on. */
  delay({ name }: Member, call: EtcdCall, lateMs: number): void {
    this.etcd.delay(name, call, lateMs);
  }

  kill(broker: Member): void {
    broker.crash("kill");
  }

  start(broker: Member): void {
    this.#cluster.controls.start(broker);
  }

  get #nowMs(): number {
    return this.brokers[0].machine.scheduler.nowMs;
  }

  #leaderOf(topic: string): Member | undefined {
    return this.brokers.find(({ id }) => id === this.partitionOf(topic)?.leader);
  }

  /** All that was acked is in the logs that the topics have now. */
  #checkWritten(): void {
    const { ledgers, registry } = this.#cluster.witness;
    for (const { log, offset, crc } of this.clients.written) {
      const topic = registry.image.topics.get(log.slice(0, log.lastIndexOf("-")));
      const isThere = ledgers.get(`${log}/${topic?.id}`)?.wasCommitted(offset, crc) ?? false;
      must(isThere, () => `${log}: ${offset} was acked, and isn't there any more`);
    }
  }
}

function nameOf(place: Place): string {
  return place === ETCD_HOST ? ETCD_HOST : place.name;
}
