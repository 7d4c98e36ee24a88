import type { Clock } from "../../platform/clock.ts";
import type { ChangeListener, Changes } from "../topics/changes.ts";
import { healthOf } from "../topics/health.ts";
import { type Partition, unusedPartition } from "../topics/partition.ts";
import type { TopicState } from "../topics/topic-state.ts";
import { topicActivity } from "../topics/topic-summary.ts";
import type { EventLog } from "./event-log.ts";
import { type GroupsPath, GroupWatcher } from "./group-watcher.ts";
import { RateMeter, type Rates, type Traffic } from "./traffic.ts";
import type {
  BrokerActivity,
  BrokerUpdate,
  InView,
  PartitionActivity,
  TopicActivity,
  Watched,
  Watcher,
} from "./watch-api.ts";

/** How many partitions one look goes through, whether they have something to tell or not. */
const MAX_STEPS = 2000;

/** And so many of each topic that is told, of those that don't say that they have changed. */
const MAX_LOOKED_AGAIN = 200;

/** Partitions that are told at each look beside those in view. */
export const MAX_OUT_OF_VIEW = 100;

/** Faulty partitions that are told of one topic to those who did not ask for all of them. */
export const MAX_FAULTS_OF_TOPIC = 100;

/** What a watcher needs of the broker. */
export interface WatchPath {
  readonly clock: Clock;
  readonly broker: GroupsPath;
  readonly changes: Changes;
  readonly events: EventLog;
  readonly traffic: Traffic;
  readonly topics: () => Iterable<TopicState>;
  readonly topic: (name: string) => TopicState | undefined;
  readonly status: () => Omit<BrokerActivity, "rates">;
}

/**
 * Gathers what has changed, as sets of topics and partitions, until someone looks.
 *
 * A row that something goes through is told with each look, because its rates change by
 * themselves: it stays in its set until they have fallen to nothing.
 */
export class BrokerWatcher implements Watcher, ChangeListener {
  readonly #path: WatchPath;
  readonly #watched: Watched;
  readonly #partitionsOf: ReadonlySet<string>;
  readonly #groups: GroupWatcher;
  readonly #meters = new Map<Traffic, RateMeter>();
  readonly #removed = new Set<string>();
  /** Topics that are new or have other settings, and those with records that come or go. */
  readonly #changedTopics = new Set<TopicState>();
  readonly #busyTopics = new Set<TopicState>();
  readonly #partitions = new Set<Partition>();
  /** Topics with partitions that were never told, and the first of these. */
  readonly #untold = new Map<TopicState, number>();
  /** Partitions that were told because something is wrong with them. */
  readonly #faulty = new Map<TopicState, Set<number>>();
  #lastEvent = 0;
  #lastLookMs: number;

  constructor(path: WatchPath, watched: Watched) {
    this.#path = path;
    this.#watched = watched;
    this.#partitionsOf = new Set(watched.partitionsOf);
    this.#groups = new GroupWatcher(path.broker, watched);
    this.#lastLookMs = path.clock.monotonicMs();
    for (const topic of path.topics()) this.topicAdded(topic);
    path.changes.listen(this);
  }

  partitionChanged(partition: Partition): void {
    const { topic } = partition;
    if (this.#watched.topics) this.#busyTopics.add(topic);
    if (this.#watched.faults || this.#wants(topic)) this.#partitions.add(partition);
  }

  topicAdded(topic: TopicState): void {
    this.topicChanged(topic);
  }

  topicChanged(topic: TopicState): void {
    if (this.#watched.topics) this.#changedTopics.add(topic);
    if (this.#watched.faults || this.#wants(topic)) this.#untold.set(topic, 0);
  }

  topicRemoved(topic: TopicState): void {
    this.#removed.add(topic.metadata.name);
    this.#changedTopics.delete(topic);
    this.#busyTopics.delete(topic);
    this.#untold.delete(topic);
    this.#faulty.delete(topic);
    this.#meters.delete(topic.traffic);
    for (const partition of topic.partitions()) {
      this.#partitions.delete(partition);
      this.#meters.delete(partition.traffic);
    }
  }

  take(maxRows: number, inView: InView | null = null): BrokerUpdate {
    const { clock, status, traffic, events } = this.#path;
    const nowMs = clock.monotonicMs();
    const removedTopics = [...this.#removed];
    this.#removed.clear();
    const topics = this.#takeTopics(maxRows, nowMs);
    const partitions = this.#takeUntold(maxRows, nowMs);
    partitions.push(...this.#takeChanged(maxRows - partitions.length, nowMs, inView));
    const groups = this.#groups.take(maxRows);
    const broker = { ...status(), rates: this.#rates(traffic, nowMs) };
    const happened = this.#watched.events ? events.after(this.#lastEvent) : [];
    this.#lastEvent = happened.at(-1)?.sequence ?? this.#lastEvent;
    this.#lastLookMs = nowMs;
    const untoldCount = this.#changedTopics.size + this.#untold.size;
    return {
      atMs: clock.nowMs(),
      broker,
      removedTopics,
      topics,
      partitions,
      ...groups,
      events: happened,
      incomplete: untoldCount > 0 || groups.incomplete,
    };
  }

  close(): void {
    this.#path.changes.forget(this);
  }

  #wants(topic: TopicState): boolean {
    return this.#partitionsOf.has(topic.metadata.name);
  }

  #takeTopics(maxRows: number, nowMs: number): TopicActivity[] {
    const rows: TopicActivity[] = [];
    const busy: TopicState[] = [];
    let steps = MAX_STEPS;
    for (const topics of [this.#changedTopics, this.#busyTopics]) {
      for (const topic of topics) {
        if (rows.length >= maxRows || steps <= 0) break;
        steps -= topic.look(steps, MAX_LOOKED_AGAIN);
        if (!topic.totals.complete) break; // it is told when all of it is known
        this.#changedTopics.delete(topic);
        this.#busyTopics.delete(topic);
        const rates = this.#rates(topic.traffic, nowMs);
        if (rates || topic.totals.outdated) busy.push(topic);
        rows.push(topicActivity(topic, rates));
      }
    }
    for (const topic of busy) this.#busyTopics.add(topic);
    return rows;
  }

  /** Partitions that were never told, or whose topic's settings have changed. */
  #takeUntold(maxRows: number, nowMs: number): PartitionActivity[] {
    const rows: PartitionActivity[] = [];
    let steps = MAX_STEPS;
    for (const [topic, first] of this.#untold) {
      let index = first;
      while (index < topic.metadata.partitionCount && rows.length < maxRows && steps-- > 0) {
        const row = this.#row(topic, index++, nowMs);
        if (row) rows.push(row);
      }
      this.#untold.set(topic, index);
      if (index < topic.metadata.partitionCount) break;
      this.#untold.delete(topic);
    }
    return rows;
  }

  #takeChanged(maxRows: number, nowMs: number, inView: InView | null): PartitionActivity[] {
    const rows: PartitionActivity[] = [];
    const busy: Partition[] = [];
    const take = (partition: Partition): void => {
      this.#partitions.delete(partition);
      if (partition.removed) return;
      const row = this.#row(partition.topic, partition.index, nowMs);
      if (row) rows.push(row);
      if (row?.rates) busy.push(partition);
    };
    const topic = inView && this.#path.topic(inView.topic);
    for (const index of inView?.partitions ?? []) {
      const partition = topic?.used(index);
      if (partition && this.#partitions.has(partition)) take(partition);
    }
    const most = inView ? Math.min(maxRows, rows.length + MAX_OUT_OF_VIEW) : maxRows;
    let steps = MAX_STEPS;
    for (const partition of this.#partitions) {
      if (rows.length >= most || steps-- <= 0) break;
      take(partition);
    }
    for (const partition of busy) this.#partitions.add(partition);
    return rows;
  }

  /** A partition's row; null if this watcher isn't to be told of it. */
  #row(topic: TopicState, index: number, nowMs: number): PartitionActivity | null {
    const partition = topic.used(index);
    const isWanted = this.#wants(topic);
    // Most of those that change are fine, and were before.
    const isKnown = isWanted || this.#faulty.get(topic)?.has(index);
    if (partition && !isKnown && topic.totals.healthOf(partition) === "ok") return null;
    const status = partition?.status() ?? unusedPartition(topic, index);
    const health = healthOf(status, topic.settings.minInsyncReplicas);
    const isNews = this.#isFaultNews(topic, index, health !== "ok");
    if (!isNews && !isWanted) return null;
    const rates = partition ? this.#rates(partition.traffic, nowMs) : null;
    return { ...status, health, rates };
  }

  /** Whether a partition's state is to be told because of a fault, or because that is over. */
  #isFaultNews(topic: TopicState, index: number, isFaulty: boolean): boolean {
    if (!this.#watched.faults) return false;
    const known = this.#faulty.get(topic);
    if (!isFaulty) return known?.delete(index) ?? false;
    const faulty = known ?? new Set();
    this.#faulty.set(topic, faulty);
    if (faulty.size < MAX_FAULTS_OF_TOPIC) faulty.add(index);
    return faulty.has(index);
  }

  #rates(traffic: Traffic, nowMs: number): Rates | null {
    let meter = this.#meters.get(traffic);
    if (!meter) {
      meter = new RateMeter(traffic, nowMs);
      this.#meters.set(traffic, meter);
    }
    return meter.read(nowMs, this.#lastLookMs);
  }
}
