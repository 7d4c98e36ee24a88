import type { Clock } from "../../platform/clock.ts";
import type { Address, Network } from "../../platform/network.ts";
import type { CrashKind } from "../disk/file-system.ts";
import type { Machine } from "../machine.ts";
import type { Attempts } from "../model/attempts.ts";
import type { SimulatedRandom } from "../random.ts";
import { KafkaClient } from "../shared/kafka-client.ts";
import type { Stage } from "../stage.ts";
import type { TraceValue } from "../trace.ts";
import type { BrokerClimate } from "./climate.ts";
import type { TopicModel } from "./topic-model.ts";

/** What all clients of a simulated broker share: where it is, and what they know of it together. */
export class World {
  readonly machine: Machine;
  readonly stage: Stage;
  readonly random: SimulatedRandom;
  readonly climate: BrokerClimate;
  readonly attempts: Attempts;
  readonly address: Address;
  /** Topics that are there, or may be, by name. */
  readonly topics = new Map<string, TopicModel>();
  /** Calls are refused as the broker stops, until the next start. */
  isStopping = false;
  /** How often the broker was started. */
  lives = 0;
  acknowledged = 0;
  duplicates = 0;
  reads = 0;
  attemptCount = 0;
  sendCount = 0;
  /** All that were given. */
  readonly producerIds = new Set<number>();
  /** How many connections there were. */
  connectionCount = 0;
  readonly #byName = new Map<string, Set<object>>();
  readonly #network: Network;
  readonly #clock: Clock;

  constructor(machine: Machine, stage: Stage, climate: BrokerClimate, attempts: Attempts) {
    this.machine = machine;
    this.stage = stage;
    this.random = machine.random.fork();
    this.climate = climate;
    this.attempts = attempts;
    this.address = { host: "broker", port: 9092 };
    const host = machine.clientHost();
    this.#network = machine.network.of(host);
    this.#clock = host.clock;
  }

  get nowMs(): number {
    return this.machine.scheduler.nowMs;
  }

  /** Whether a broker that was closed may have left something unfinished. */
  get mayLose(): boolean {
    return this.climate.weather === "full" || this.climate.weather === "failing";
  }

  /** The process has crashed; see `LogModel.crash`. */
  crashed(kind: CrashKind, syncFailed: boolean): void {
    for (const { logs } of this.topics.values()) {
      for (const log of logs) log.crash(kind, syncFailed);
    }
  }

  /** A client that isn't connected yet. */
  makeClient(): KafkaClient {
    const numbered = () => ++this.connectionCount;
    return new KafkaClient(this.#network, this.#clock, this.address, numbered);
  }

  /** One of the topics that are there; null if none is. */
  pickTopic(): TopicModel | null {
    const there = [...this.topics.values()].filter(({ existence }) => existence === "there");
    return there.length > 0 ? this.random.pick(there) : null;
  }

  /**
   * A client sends something to a topic by its name only. It may arrive when the topic is gone and
   * another has its name, which nobody could tell from the answer: so no name is given again while
   * that may be. Returns what is to be called when there is an answer.
   */
  sentByName(name: string): () => void {
    const sending = {};
    const sendings = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, sendings.add(sending));
    return () => sendings.delete(sending);
  }

  /** The same where no answer will come any more: what is under way arrives soon. */
  lostByName(answered: () => void): void {
    const { mostDelayMs, stalledUntilMs } = this.machine.networkWeather;
    const delayMs = Math.max(mostDelayMs, stalledUntilMs - this.nowMs) + 10;
    this.machine.scheduler.after(delayMs, answered);
  }

  /** Whether a new topic may have this name: see `sentByName`. */
  isFree(name: string): boolean {
    return !this.topics.has(name) && !this.#byName.get(name)?.size;
  }

  /** Whether an answer to a call of the life `askedInLife` may tell what has been lost since. */
  isOutdated(topic: TopicModel, askedInLife: number): boolean {
    return askedInLife !== this.lives && topic.durability === "memory";
  }

  /** A topic is gone for good. */
  forget(topic: TopicModel): void {
    topic.existence = "gone";
    for (const log of topic.logs) log.existence = "gone";
    if (this.topics.get(topic.name) === topic) this.topics.delete(topic.name);
  }

  /** Notes what a client does or is told. */
  trace(event: string, ...values: readonly TraceValue[]): void {
    this.machine.trace.add(this.nowMs, event, ...values);
  }
}
