import type { StorageLimits } from "../../storage/limits.ts";
import { drawLimits } from "../limits.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Weather } from "../weather.ts";

/** What one run of a broker is like, as its seed decides. */
export interface BrokerClimate {
  readonly weather: Weather;
  readonly lives: number;
  readonly stepsPerLife: number;
  readonly topicNames: readonly string[];
  readonly mostPartitions: number;
  readonly producers: number;
  readonly consumers: number;
  /** Of the crashes, how many are a loss of power. */
  readonly powerLosses: number;
  /** How many lives end in the middle of a disk call that their end doesn't choose. */
  readonly suddenEnds: number;
  readonly memoryTopics: number;
  readonly largestBatchBytes: number;
  /** Of all steps, how many reset a connection, and how many stall the network. */
  readonly resets: number;
  readonly stalls: number;
  /** See `NetworkWeather`. */
  readonly mostDelayMs: number;
  readonly cuts: number;
  readonly windowBytes: number;
  readonly config: ReadonlyMap<string, string>;
  readonly limits: StorageLimits;
}

/** Draws a run. */
export function drawBrokerClimate(random: SimulatedRandom): BrokerClimate {
  return {
    weather: random.pick(["fair", "fair", "full", "failing", "slow", "slow"]),
    lives: random.between(1, 4),
    stepsPerLife: random.pick([10, 30, 30, 80]),
    topicNames: Array.from({ length: random.between(1, 3) }, (_, i) => `topic-${i}`),
    mostPartitions: random.pick([1, 2, 4]),
    producers: random.between(1, 3),
    consumers: random.between(1, 2),
    powerLosses: random.pick([0, 0.5, 0.5, 1]),
    suddenEnds: random.pick([0, 0.5, 0.8]),
    memoryTopics: random.pick([0, 0, 0.3, 1]),
    largestBatchBytes: random.chance(0.1) ? 150_000 : random.pick([300, 3000, 8000]),
    resets: random.pick([0, 0, 0.05]),
    stalls: random.pick([0, 0, 0.02]),
    mostDelayMs: random.pick([0.1, 1, 20]),
    cuts: random.pick([0, 0.1, 0.5]),
    windowBytes: random.pick([500, 64 * 1024]),
    config: drawConfig(random),
    limits: drawLimits(random),
  };
}

/** Settings far below what people may set, so that all happens within a second. */
function drawConfig(random: SimulatedRandom): ReadonlyMap<string, string> {
  const numbers: Readonly<Record<string, number>> = {
    "log.segment.bytes": random.pick([2000, 6000, 20_000]),
    "log.roll.ms": random.pick([50, 1000, 1_000_000]),
    "log.retention.ms": -1,
    "log.retention.check.interval.ms": random.pick([20, 300, 10_000]),
    "log.cleaner.backoff.ms": random.pick([20, 300, 10_000]),
    "offsets.topic.num.partitions": 2,
    "offsets.topic.segment.bytes": random.pick([1000, 6000]),
    "storage.min.free.bytes": 50_000,
    "storage.max.open.files": random.pick([1, 3, 20]),
  };
  const config = Object.entries(numbers).map(([name, value]) => [name, `${value}`] as const);
  return new Map([...config, ["auto.create.topics.enable", "false"] as const]);
}
