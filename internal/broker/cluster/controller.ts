import type { KnownPartition } from "../../metadata/cluster/cluster-image.ts";
import { controllerValue } from "../../metadata/cluster/cluster-keys.ts";
import type { ClusterStore, PartitionChange } from "../../metadata/cluster/cluster-store.ts";
import { type ElectionRules, isUnclean, nextState } from "../../metadata/cluster/elect.ts";
import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { Clock, Timer } from "../../platform/clock.ts";
import { type EtcdCondition, MAX_COMMIT_CHANGES, onlyIfEtcd } from "../../platform/etcd.ts";
import type { EventLog } from "../observability/event-log.ts";
import { topicSettings } from "../settings/topic-settings.ts";
import { RepeatedWork } from "./repeated-work.ts";

/** How often it is looked whether the first of a partition's brokers can lead it again. */
const PREFERRED_MS = 10_000;
const RETRY_MS = 200;

/** What the controller stands on. */
export interface ControllerPath {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly metadata: ClusterStore;
  readonly brokerId: number;
  /** This broker's settings, which are those of topics that have none of their own. */
  readonly brokerConfig: ReadonlyMap<string, string>;
  /** This broker's lease; empty while it has none. */
  readonly session: () => string;
}

/**
 * The broker that chooses leaders, as long as its lease holds: every decision is made on the
 * condition that it is still the controller, and that the partition is as it knew it.
 */
export class Controller {
  readonly #path: ControllerPath;
  #timer: Timer | null = null;
  readonly #reviews: RepeatedWork;
  #preferred = false;

  constructor(path: ControllerPath) {
    this.#path = path;
    this.#reviews = new RepeatedWork({
      clock: path.clock,
      retryMs: RETRY_MS,
      work: () => this.#review(),
      failed: onlyIfEtcd,
    });
    this.#preferLater();
  }

  get isActive(): boolean {
    const { metadata, brokerId, session } = this.#path;
    const { controllerId, controllerSession } = metadata.image;
    return controllerId === brokerId && controllerSession === session() && session() !== "";
  }

  /** Something is otherwise: is the controller where there is none, and decides what is due. */
  review(): void {
    this.#reviews.ask();
  }

  /** Chooses the leaders of these partitions by other rules; resolves when that is decided. */
  async elect(
    names: readonly PartitionPlace[],
    rules: Pick<ElectionRules, "unclean" | "preferred">,
  ): Promise<void> {
    const { metadata } = this.#path;
    const states = names.flatMap(({ topicId, index }) => {
      const state = metadata.image.partition(topicId, index);
      return state ? { topicId, index, state } : [];
    });
    await this.#decideAll(states.flatMap((each) => this.#dueOf(each, rules) ?? []));
  }

  close(): void {
    this.#reviews.close();
    this.#timer?.cancel();
  }

  async #review(): Promise<void> {
    await this.#campaign();
    if (!this.isActive) return;
    const preferred = this.#preferred;
    this.#preferred = false;
    await this.#decideAll(this.#due(preferred));
  }

  async #campaign(): Promise<void> {
    const { metadata, brokerId, session } = this.#path;
    if (metadata.image.controllerId >= 0 || session() === "") return;
    const key = metadata.keys.controller;
    const put = { kind: "put", key, value: controllerValue(brokerId), leaseId: session() } as const;
    const { done } = await metadata.commit([{ key, revision: 0 }], [put]);
    if (!done) return;
    const message = `this broker is the controller of the cluster`;
    this.#path.events.add("info", "controller", { subject: "", message });
  }

  #due(preferred: boolean): PartitionChange[] {
    const due: PartitionChange[] = [];
    const unclean = new Set(this.#uncleanTopics());
    for (const each of this.#path.metadata.image.partitions()) {
      const change = this.#dueOf(each, { unclean: unclean.has(each.topicId), preferred });
      if (change) due.push(change);
    }
    return due;
  }

  /** The ids of the topics that would rather lose records than have no leader. */
  *#uncleanTopics(): Generator<string> {
    const { metadata, brokerConfig } = this.#path;
    for (const { id, config } of metadata.topics()) {
      if (topicSettings(config, brokerConfig).uncleanElection) yield id;
    }
  }

  #dueOf(
    { topicId, index, state }: KnownPartition,
    rules: Pick<ElectionRules, "unclean" | "preferred">,
  ): PartitionChange | null {
    const { live, drained } = this.#path.metadata.image;
    const { revision: _, ...known } = state;
    const next = nextState(known, live, { ...rules, drained });
    return next && { topicId, index, state, next };
  }

  async #decideAll(due: readonly PartitionChange[]): Promise<void> {
    const { clock, events, metadata } = this.#path;
    const most = Math.max(1, MAX_COMMIT_CHANGES - 1 - metadata.image.live.size);
    const beganMs = clock.monotonicMs();
    for (let from = 0; from < due.length; from += most) {
      await this.#decide(due.slice(from, from + most));
    }
    const moved = due.filter(({ state, next }) => state.leader !== next.leader).length;
    if (moved === 0) return;
    const ms = Math.round(clock.monotonicMs() - beganMs);
    const message = `${moved} partitions got another leader (${ms} ms)`;
    events.add("info", "leaders-chosen", { subject: "", message });
  }

  async #decide(decisions: readonly PartitionChange[]): Promise<void> {
    const { metadata } = this.#path;
    const key = metadata.keys.controller;
    const asController = { key, revision: metadata.image.revisionOf(key) };
    const keepers = this.#keepersOf(decisions);
    const outcome = await metadata.commitPartitions(decisions, [asController, ...keepers]);
    if (outcome.done) {
      for (const decision of decisions) this.#noteUnclean(decision);
      return;
    }
    const found = new Map(outcome.found.map(({ key, revision }) => [key, revision]));
    const isOther = (known: EtcdCondition) => found.get(known.key) !== known.revision;
    if (keepers.some(isOther)) return; // that will be told, and all of it is looked at then
    // Of those some have changed meanwhile: they are looked at anew.
    this.review();
    if (isOther(asController)) return;
    const unchanged = decisions.filter(({ topicId, index, state }) => {
      return found.get(metadata.keys.partition(topicId, index)) === state.revision;
    });
    if (unchanged.length > 0) await this.#decide(unchanged);
  }

  /** Where copies go, those that keep the records are still in the life in which they counted. */
  #keepersOf(decisions: readonly PartitionChange[]): EtcdCondition[] {
    const { image, keys } = this.#path.metadata;
    const ends = decisions.filter(
      ({ state, next }) => next.replicas.length < state.replicas.length,
    );
    const ids = new Set(ends.flatMap(({ next }) => next.isr.filter((id) => image.live.has(id))));
    return [...ids].map((id) => ({
      key: keys.live(id),
      revision: image.revisionOf(keys.live(id)),
    }));
  }

  #noteUnclean({ topicId, index, state, next }: PartitionChange): void {
    if (!isUnclean(state, next)) return;
    const name = this.#path.metadata.topicById(topicId)?.name ?? topicId;
    const who = `broker ${next.leader}, which wasn't in sync, leads it now`;
    const message = `${name}-${index}: ${who}; records may be lost`;
    this.#path.events.add("error", "unclean-election", { subject: name, message });
  }

  #preferLater(): void {
    this.#timer = this.#path.clock.after(PREFERRED_MS, () => {
      this.#preferred = true;
      this.review();
      this.#preferLater();
    });
  }
}
