import type { PartitionState, Versioned } from "../../metadata/cluster/cluster-state.ts";
import type { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import { mayStay } from "../../metadata/cluster/elect.ts";
import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { Clock } from "../../platform/clock.ts";
import { type EtcdCondition, MAX_COMMIT_CHANGES, onlyIfEtcd } from "../../platform/etcd.ts";
import type { LedLog } from "../../replication/led-log.ts";
import { RepeatedWork } from "./repeated-work.ts";

const RETRY_MS = 100;

/** A partition that this broker leads, and how etcd has it, as far as is known here. */
export interface LedPartition extends PartitionPlace {
  readonly led: LedLog;
  state: Versioned<PartitionState>;
}

/** What proposals go by. */
export interface ProposalsPath {
  readonly clock: Clock;
  readonly metadata: ClusterStore;
  /** Whether the partition is still led as it was. */
  readonly isLed: (partition: LedPartition) => boolean;
  /** It is known how the partition stands, and nothing is under way for it. */
  readonly agreed: (partition: LedPartition) => void;
}

/**
 * Has the ISR changed in etcd as leaders of partitions propose, and takes those out of it that are
 * gone: only who leads knows that somebody is left who has all. One proposal of a partition is
 * under way at a time, and until it is known what came of it the leader waits for all who may be in
 * it: a failure says nothing, so the same is tried again until the answer is yes or no.
 */
export class IsrProposals {
  readonly #path: ProposalsPath;
  readonly #wanted = new Set<LedPartition>();
  readonly #rounds: RepeatedWork;
  /** What was proposed, until it is known what came of it. */
  #underWay: ReadonlyMap<LedPartition, PartitionState> = new Map();
  /**
   * Who is to come into an ISR is still in the life that has said what it has, and the leader in
   * that in which it proposes: else what it has sent may be done long after its end.
   */
  #inSameLife: readonly EtcdCondition[] = [];

  constructor(path: ProposalsPath) {
    this.#path = path;
    this.#rounds = new RepeatedWork({
      clock: path.clock,
      retryMs: RETRY_MS,
      work: () => this.#round(),
      failed: onlyIfEtcd,
    });
  }

  /** A partition's leader may want another ISR than there is, or who is in it may be gone. */
  propose(partition: LedPartition): void {
    if (isSame(this.#nextOf(partition).isr, partition.state.isr)) return;
    const isFirst = this.#wanted.size === 0;
    this.#wanted.add(partition);
    if (isFirst) this.#path.clock.atEndOfTurn(() => this.#rounds.ask());
  }

  /** etcd has told how a partition is; what is under way for it will tell more. */
  told(partition: LedPartition): void {
    if (!this.#underWay.has(partition)) this.#settle(partition, false);
  }

  close(): void {
    this.#rounds.close();
  }

  /** Proposes what is wanted, or, where the outcome isn't known yet, the same once more. */
  async #round(): Promise<void> {
    if (this.#underWay.size === 0) this.#take();
    const led = [...this.#underWay].filter(([partition]) => this.#path.isLed(partition));
    if (led.length > 0) {
      await this.#path.metadata.commitPartitions(
        led.map(([{ topicId, index, state }, next]) => ({ topicId, index, state, next })),
        this.#inSameLife,
      );
    }
    this.#underWay = new Map();
    for (const [partition] of led) this.#settle(partition, true);
    if (this.#wanted.size > 0) this.#rounds.ask();
  }

  #take(): void {
    const { image, keys } = this.#path.metadata;
    const most = Math.max(1, MAX_COMMIT_CHANGES - image.live.size); // each may be a condition
    const some = [...this.#wanted].slice(0, most);
    for (const each of some) this.#wanted.delete(each);
    // A leader whose own life is over is about to learn who leads next.
    const isThere = ({ state }: LedPartition) =>
      image.live.get(state.leader)?.session === state.session;
    const led = some.filter((each) => this.#path.isLed(each) && isThere(each));
    this.#underWay = new Map(led.map((each) => [each, this.#nextOf(each)]));
    const concerned = new Set<number>();
    for (const [{ state }, { isr }] of this.#underWay) {
      concerned.add(state.leader);
      for (const id of isr) if (!state.isr.includes(id)) concerned.add(id);
    }
    this.#inSameLife = [...concerned].map((id) => {
      const key = keys.live(id);
      return { key, revision: image.revisionOf(key) };
    });
  }

  /** Nothing is under way for a partition: it is as the image of the cluster says. */
  #settle(partition: LedPartition, wasProposed: boolean): void {
    const { topicId, index, led } = partition;
    const state = this.#path.metadata.image.partition(topicId, index);
    if (state?.epoch !== led.epoch || !this.#path.isLed(partition)) return;
    if (wasProposed || state.revision > partition.state.revision) {
      partition.state = state;
      this.#path.agreed(partition);
    }
    this.propose(partition);
  }

  #nextOf({ led, state }: LedPartition): PartitionState {
    const { live } = this.#path.metadata.image;
    const { revision: _, ...known } = state;
    const wanted = led.copies.wantedIsr.filter((id) => mayStay(id, known.leader, live));
    return { ...known, isr: known.replicas.filter((id) => wanted.includes(id)) };
  }
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
