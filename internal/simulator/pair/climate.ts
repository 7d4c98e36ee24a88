import type { StorageLimits } from "../../storage/limits.ts";
import { drawLimits } from "../limits.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Weather } from "../weather.ts";

/** What a topic is made with. */
export interface TopicPlan {
  readonly name: string;
  readonly partitionCount: number;
  readonly config: ReadonlyMap<string, string>;
}

/** What one run of a pair is like, as its seed decides. */
export interface PairClimate {
  readonly weather: Weather;
  readonly steps: number;
  readonly topics: readonly TopicPlan[];
  readonly producers: number;
  readonly consumers: number;
  readonly largestBatchBytes: number;
  /** Of the crashes, how many are a loss of power. */
  readonly powerLosses: number;
  /** Of all steps, how many do one of these. */
  readonly crashes: number;
  readonly cuts: number;
  readonly promotions: number;
  readonly switches: number;
  readonly resets: number;
  readonly stalls: number;
  readonly jumps: number;
  /** Of the starts, how many crash in the middle of a disk call. */
  readonly suddenEnds: number;
  /** How long steps take, at the most. */
  readonly paces: readonly number[];
  readonly mostDelayMs: number;
  readonly pieces: number;
  readonly windowBytes: number;
  readonly config: ReadonlyMap<string, string>;
  readonly limits: StorageLimits;
}

/** Draws a run. */
export function drawPairClimate(random: SimulatedRandom): PairClimate {
  const replication = random.pick(["sync", "sync", "sync", "async"]);
  return {
    weather: random.pick(["fair", "fair", "fair", "slow", "failing", "full"]),
    steps: random.pick([40, 100, 100, 200]),
    topics: Array.from({ length: random.between(1, 3) }, (_, i) =>
      drawTopic(random, i, replication),
    ),
    producers: random.between(1, 3),
    consumers: random.between(1, 2),
    largestBatchBytes: random.chance(0.1) ? 100_000 : random.pick([300, 3000]),
    powerLosses: random.pick([0, 0.5, 0.5, 1]),
    crashes: random.pick([0, 0.02, 0.05]),
    cuts: random.pick([0, 0.02, 0.06]),
    promotions: random.pick([0, 0.01, 0.04]),
    switches: random.pick([0, 0, 0.03]),
    resets: random.pick([0, 0, 0.03]),
    stalls: random.pick([0, 0, 0.02]),
    jumps: random.pick([0, 0.01]),
    suddenEnds: random.pick([0, 0, 0.3]),
    paces: random.pick([
      [0.05, 0.5, 5],
      [0.5, 5, 50],
      [1, 30, 500],
    ]),
    mostDelayMs: random.pick([0.2, 2, 20]),
    pieces: random.pick([0, 0.1, 0.5]),
    windowBytes: random.pick([2000, 256 * 1024]),
    config: drawConfig(random, replication),
    limits: drawLimits(random),
  };
}

function drawTopic(random: SimulatedRandom, number: number, replication: string): TopicPlan {
  const config = new Map<string, string>();
  if (random.chance(0.25)) config.set("durability", "memory");
  if (random.chance(0.3)) config.set("replication", random.pick(["async", "sync"]));
  if (random.chance(0.5)) config.set("replication.policy", random.pick(["refuse", "degrade"]));
  // Where nobody is ever in sync, that would be too many.
  const isSync = replication === "sync" && config.get("replication") !== "async";
  if (isSync && random.chance(0.2)) config.set("min.insync.replicas", "2");
  return { name: `topic-${number}`, partitionCount: random.between(1, 2), config };
}

/** Settings far below what people may set, so that all happens within seconds. */
function drawConfig(random: SimulatedRandom, replication: string): ReadonlyMap<string, string> {
  const numbers = {
    "replica.lag.time.max.ms": random.pick([100, 300, 1000]),
    "replication.fence.after.ms": random.pick([0, 0, 0, 200]),
    "log.segment.bytes": random.pick([2000, 20_000]),
    "log.roll.ms": random.pick([50, 1_000_000]),
    "storage.max.open.files": random.pick([3, 20]),
  };
  return settingsOf(numbers, replication);
}

/** The settings of both brokers: these, and those that all runs have. */
export function settingsOf(
  numbers: Readonly<Record<string, number>>,
  replication: string,
): ReadonlyMap<string, string> {
  const all = {
    ...numbers,
    "log.retention.ms": -1,
    "offsets.topic.num.partitions": 1,
    "storage.min.free.bytes": 50_000,
  };
  const config = Object.entries(all).map(([name, value]) => [name, `${value}`] as const);
  return new Map([
    ...config,
    ["replication", replication] as const,
    ["auto.create.topics.enable", "false"] as const,
  ]);
}
