import { PARTITION_HEALTHS, type PartitionHealth } from "../observability/watch-api.ts";
import { healthOf } from "./health.ts";
import type { Partition } from "./partition.ts";

/** What one partition adds to its topic's totals. */
interface Share {
  readonly offsetCount: number;
  readonly sizeBytes: number;
  readonly copyCount: number;
  readonly health: PartitionHealth;
}

/**
 * A topic's used partitions taken together, kept from one look to the next: a look goes through
 * those that have changed since, so that it costs traffic and not what there is. Not everything
 * says that it changes (retention, compaction, a slave's standing): besides, others are looked at
 * again in turn.
 */
export class TopicTotals {
  offsetCount = 0;
  sizeBytes = 0;
  #addedCount = 0;
  #partitionCount = 0;
  readonly #shares: (Share | undefined)[] = [];
  readonly #changed = new Set<Partition>();
  readonly #healthCounts = new Map<PartitionHealth, number>();
  /** How many partitions have so many copies. */
  readonly #copyCounts = new Map<number, number>();
  /** The partition that is looked at again next. */
  #next = 0;

  /** How many partitions have been looked at. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  /** Whether some have changed since they were looked at. */
  get outdated(): boolean {
    return this.#changed.size > 0;
  }

  get faultCount(): number {
    let count = 0;
    for (const [health, ofIt] of this.#healthCounts) if (health !== "ok") count += ofIt;
    return count;
  }

  /** The worst that one of them is. */
  get health(): PartitionHealth {
    return PARTITION_HEALTHS.findLast((health) => this.#healthCounts.has(health)) ?? "ok";
  }

  /** The copies of the partition that has most. */
  get copyCount(): number {
    return Math.max(0, ...this.#copyCounts.keys());
  }

  /** Whether every partition that was added has been looked at. */
  get complete(): boolean {
    return this.#partitionCount === this.#addedCount;
  }

  /** A partition is used for the first time. */
  added(partition: Partition): void {
    this.#addedCount++;
    this.changed(partition);
  }

  /** A partition isn't used any more. */
  removed(partition: Partition): void {
    const share = this.#shares[partition.index];
    this.#addedCount--;
    this.#changed.delete(partition);
    this.#shares[partition.index] = undefined;
    if (!share) return;
    this.#partitionCount--;
    this.#add(share, -1);
  }

  /** A partition has something new: it has to be looked at. */
  changed(partition: Partition): void {
    this.#changed.add(partition);
  }

  /** Looks at partitions that have changed, at most so many; returns how many it were. */
  look(maxPartitions: number): number {
    let count = 0;
    for (const partition of this.#changed) {
      if (count >= maxPartitions) break;
      this.#changed.delete(partition);
      this.#count(partition);
      count++;
    }
    return count;
  }

  /** How a partition that was added is. */
  healthOf(partition: Partition): PartitionHealth {
    const known = this.#changed.delete(partition) ? undefined : this.#shares[partition.index];
    return (known ?? this.#count(partition)).health;
  }

  /** Looks again at as many others, in turn. `partitions`: all of the topic's. */
  lookAgain(partitions: readonly (Partition | undefined)[], maxPartitions: number): void {
    for (let turn = Math.min(maxPartitions, partitions.length); turn > 0; turn--) {
      const partition = partitions[this.#next++ % partitions.length];
      if (partition) this.#count(partition);
    }
  }

  #count(partition: Partition): Share {
    const { topic, index } = partition;
    const status = partition.status();
    // What a partition holds is its leader's to tell, where each has a leader of its own.
    const tells = !topic.view.current.isShared || partition.part === "lead";
    const share: Share = {
      offsetCount: tells ? status.highWatermark - status.logStartOffset : 0,
      sizeBytes: status.sizeBytes,
      copyCount: status.replicas.length,
      health: healthOf(status, topic.settings.minInsyncReplicas),
    };
    const before = this.#shares[index];
    this.#shares[index] = share;
    if (before) this.#add(before, -1);
    else this.#partitionCount++;
    this.#add(share, 1);
    return share;
  }

  #add({ offsetCount, sizeBytes, copyCount, health }: Share, sign: 1 | -1): void {
    this.offsetCount += sign * offsetCount;
    this.sizeBytes += sign * sizeBytes;
    addTo(this.#copyCounts, copyCount, sign);
    addTo(this.#healthCounts, health, sign);
  }
}

function addTo<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
