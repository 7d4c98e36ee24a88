import type { PartitionState, Versioned } from "../../metadata/cluster/cluster-state.ts";
import { isWell } from "../../metadata/cluster/elect.ts";
import type { PartitionPlace } from "../../metadata/partition-names.ts";
import type { AgreedCopies } from "../../replication/lead-terms.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { LedLog } from "../../replication/led-log.ts";
import { NotCommitted } from "../../replication/not-committed.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { Partition } from "../topics/partition.ts";
import type { ClusterPath } from "./cluster-path.ts";
import type { Followings } from "./followings.ts";
import { IsrProposals, type LedPartition } from "./isr-proposals.ts";

/** Another broker leads a partition. */
interface Follow {
  readonly kind: "follow";
  readonly epoch: number;
  readonly leaderId: number;
}

/** What this broker has to do with a partition: in one epoch, that stays the same. */
type PartitionRole =
  | { readonly kind: "lead"; readonly epoch: number }
  | Follow
  | { readonly kind: "none" };

/** What this broker leads, also where the topic has been deleted and its log is still there. */
interface Lead extends LedPartition {
  readonly partition: Partition;
}

const NONE: PartitionRole = { kind: "none" };

/** What roles are taken up with. */
export interface RolesPath {
  readonly cluster: ClusterPath;
  readonly leader: ReplicationLeader;
  readonly followings: Followings;
  /** This broker's lease; empty while it has none. */
  readonly session: () => string;
  /** Whether the lease may have ended. */
  readonly isOutdated: () => boolean;
  /** A partition is led from now on, or isn't any more. */
  readonly ledChanged: (partition: Partition, leads: boolean) => void;
}

/** Leads and follows partitions as the cluster's image says. */
export class PartitionRoles {
  readonly #path: RolesPath;
  readonly #proposals: IsrProposals;
  readonly #roles = new Map<PartitionLog, PartitionRole>();
  readonly #led = new Map<PartitionLog, Lead>();
  #closed = false;

  constructor(path: RolesPath) {
    this.#path = path;
    const { clock, metadata } = path.cluster;
    this.#proposals = new IsrProposals({
      clock,
      metadata,
      isLed: ({ led }) => path.leader.led(led.log) === led,
      agreed: ({ led, state }) => path.leader.agreed(led, this.#copiesOf(state)),
    });
  }

  /** Whether something waits for this broker that another one could do: to lead, or to copy. */
  get canHandOver(): boolean {
    const { brokerId, metadata } = this.#path.cluster;
    const { live } = metadata.image;
    const isOther = (id: number) => id !== brokerId && isWell(live.get(id));
    for (const { state } of metadata.image.partitions()) {
      if (state.isr.includes(brokerId) && state.isr.some(isOther)) return true;
    }
    return false;
  }

  /** The lease is another, or none: what was led with the one before ends at once. */
  sessionChanged(): void {
    for (const { partition } of [...this.#led.values()]) this.#look(partition);
    this.#path.leader.reviewFence(); // not before: the new lease isn't that of what was led
  }

  /** Who is there, and is well, may be others. */
  brokersChanged(): void {
    for (const led of this.#led.values()) this.#proposals.propose(led);
  }

  /** A partition's leader may want another ISR. */
  wanted(led: LedLog): void {
    const partition = this.#led.get(led.log);
    if (partition?.led === led) this.#proposals.propose(partition);
  }

  /** A log has been opened: until more is known, nobody writes to it, and nothing is committed. */
  opened(log: PartitionLog): void {
    log.commitRule = () => log.highWatermark;
    log.commits.refuse(new NotCommitted("not-leader", `${log.name}: another broker leads it`));
  }

  /** A log is no more. */
  forget(log: PartitionLog): void {
    this.#path.followings.forget(log);
    this.#path.leader.forget(log);
    this.#led.delete(log);
    this.#roles.delete(log);
  }

  /**
   * Takes up the roles that these partitions have now. What was before ends at once; the new role
   * begins when all that was written in the old one is durable, so that nobody adds to a log behind
   * the back of who tells others how it ends.
   */
  async take(names: readonly PartitionPlace[]): Promise<void> {
    const changing = new Set<Partition>();
    const left = new Set<Partition>();
    for (const name of names) {
      const partition = this.#partitionOf(name);
      if (!partition) continue;
      if (this.#look(partition)) changing.add(partition);
      if (this.#hasLeft(partition)) left.add(partition);
    }
    if (changing.size + left.size === 0) return;
    await this.#path.followings.settled();
    await this.#path.cluster.store.durable();
    if (this.#closed) return;
    const ledBefore = this.#led.size;
    for (const partition of changing) if (!partition.removed) this.#begin(partition);
    const more = this.#led.size - ledBefore;
    if (more > 0) this.#path.cluster.log.info("leading", { more, partitions: this.#led.size });
    for (const partition of left) if (this.#hasLeft(partition)) await this.#remove(partition);
  }

  close(): void {
    this.#closed = true;
    this.#proposals.close();
  }

  #partitionOf({ topicId, index }: PartitionPlace): Partition | undefined {
    const { metadata, topics } = this.#path.cluster;
    const topic = metadata.topicById(topicId);
    const known = topic && topics.get(topic.name);
    if (!topic || known?.metadata.id !== topicId) return undefined;
    const { brokerId } = this.#path.cluster;
    const isOurs = metadata.image.partition(topicId, index)?.replicas.includes(brokerId);
    return isOurs ? topics.partition(topic.name, index) : known.used(index);
  }

  /** Whether something is here of a partition that only others are to keep. */
  #hasLeft({ log, place: { topicId, index } }: Partition): boolean {
    const { brokerId, metadata } = this.#path.cluster;
    const state = metadata.image.partition(topicId, index);
    if (!state || state.replicas.includes(brokerId)) return false;
    // Records of a later epoch than etcd knows of say that etcd isn't to be believed.
    return log.recorded && log.epochs.last <= state.epoch;
  }

  async #remove(partition: Partition): Promise<void> {
    const { log, events, topics } = this.#path.cluster;
    const { name } = partition.log;
    this.forget(partition.log);
    try {
      await topics.removeCopy(partition);
      const message = `${name} was moved to other brokers, and deleted here`;
      events.add("info", "copy-removed", { subject: name, message });
    } catch (error) {
      // It is tried again when the partition changes, and at the next start.
      log.error("copy-not-removed", { log: name, message: String(error) });
    }
  }

  /** Ends a role that isn't the right one any more; returns whether another has to begin. */
  #look(partition: Partition): boolean {
    const { log, place } = partition;
    const known = this.#roles.get(log) ?? NONE;
    const wanted = this.#roleOf(place);
    if (isSame(known, wanted)) {
      const led = this.#led.get(log);
      if (led) this.#proposals.told(led);
      return false;
    }
    this.#roles.set(log, NONE);
    if (known.kind === "follow") this.#path.followings.forget(log);
    if (known.kind === "lead") {
      this.#led.delete(log);
      this.#path.leader.resign(log, "another broker leads it");
      this.#path.ledChanged(partition, false);
    }
    this.opened(log);
    partition.changed();
    return wanted.kind !== "none";
  }

  #begin(partition: Partition): void {
    const { log, place } = partition;
    const role = this.#roleOf(place);
    if (role.kind === "none" || this.#roles.get(log)?.kind !== "none") return;
    if (log.epochs.last > role.epoch) {
      this.#noteOutdated(partition, role.epoch);
      return;
    }
    this.#roles.set(log, role);
    if (role.kind === "lead") this.#lead(partition, role.epoch);
    else this.#follow(log, role);
    partition.changed();
  }

  #lead(partition: Partition, epoch: number): void {
    const { cluster, leader, ledChanged } = this.#path;
    const { log, place } = partition;
    const state = cluster.metadata.image.partition(place.topicId, place.index);
    if (!state) return;
    const led = leader.lead(log, { epoch, copies: this.#copiesOf(state) });
    const lead = { ...place, led, state, partition };
    this.#led.set(log, lead);
    ledChanged(partition, true);
    this.#proposals.propose(lead);
  }

  #follow(log: PartitionLog, { epoch, leaderId }: Follow): void {
    const { followings } = this.#path;
    log.leaderEpoch = epoch;
    log.commitRule = (durable) =>
      Math.min(durable, followings.of(log)?.toldHighWatermark(log) ?? -1);
    followings.follow(log, leaderId);
  }

  #roleOf({ topicId, index }: PartitionPlace): PartitionRole {
    const { brokerId, metadata } = this.#path.cluster;
    const state = metadata.image.partition(topicId, index);
    if (!state?.replicas.includes(brokerId) || state.leader < 0) return NONE;
    const { leader: leaderId, epoch } = state;
    if (leaderId !== brokerId) return { kind: "follow", epoch, leaderId };
    // What another life of this broker was given is no longer this one's.
    return state.session === this.#path.session() ? { kind: "lead", epoch } : NONE;
  }

  #copiesOf({ replicas, adding, isr }: Versioned<PartitionState>): AgreedCopies {
    const { isOutdated, cluster, leader } = this.#path;
    const { live } = cluster.metadata.image;
    // Who isn't connected may have lost its disk since it has said what it has.
    const mayJoin = (id: number) => isWell(live.get(id)) && leader.follower(id)?.connected === true;
    return { replicas, adding, isr, authority: { mayJoin, isOutdated } };
  }

  #noteOutdated({ log }: Partition, epoch: number): void {
    const what = `has records of epoch ${log.epochs.last}, and etcd knows only of ${epoch}`;
    const message = `${log.name} ${what}: etcd's state is older than this broker's`;
    this.#path.cluster.events.add("error", "etcd-outdated", { subject: log.name, message });
  }
}

function isSame(one: PartitionRole, other: PartitionRole): boolean {
  if (one.kind !== other.kind || one.kind === "none" || other.kind === "none") {
    return one.kind === other.kind;
  }
  if (one.epoch !== other.epoch) return false;
  return one.kind === "lead" || (other.kind === "follow" && one.leaderId === other.leaderId);
}
