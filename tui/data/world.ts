import type {
  BrokerActivity,
  BrokerEvent,
  BrokerHello,
  BrokerUpdate,
  PartitionActivity,
  TopicActivity,
} from "../../internal/client/api.ts";
import { Ring } from "./ring.ts";

/** How many values a sparkline can show, one a second. */
export const HISTORY_LENGTH = 60;
const SAMPLE_MS = 1000;
const MAX_EVENTS = 500;

/** The link to the broker. */
export type Link =
  | { readonly state: "connecting"; readonly attempt: number }
  /** Updates come. */
  | { readonly state: "live" }
  /** Lost, or never there; it is tried again at `retryAtMs` (monotonic). */
  | {
      readonly state: "lost";
      readonly reason: string;
      readonly attempt: number;
      readonly retryAtMs: number;
    };

/** What goes in and out by second, over the last minute. */
export interface History {
  readonly recordsIn: Ring;
  readonly bytesIn: Ring;
  readonly bytesOut: Ring;
}

/** The partitions of the one topic that is looked at. */
export interface TopicPartitions {
  readonly topic: string;
  readonly rows: Map<number, PartitionActivity>;
  /** Whether every partition has been told. */
  complete: boolean;
}

/**
 * All that is known of the broker: what its updates have told, put together. Everything here is as
 * old as `updatedAtMs` says; nothing is ever made up.
 */
export class World {
  link: Link = { state: "connecting", attempt: 1 };
  hello: BrokerHello | null = null;
  broker: BrokerActivity | null = null;
  /** When the last update came (monotonic), and what the broker's clock showed then. */
  updatedAtMs: number | null = null;
  brokerAtMs = 0;
  /** Whether every topic has been told. */
  complete = false;
  readonly topics = new Map<string, TopicActivity>();
  readonly faults = new Map<string, PartitionActivity>();
  partitions: TopicPartitions | null = null;
  events: readonly BrokerEvent[] = [];
  history: History = newHistory();
  readonly topicHistory = new Map<string, Ring>();
  /** Topics that a new connection hasn't told yet: they go when it has told all and not them. */
  #untold = new Set<string>();
  #sampledAtMs = Number.NEGATIVE_INFINITY;

  /** A connection has been made; what follows tells everything anew. */
  connected(hello: BrokerHello): void {
    this.link = { state: "live" };
    this.hello = hello;
    this.complete = false;
  }

  /** Takes in an update about the broker as a whole, its topics and faults. */
  update(update: BrokerUpdate, nowMs: number, isFirst: boolean): void {
    if (isFirst) this.#startAnew();
    this.broker = update.broker;
    this.updatedAtMs = nowMs;
    this.brokerAtMs = update.atMs;
    for (const name of update.removedTopics) this.#forgetTopic(name);
    for (const topic of update.topics) {
      this.topics.set(topic.name, topic);
      this.#untold.delete(topic.name);
    }
    for (const row of update.partitions) {
      if (row.health === "ok") this.faults.delete(keyOf(row));
      else this.faults.set(keyOf(row), row);
    }
    if (update.events.length > 0) {
      this.events = [...this.events, ...update.events].slice(-MAX_EVENTS);
    }
    if (!update.incomplete && !this.complete) this.#toldAll();
    if (nowMs - this.#sampledAtMs >= SAMPLE_MS) this.#sample(nowMs);
  }

  /** Another topic's partitions are looked at from now on, or none. */
  lookAt(topic: string | null): void {
    this.partitions = topic === null ? null : { topic, rows: new Map(), complete: false };
  }

  /** Takes in an update about the partitions of the topic that is looked at. */
  updatePartitions(update: BrokerUpdate, isFirst: boolean): void {
    const { partitions } = this;
    if (partitions === null) return;
    if (isFirst || update.removedTopics.includes(partitions.topic)) partitions.rows.clear();
    for (const row of update.partitions) partitions.rows.set(row.partition, row);
    partitions.complete = !update.incomplete;
  }

  #startAnew(): void {
    this.#untold = new Set(this.topics.keys());
    this.faults.clear();
    this.events = [];
  }

  #toldAll(): void {
    this.complete = true;
    for (const name of this.#untold) this.#forgetTopic(name);
    this.#untold.clear();
  }

  #forgetTopic(name: string): void {
    this.topics.delete(name);
    this.topicHistory.delete(name);
    for (const [key, { topic }] of this.faults) if (topic === name) this.faults.delete(key);
  }

  #sample(nowMs: number): void {
    this.#sampledAtMs = nowMs;
    const rates = this.broker?.rates;
    this.history.recordsIn.push(rates?.recordsInPerSecond ?? 0);
    this.history.bytesIn.push(rates?.bytesInPerSecond ?? 0);
    this.history.bytesOut.push(rates?.bytesOutPerSecond ?? 0);
    for (const { name, rates: ofTopic } of this.topics.values()) {
      const known = this.topicHistory.get(name);
      if (known === undefined && !ofTopic) continue;
      const ring = known ?? new Ring(HISTORY_LENGTH);
      ring.push(ofTopic?.recordsInPerSecond ?? 0);
      if (ofTopic || ring.values.some((value) => value > 0)) this.topicHistory.set(name, ring);
      else this.topicHistory.delete(name);
    }
  }
}

/** A partition's name, which no other has. */
export function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}-${partition}`;
}

function newHistory(): History {
  const ring = (): Ring => new Ring(HISTORY_LENGTH);
  return { recordsIn: ring(), bytesIn: ring(), bytesOut: ring() };
}
