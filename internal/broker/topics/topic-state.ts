import type { TopicMetadata } from "../../metadata/metadata-store.ts";
import { logNameOf } from "../../metadata/partition-names.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionStatus, Topic } from "../api.ts";
import { isInternal } from "../groups/groups-topic.ts";
import type { CurrentView } from "../membership/partitions-view.ts";
import { Traffic } from "../observability/traffic.ts";
import { type TopicSettings, topicSettings } from "../settings/topic-settings.ts";
import type { Changes } from "./changes.ts";
import { Partition, unusedPartition } from "./partition.ts";
import { TopicTotals } from "./topic-totals.ts";

/** A topic and those of its partitions that someone has asked for: the others cost nothing. */
export class TopicState {
  metadata: TopicMetadata;
  settings: TopicSettings;
  readonly traffic = new Traffic();
  /** Who has its partitions. */
  readonly view: CurrentView;
  /** Who is told when a partition changes. */
  readonly changes: Changes;
  /** Its used partitions taken together, as they were at the last look. */
  readonly totals = new TopicTotals();
  readonly #partitions: (Partition | undefined)[] = [];

  constructor(
    metadata: TopicMetadata,
    brokerConfig: ReadonlyMap<string, string>,
    changes: Changes,
    view: CurrentView,
  ) {
    this.view = view;
    this.changes = changes;
    this.metadata = metadata;
    this.settings = topicSettings(metadata.config, brokerConfig);
  }

  /** Partition `index`, or undefined if the topic has none of that number. */
  partition(index: number, store: LogStore): Partition | undefined {
    const known = this.#partitions[index];
    if (known || !(index >= 0 && index < this.metadata.partitionCount)) return known;
    const { name: topic, id } = this.metadata;
    const logName = logNameOf({ topic, partition: index });
    const log = store.openLog(logName, id, this.settings);
    // A follower that waits for the log may ask for it as soon as it is open.
    const asked = this.#partitions[index];
    if (asked) return asked;
    const partition = new Partition(this, index, log);
    this.#partitions[index] = partition;
    this.totals.added(partition);
    return partition;
  }

  /** Partition `index` if someone has asked for it. */
  used(index: number): Partition | undefined {
    return this.#partitions[index];
  }

  /** A partition's log was removed: it is used no more, until someone asks for it again. */
  forget(partition: Partition): void {
    this.#partitions[partition.index] = undefined;
    this.totals.removed(partition);
  }

  /** How partition `index` is, without making it; undefined if there is none of that number. */
  status(index: number): PartitionStatus | undefined {
    const used = this.#partitions[index];
    if (used) return used.status();
    const isThere = index >= 0 && index < this.metadata.partitionCount;
    return isThere ? unusedPartition(this, index) : undefined;
  }

  /** The partitions that have been asked for so far. */
  *partitions(): Generator<Partition> {
    for (const partition of this.#partitions) if (partition) yield partition;
  }

  /** Puts changed metadata in place: more partitions, other settings. */
  update(metadata: TopicMetadata, brokerConfig: ReadonlyMap<string, string>): void {
    this.metadata = metadata;
    this.settings = topicSettings(metadata.config, brokerConfig);
    for (const partition of this.partitions()) {
      partition.log.config = this.settings;
      this.totals.changed(partition);
    }
  }

  /** A partition has something new. */
  partitionChanged(partition: Partition): void {
    if (this.#partitions[partition.index] !== partition) return; // it is on its way out
    this.totals.changed(partition);
    this.changes.partitionChanged(partition);
  }

  /**
   * Brings the totals up to date: looks at partitions that have changed, at most so many, and at
   * `again` others in turn. Returns how many of the first there were.
   */
  look(maxPartitions: number, again: number): number {
    this.totals.lookAgain(this.#partitions, again);
    return this.totals.look(maxPartitions);
  }

  /** The topic as doors see it. */
  describe(): Topic {
    const { name, id, partitionCount, config } = this.metadata;
    return { name, id, partitionCount, config, internal: isInternal(name) };
  }
}
