import { drawLimits } from "../limits.ts";
import type { SimulatedRandom } from "../random.ts";
import type { MemberClimate } from "../shared/member.ts";

/** What a topic is made with. */
export interface TopicPlan {
  readonly name: string;
  readonly partitionCount: number;
  readonly config: ReadonlyMap<string, string>;
  /** Whether it is deleted now and then, and made again. */
  readonly comesAndGoes: boolean;
}

/** What one run of a cluster is like, as its seed decides. */
export interface ClusterClimate extends MemberClimate {
  readonly brokers: number;
  readonly steps: number;
  readonly topics: readonly TopicPlan[];
  readonly producers: number;
  readonly consumers: number;
  readonly groups: number;
  readonly largestBatchBytes: number;
  /** How many copies partitions have. */
  readonly copies: number;
  /** How many of its milliseconds each machine's clock counts in one: etcd's, then the brokers'. */
  readonly clockRates: readonly number[];
  /** Of all steps, how many do one of these; `crashes` and `freezes` to each broker. */
  readonly crashes: number;
  readonly freezes: number;
  readonly blackouts: number;
  readonly cuts: number;
  readonly etcdTroubles: number;
  readonly compactions: number;
  readonly resets: number;
  readonly stalls: number;
  readonly jumps: number;
  /** Of the ends of a broker, how many are orderly. */
  readonly orderly: number;
  /** Of the starts, before how many the disk was lost. */
  readonly diskLosses: number;
  /** How long steps take, at the most. */
  readonly paces: readonly number[];
  readonly mostDelayMs: number;
  readonly pieces: number;
  readonly windowBytes: number;
  /** Whether in the end etcd is set back to what it was earlier. */
  readonly restores: boolean;
}

/** Brokers' clocks and etcd's go at rates that differ by this much at the most. */
const MOST_DRIFT = 1.1;

/** Draws a run; with `moves` there is always a broker that a copy can be moved to. */
export function drawClusterClimate(random: SimulatedRandom, moves: boolean): ClusterClimate {
  const brokers = random.pick([3, 3, 3, 4, 5]);
  const copies = Math.min(random.pick([2, 3, 3]), moves ? brokers - 1 : brokers);
  return {
    weather: random.pick(["fair", "fair", "fair", "slow", "failing", "full"]),
    brokers,
    steps: random.pick([30, 60, 60, 120]),
    topics: Array.from({ length: random.between(1, 2) }, (_, i) => drawTopic(random, i)),
    producers: random.between(1, 2),
    consumers: random.between(1, 2),
    groups: random.pick([0, 1, 1, 2]),
    copies,
    largestBatchBytes: random.chance(0.1) ? 50_000 : random.pick([300, 3000]),
    clockRates: drawRates(random, brokers),
    powerLosses: random.pick([0, 0.5, 0.5, 1]),
    crashes: random.pick([0, 0.02, 0.05]),
    freezes: random.pick([0, 0, 0.02]),
    blackouts: random.pick([0, 0, 0.02]),
    cuts: random.pick([0, 0.03, 0.1]),
    etcdTroubles: random.pick([0, 0.02, 0.06]),
    compactions: random.pick([0, 0, 0.05]),
    resets: random.pick([0, 0, 0.03]),
    stalls: random.pick([0, 0, 0.02]),
    jumps: random.pick([0, 0.01]),
    orderly: random.pick([0.2, 0.5]),
    diskLosses: random.pick([0, 0.1, 0.3]),
    suddenEnds: random.pick([0, 0, 0.2]),
    paces: random.pick([
      [1, 10, 100],
      [5, 50, 500],
      [20, 300, 1500],
    ]),
    mostDelayMs: random.pick([0.2, 2, 20]),
    pieces: random.pick([0, 0.1, 0.5]),
    windowBytes: random.pick([2000, 256 * 1024]),
    restores: random.chance(0.2),
    config: drawConfig(random, copies),
    limits: drawLimits(random),
  };
}

function drawRates(random: SimulatedRandom, brokers: number): readonly number[] {
  if (random.chance(0.3)) return Array.from({ length: brokers + 1 }, () => 1);
  const slowest = random.pick([0.95, 1]);
  const etcd = random.pick([slowest / MOST_DRIFT, slowest, slowest * MOST_DRIFT]);
  const rates = Array.from({ length: brokers }, () => random.pick([slowest, 1, 1.04]));
  return [etcd, ...rates];
}

function drawTopic(random: SimulatedRandom, number: number): TopicPlan {
  const config = new Map<string, string>();
  config.set("min.insync.replicas", random.pick(["1", "2", "2"]));
  if (random.chance(0.15)) config.set("unclean.leader.election.enable", "true");
  const comesAndGoes = number > 0 && random.chance(0.3);
  return { name: `topic-${number}`, partitionCount: random.between(1, 2), config, comesAndGoes };
}

/** Settings far below what people may set, so that all happens within seconds. */
function drawConfig(random: SimulatedRandom, copies: number): ReadonlyMap<string, string> {
  return settingsOf({
    "cluster.lease.ms": random.pick([2000, 3000]),
    "replica.lag.time.max.ms": random.pick([500, 1000, 3000]),
    "default.replication.factor": copies,
    "log.segment.bytes": random.pick([2000, 20_000]),
    "log.roll.ms": random.pick([500, 1_000_000]),
    "storage.max.open.files": random.pick([3, 20]),
  });
}

/** The settings of a run's brokers: these, and those that all runs have. */
export function settingsOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<string, string> {
  const all = {
    ...numbers,
    "log.retention.ms": -1,
    "log.cleaner.backoff.ms": 1_000_000_000,
    "offsets.topic.num.partitions": 1,
    "storage.min.free.bytes": 50_000,
  };
  const config = Object.entries(all).map(([name, value]) => [name, `${value}`] as const);
  return new Map([...config, ["auto.create.topics.enable", "false"] as const]);
}
