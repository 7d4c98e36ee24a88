import type {
  BrokerActivity,
  BrokerHello,
  Rates,
  TopicActivity,
  TracedEvent,
  WatchUpdate,
} from "../../internal/client/api.ts";
import type { GroupRow, ProgressRow } from "./group-row.ts";
import { type PartitionRow, toldPartition } from "./partition-row.ts";
import { Ring } from "./ring.ts";
import { TopicPartitions } from "./topic-partitions.ts";
import { Track } from "./track.ts";

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
  /** Records that all groups together have still to read. */
  readonly lag: Ring;
}

/** An event, as it was told. */
export interface EventRow extends TracedEvent {
  /** Counts up: those of several brokers come as they are told. */
  readonly arrival: number;
}

/** What is looked at more closely: a topic's partitions, or a group's. */
export type Focus =
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "group"; readonly groupId: string };

/** The partitions of the one group that is looked at, and how it comes along in each. */
export interface GroupPartitions {
  readonly groupId: string;
  readonly rows: Map<string, ProgressRow>;
  readonly tracks: Map<string, Track>;
}

/**
 * All that is known of the broker: what its updates have told, put together. Everything here is as
 * old as `updatedAtMs` says; nothing is ever made up.
 */
export class World {
  link: Link = { state: "connecting", attempt: 1 };
  hello: BrokerHello | null = null;
  broker: BrokerActivity | null = null;
  /** What brokers tell of themselves besides the one that is watched. */
  others: readonly BrokerActivity[] = [];
  /** When the last update came (monotonic), and what the broker's clock showed then. */
  updatedAtMs: number | null = null;
  brokerAtMs = 0;
  /** Whether every topic has been told. */
  complete = false;
  readonly topics = new Map<string, TopicActivity>();
  readonly faults = new Map<string, PartitionRow>();
  /** Whether all of what is looked at more closely has been told. */
  #focusComplete = true;
  partitions: TopicPartitions | null = null;
  readonly groups = new Map<string, GroupRow>();
  /** How each group comes along, all of its partitions together. */
  readonly groupTracks = new Map<string, Track>();
  progress: GroupPartitions | null = null;
  events: readonly EventRow[] = [];
  #eventCount = 0;
  history: History = newHistory();
  readonly topicHistory = new Map<string, Ring>();
  /** What a new connection hasn't told yet: it goes when all has been told and not this. */
  #untoldTopics = new Set<string>();
  #untoldGroups = new Set<string>();
  #sampledAtMs = Number.NEGATIVE_INFINITY;

  /** What goes through all brokers that answer. */
  get traffic(): Rates {
    const sum = { recordsInPerSecond: 0, bytesInPerSecond: 0, bytesOutPerSecond: 0 };
    for (const { rates } of [...(this.broker ? [this.broker] : []), ...this.others]) {
      sum.recordsInPerSecond += rates?.recordsInPerSecond ?? 0;
      sum.bytesInPerSecond += rates?.bytesInPerSecond ?? 0;
      sum.bytesOutPerSecond += rates?.bytesOutPerSecond ?? 0;
    }
    return sum;
  }

  /** Whether all has been told of the broker, and of what is looked at more closely. */
  get isFilled(): boolean {
    return this.complete && this.#focusComplete;
  }

  /** A connection has been made; what follows tells everything anew. */
  connected(hello: BrokerHello): void {
    this.link = { state: "live" };
    this.hello = hello;
    this.complete = false;
  }

  /** Takes in an update about the broker as a whole, its topics and faults. */
  update(update: WatchUpdate, nowMs: number, isFirst: boolean): void {
    if (isFirst) this.#startAnew();
    this.broker = update.broker;
    this.others = update.others;
    this.updatedAtMs = nowMs;
    this.brokerAtMs = update.atMs;
    for (const name of update.removedTopics) this.#forgetTopic(name);
    for (const topic of update.topics) {
      this.topics.set(topic.name, topic);
      this.#untoldTopics.delete(topic.name);
    }
    for (const groupId of update.removedGroups) this.#forgetGroup(groupId);
    for (const group of update.groups) {
      this.groups.set(group.groupId, { ...group, toldAtMs: update.atMs });
      this.#untoldGroups.delete(group.groupId);
    }
    for (const row of update.partitions) {
      if (row.health === "ok") this.faults.delete(keyOf(row));
      else this.faults.set(keyOf(row), toldPartition(row, update.atMs));
    }
    if (update.events.length > 0) {
      const told = update.events.map((event) => ({ ...event, arrival: this.#eventCount++ }));
      this.events = [...this.events, ...told].slice(-MAX_EVENTS);
    }
    if (!update.incomplete && !this.complete) this.#toldAll();
    if (nowMs - this.#sampledAtMs >= SAMPLE_MS) this.#sample(nowMs);
  }

  /** Something else is looked at from now on, or nothing. */
  lookAt(focus: Focus | null): void {
    this.#focusComplete = focus === null;
    this.partitions = focus?.kind === "topic" ? new TopicPartitions(focus.topic) : null;
    this.progress =
      focus?.kind === "group"
        ? { groupId: focus.groupId, rows: new Map(), tracks: new Map() }
        : null;
  }

  /** Takes in an update about what is looked at. */
  updateFocus(update: WatchUpdate, isFirst: boolean): void {
    const { partitions, progress } = this;
    this.#focusComplete = !update.incomplete;
    if (partitions) {
      if (isFirst || update.removedTopics.includes(partitions.topic)) partitions.clear();
      for (const row of update.partitions) partitions.take(toldPartition(row, update.atMs));
    }
    if (!progress) return;
    if (isFirst) progress.rows.clear();
    for (const row of update.progress) {
      const key = keyOf(row);
      const isLeft = row.committedOffset < 0 && row.memberId === null;
      if (isLeft) progress.tracks.delete(key);
      if (isLeft) progress.rows.delete(key);
      else progress.rows.set(key, { ...row, toldAtMs: update.atMs });
    }
  }

  #startAnew(): void {
    this.#untoldTopics = new Set(this.topics.keys());
    this.#untoldGroups = new Set(this.groups.keys());
    this.faults.clear();
    this.events = [];
  }

  #toldAll(): void {
    this.complete = true;
    for (const name of this.#untoldTopics) this.#forgetTopic(name);
    for (const groupId of this.#untoldGroups) this.#forgetGroup(groupId);
  }

  #forgetTopic(name: string): void {
    this.topics.delete(name);
    this.topicHistory.delete(name);
    for (const [key, { topic }] of this.faults) if (topic === name) this.faults.delete(key);
  }

  #forgetGroup(groupId: string): void {
    this.groups.delete(groupId);
    this.groupTracks.delete(groupId);
  }

  #sample(nowMs: number): void {
    this.#sampledAtMs = nowMs;
    const rates = this.traffic;
    this.history.recordsIn.push(rates.recordsInPerSecond);
    this.history.bytesIn.push(rates.bytesInPerSecond);
    this.history.bytesOut.push(rates.bytesOutPerSecond);
    for (const { name, rates: ofTopic } of this.topics.values()) {
      const known = this.topicHistory.get(name);
      if (known === undefined && !ofTopic) continue;
      const ring = known ?? new Ring(HISTORY_LENGTH);
      ring.push(ofTopic?.recordsInPerSecond ?? 0);
      if (ofTopic || ring.values.some((value) => value > 0)) this.topicHistory.set(name, ring);
      else this.topicHistory.delete(name);
    }
    this.#sampleGroups(nowMs);
  }

  #sampleGroups(nowMs: number): void {
    let totalLag = 0;
    for (const { groupId, committedTotal, lag } of this.groups.values()) {
      trackOf(this.groupTracks, groupId).add(nowMs, committedTotal, committedTotal + lag);
      totalLag += lag;
    }
    this.history.lag.push(totalLag);
    const { rows, tracks } = this.progress ?? {};
    if (!rows || !tracks) return;
    for (const [key, { committedOffset, lag }] of rows) {
      if (lag >= 0) trackOf(tracks, key).add(nowMs, committedOffset, committedOffset + lag);
    }
  }
}

function trackOf(tracks: Map<string, Track>, key: string): Track {
  const known = tracks.get(key);
  if (known) return known;
  const track = new Track();
  tracks.set(key, track);
  return track;
}

/** A partition's name, which no other has. */
export function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}-${partition}`;
}

function newHistory(): History {
  const ring = (): Ring => new Ring(HISTORY_LENGTH);
  return { recordsIn: ring(), bytesIn: ring(), bytesOut: ring(), lag: ring() };
}
