import type { GroupCoordinator } from "../../coordination/api.ts";
import { type CoordinatorOptions, LocalGroupCoordinator } from "../../coordination/coordinator.ts";
import { coordinatedElsewhere } from "../../coordination/elsewhere.ts";
import type { GroupErrorCode } from "../../coordination/errors.ts";
import { OFFSETS_TOPIC, partitionOf } from "../../coordination/offsets-topic.ts";
import { StorageError } from "../../storage/errors.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { Partition } from "../topics/partition.ts";
import { routedGroups } from "./routed-groups.ts";

/** What the groups of a cluster are coordinated with. */
export interface ClusterGroupsPath {
  readonly events: EventLog;
  /** How many partitions the offsets topic has; 0 while there is none. */
  readonly partitionCount: () => number;
  /** Makes the topic; resolves with why that can't be done, null if it is there. */
  readonly makeTopic: () => Promise<GroupErrorCode | null>;
  readonly options: Omit<CoordinatorOptions, "offsetsTopic">;
}

/**
 * The groups of a cluster: who leads a partition of the offsets topic coordinates the groups that
 * are kept in it, from what its log tells.
 */
export class ClusterGroups {
  readonly current: GroupCoordinator;
  readonly #path: ClusterGroupsPath;
  readonly #elsewhere = coordinatedElsewhere();
  readonly #coordinators = new Map<number, LocalGroupCoordinator>();
  /** The logs whose groups are coordinated here, or will be when they are read. */
  readonly #led = new Map<number, PartitionLog>();

  constructor(path: ClusterGroupsPath) {
    this.#path = path;
    this.current = routedGroups({
      of: (groupId) => this.#of(groupId),
      all: () => this.#coordinators.values(),
      ready: async () => (path.partitionCount() > 0 ? null : path.makeTopic()),
    });
  }

  /** A partition is led from now on, or isn't any more. */
  ledChanged({ topic, index, log }: Partition, leads: boolean): void {
    if (topic.metadata.name !== OFFSETS_TOPIC) return;
    this.#coordinators.get(index)?.close();
    this.#coordinators.delete(index);
    this.#led.delete(index);
    if (!leads) return;
    this.#led.set(index, log);
    this.#open(index, log).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      const message = `groups of ${log.name} can't be coordinated: ${error.message}`;
      this.#path.events.add("error", "groups-not-read", { subject: log.name, message });
    });
  }

  /** A topic isn't there any more: its offsets go, too. */
  async topicDeleted(name: string): Promise<void> {
    await Promise.all([...this.#coordinators.values()].map((each) => each.topicDeleted(name)));
  }

  close(): void {
    for (const coordinator of this.#coordinators.values()) coordinator.close();
    this.#coordinators.clear();
    this.#led.clear();
  }

  async #open(index: number, log: PartitionLog): Promise<void> {
    const offsetsTopic = { logs: () => [log], create: async () => null };
    const opened = await LocalGroupCoordinator.open({ ...this.#path.options, offsetsTopic });
    if (this.#led.get(index) === log) this.#coordinators.set(index, opened);
    else opened.close();
  }

  #of(groupId: string): GroupCoordinator {
    const count = this.#path.partitionCount();
    const own = count > 0 ? this.#coordinators.get(partitionOf(groupId, count)) : undefined;
    return own ?? this.#elsewhere;
  }
}
