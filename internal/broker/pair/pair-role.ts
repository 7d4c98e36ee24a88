import { alone } from "../../replication/lead-terms.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { BrokerError } from "../errors.ts";
import type { Following } from "../membership/following.ts";
import type { PeerAddress } from "../membership/links.ts";
import type { Announcement, PairAdmin, PromotionReport } from "../membership/pair-admin.ts";
import type { Role } from "../membership/replication-api.ts";
import { lossReport } from "../membership/replication-status.ts";
import type { EventKind } from "../observability/event-kinds.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import { checkMayPromote, leadsAlready, notLeader } from "../refusals.ts";
import { inBrokersWords } from "../storage-errors.ts";
import { type HandOver, handOver } from "./hand-over.ts";
import { makeFollowing } from "./make-following.ts";
import { makeLeader } from "./make-leader.ts";
import type { PairPath } from "./pair-path.ts";
import { addressOf, announceLater, askOthers, brokersOf, newerLeadership } from "./peers.ts";
import { copyLog, rereadMetadata, rereadMetadataIfPossible, takeTopics } from "./take-copies.ts";
import { hasLedLast, lastLeadership, leadAll, nextEpoch, writeLeadership } from "./take-lead.ts";

/**
 * Which of a pair a broker is, and how that changes: it leads every log, or it follows the one that
 * does. The epoch of the leadership decides between two that both believe to lead: whoever learns
 * of a higher one follows.
 */
export class PairRole implements PairAdmin {
  readonly #path: PairPath;
  #leader: ReplicationLeader | null = null;
  #following: Following | null = null;
  #leaderId = -1;
  #epoch = 0;
  /** The highest that was announced here: who leads with a lower one acks nothing since then. */
  #announcedEpoch = 0;
  #address: PeerAddress | null;
  /** One change of the role at a time. */
  readonly #changing = new OneAtATime();
  #handOver: HandOver | null = null;
  #serving = false;
  #closed = false;

  constructor(path: PairPath) {
    this.#path = path;
    this.#address = path.slaveOf;
  }

  get name(): Role {
    return this.#leader ? "master" : "slave";
  }

  /** Who leads; -1 while that isn't known. */
  get leaderId(): number {
    return this.#leaderId;
  }

  /** The highest leadership that is known. */
  get leaderEpoch(): number {
    return this.#epoch;
  }

  /** The logs as their leader sees them; null on a slave. */
  get leader(): ReplicationLeader | null {
    return this.#leader;
  }

  /** What the logs are copied by; null on a master. */
  get following(): Following | null {
    return this.#following;
  }

  /** Why nothing is written here now. */
  get refusal(): BrokerError | null {
    return this.#leader && !this.#handOver ? null : notLeader(this.#leaderId, this.name);
  }

  /** Takes up the role that the metadata says, or that another broker knows better. */
  async start(): Promise<void> {
    const { brokerId, slaveOf } = this.#path;
    this.#path.store.opened = (log) => this.#adopt(log);
    const leadership = lastLeadership(this.#path);
    this.#epoch = leadership?.epoch ?? 0;
    this.#leaderId = leadership?.brokerId ?? (slaveOf ? -1 : brokerId);
    const others = slaveOf ? [] : await askOthers(this.#path);
    const newer = newerLeadership(this.#path, others, this.#epoch);
    if (newer) await this.#learn(newer);
    else if (!slaveOf && this.#leaderId === brokerId) {
      // A start is a new leadership: what was not synced before may have gone, and others have it.
      await this.#lead(this.#epoch + (leadership ? 1 : 0), false);
    } else await this.#follow();
  }

  /** This broker can be reached from now on: others may be told of it. */
  serve(): void {
    this.#serving = true;
    this.#following?.start();
    if (this.#leader) this.#announce(this.#leader);
  }

  /** Where the one that leads is taken to be now. */
  leaderAddress(): PeerAddress {
    return this.#address ?? addressOf(this.#path, this.#leaderId);
  }

  async announced(announcement: Announcement): Promise<void> {
    const { epoch, clusterId } = announcement;
    if (clusterId !== this.#path.metadata.clusterId) return;
    this.#announcedEpoch = Math.max(this.#announcedEpoch, epoch);
    this.#leader?.reviewFence(); // what this broker is at may take long
    await this.#changing.run(async () => {
      // Only now: this broker may have been promoted while the announcement waited.
      if (epoch > this.#epoch) await this.#learn(announcement);
    });
  }

  promotionReport(): PromotionReport {
    const { leaderId, leaderEpoch: epoch } = this;
    return { leaderId, epoch, ...lossReport(this.#path, this.#following) };
  }

  promote(): Promise<PromotionReport> {
    const promoted = this.#changing.run(async () => {
      checkMayPromote(this.#path, this.name);
      return this.#leadInstead(true);
    });
    return inBrokersWords(promoted);
  }

  switchOver(): Promise<Announcement> {
    const switched = this.#changing.run(async () => {
      const leader = this.#leader;
      if (!leader) throw notLeader(this.#leaderId, this.name);
      try {
        const handed = await handOver(this.#path, leader, brokersOf(this.#path), (begun) => {
          this.#handOver = begun;
        });
        await this.#learn(handed);
        return handed;
      } finally {
        this.#handOver = null;
      }
    });
    return inBrokersWords(switched);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#following?.stop().catch(() => {});
    this.#leader?.stop("the broker is shutting down");
  }

  #adopt(log: PartitionLog): void {
    if (this.#leader) this.#leader.lead(log, alone(this.#epoch));
    else copyLog(log, () => this.#following);
  }

  /** Leads from now on, with this epoch; after a promotion nobody else is known to be in sync. */
  async #lead(epoch: number, promoted: boolean): Promise<void> {
    if (this.#path.metadata.leadership || promoted) await writeLeadership(this.#path, epoch);
    const isOutdated = () => this.#announcedEpoch > epoch;
    if (isOutdated()) throw leadsAlready(this.#announcedEpoch);
    this.#epoch = epoch;
    this.#leaderId = this.#path.brokerId;
    const leader = makeLeader(this.#path, epoch, isOutdated);
    this.#leader = leader;
    leadAll(this.#path, leader, epoch, promoted);
    await this.#path.roleChanged("master");
    if (!this.#serving) return;
    this.#note("warning", "promoted", `this broker is the master, epoch ${epoch}`);
    this.#announce(leader);
  }

  /** Ceases to follow, and leads. Resolves with what that may have lost. */
  async #leadInstead(promoted: boolean): Promise<PromotionReport> {
    try {
      await this.#following?.stop();
      await rereadMetadata(this.#path);
      const report = this.promotionReport(); // of what was under way, too
      this.#following = null;
      await this.#lead(nextEpoch(this.#path, this, promoted), promoted);
      return report;
    } catch (error) {
      if (!this.#leader) await this.#follow();
      throw error;
    }
  }

  async #follow(): Promise<void> {
    await this.#path.roleChanged("slave");
    await takeTopics(this.#path);
    this.#following = makeFollowing(this.#path, {
      address: () => this.leaderAddress(),
      epoch: () => this.#epoch,
      opened: ({ leaderId, epoch }) => {
        this.#leaderId = leaderId;
        this.#epoch = Math.max(this.#epoch, epoch);
        this.#note("info", "following", `this broker follows broker ${leaderId}, epoch ${epoch}`);
      },
      lost: () => this.#note("warning", "master-lost", `broker ${this.#leaderId} isn't heard`),
      unreachable: () => void this.#askAround().catch(() => {}), // it will ask again
    });
    for (const one of this.#path.store.logs.values()) this.#adopt(one);
    if (this.#serving && !this.#closed) this.#following.start();
  }

  /** Someone leads with a higher epoch: this broker takes no more writes, and follows. */
  async #learn({ leader, epoch }: Announcement): Promise<void> {
    this.#epoch = epoch;
    this.#leaderId = leader.id;
    this.#address = leader;
    if (this.#leader) {
      this.#note("warning", "fenced", `broker ${leader.id} leads with epoch ${epoch}`);
      const fenced = this.#leader;
      this.#leader = null;
      fenced.stop(`broker ${leader.id} leads with epoch ${epoch}`);
      await this.#path.saveFollowed({ brokerId: leader.id, epoch, ...leader }).catch(() => {});
      await rereadMetadataIfPossible(this.#path);
    }
    if (this.#following) this.#following.restart();
    else await this.#follow();
  }

  /**
   * A slave that finds no leader asks the others who leads. It may be itself: a master that was
   * started as a slave leads on when the others answer, and know of nobody else.
   */
  async #askAround(): Promise<void> {
    const others = await askOthers(this.#path);
    const newer = newerLeadership(this.#path, others, this.#epoch);
    if (newer && !this.#closed) await this.announced(newer);
    if (newer || others.length === 0) return;
    await this.#changing.run(async () => {
      const isOurs = hasLedLast(this.#path, this.#epoch);
      if (isOurs && !this.#leader && !this.#closed) await this.#leadInstead(false);
    });
  }

  /** Tells the others who leads, until they follow. */
  #announce(leader: ReplicationLeader): void {
    const isLeading = () => this.#leader === leader && !this.#closed;
    announceLater(this.#path, 0, this.#epoch, () => (isLeading() ? leader : null));
  }

  #note(severity: "info" | "warning", kind: EventKind, message: string): void {
    this.#path.events.add(severity, kind, { subject: "", message });
  }
}
