import type { PartitionName } from "../../metadata/cluster/cluster-image.ts";
import type { PartitionState, Versioned } from "../../metadata/cluster/cluster-state.ts";
import type { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import type { Clock } from "../../platform/clock.ts";
import { EtcdError, MAX_COMMIT_CHANGES } from "../../platform/etcd.ts";
import type { LedLog } from "../../replication/led-log.ts";

const RETRY_MS = 100;

/** A partition that this broker leads, and how etcd has it, as far as is known here. */
export interface LedPartition extends PartitionName {
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
 * Has the ISR changed in etcd as leaders of partitions propose. One proposal of a partition is
 * under way at a time, and until it is known what came of it the leader waits for all who may be in
 * it: a failure says nothing, so the same is tried again until the answer is yes or no.
 */
export class IsrProposals {
  readonly #path: ProposalsPath;
  readonly #wanted = new Set<LedPartition>();
  #underWay: ReadonlySet<LedPartition> = new Set();
  #isRunning = false;
  #closed = false;

  constructor(path: ProposalsPath) {
    this.#path = path;
  }

  /** A partition's leader may want another ISR than there is. */
  propose(partition: LedPartition): void {
    if (isSame(nextOf(partition).isr, partition.state.isr)) return;
    this.#wanted.add(partition);
    if (this.#isRunning || this.#closed) return;
    this.#isRunning = true;
    this.#path.clock.atEndOfTurn(() => void this.#run());
  }

  /** etcd has told how a partition is; what is under way for it will tell more. */
  told(partition: LedPartition): void {
    if (!this.#underWay.has(partition)) this.#settle(partition);
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0 && !this.#closed) {
      const some = [...this.#wanted].slice(0, MAX_COMMIT_CHANGES);
      for (const each of some) this.#wanted.delete(each);
      const led = some.filter((each) => this.#path.isLed(each));
      this.#underWay = new Set(led);
      if (led.length > 0) await this.#commit(led.map((each) => ({ each, next: nextOf(each) })));
      this.#underWay = new Set();
    }
    this.#isRunning = false;
  }

  async #commit(proposals: readonly Proposal[]): Promise<void> {
    const { metadata, clock } = this.#path;
    for (;;) {
      try {
        await metadata.commitPartitions(
          proposals.map(({ each: { topicId, index, state }, next }) => {
            return { topicId, index, state, next };
          }),
        );
        for (const { each } of proposals) this.#settle(each);
        return;
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        if (this.#closed || !proposals.some(({ each }) => this.#path.isLed(each))) return;
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  }

  /** Nothing is under way for a partition: it is as the image of the cluster says. */
  #settle(partition: LedPartition): void {
    const { topicId, index, led } = partition;
    const state = this.#path.metadata.image.partition(topicId, index);
    if (state?.epoch !== led.epoch || !this.#path.isLed(partition)) return;
    if (state.revision > partition.state.revision) {
      partition.state = state;
      this.#path.agreed(partition);
    }
    this.propose(partition);
  }
}

interface Proposal {
  readonly each: LedPartition;
  readonly next: PartitionState;
}

function nextOf({ led, state }: LedPartition): PartitionState {
  const { revision: _, ...known } = state;
  const wanted = new Set(led.copies.wantedIsr);
  return { ...known, isr: known.replicas.filter((id) => wanted.has(id)) };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
