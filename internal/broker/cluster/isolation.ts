import type { LiveBroker } from "../../metadata/cluster/cluster-state.ts";
import type { Timer } from "../../platform/clock.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { ClusterPath } from "./cluster-path.ts";
import type { Followings } from "./followings.ts";
import type { Registration } from "./registration.ts";

/** So often in a lease's time it is looked who was heard. */
const LOOKS = 8;
/** Who was heard within this share of a lease's time needn't be asked. */
const HEARD_SHARE = 0.5;
/** Who has heard nobody for this share of a lease's time asks, through etcd, who is there. */
const DEAF_SHARE = 0.75;
/**
 * After so many times a lease this broker is cut off, whoever has answered. The leases of brokers
 * that have died ended before: it isn't that nobody was left to be heard.
 */
const SILENT_LEASES = 1.5;
/**
 * A broker whose lease may have ended waits for this share of a lease's time before it takes
 * another one's word: leases that can't be renewed end one after the other.
 */
const DOUBT_SHARE = 0.25;

/** What a broker finds out by whether it is cut off. */
export interface IsolationPath {
  readonly cluster: ClusterPath;
  /** Those with whom there are sessions: who copies from this broker, and who is copied. */
  readonly leader: ReplicationLeader;
  readonly followings: Followings;
  readonly registration: Registration;
}

/**
 * Whether a broker is cut off from the others while etcd still hears it: nobody can copy what it
 * leads then, and what others lead waits for its copies. It finds that out by itself, and says so:
 * where nobody was heard lately, it asks all who are there; where none answers, it puts a question
 * into etcd. Brokers that have died don't answer there, either:
 *
 *     heard last ── 0.5 lease: asks each ── 0.75: deaf, asks through etcd ── all are there: cut off
 *
 * And whether a broker that etcd doesn't hear is alone with that: then others know who leads by
 * now, and clients had better ask them.
 */
export class Isolation {
  readonly #path: IsolationPath;
  readonly #asking = new Set<number>();
  /** Those whose question in etcd was answered. */
  #deaf: ReadonlySet<number> = new Set();
  /** Since which revision of etcd this broker's own question is there; 0: there is none. */
  #askedAtRevision = 0;
  #answeredAtMs: number;
  /** Since when this broker's lease may have ended; null: it holds. */
  #doubtfulSinceMs: number | null = null;
  /** When another one has said that its lease holds, while this one's didn't. */
  #outdoneAtMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;

  constructor(path: IsolationPath) {
    this.#path = path;
    this.#answeredAtMs = path.cluster.clock.monotonicMs();
    this.#lookLater();
  }

  /** Whether others may know who leads, and this broker can't. */
  get knowsLess(): boolean {
    if (!this.#isInDoubt) return false;
    const { clock, leaseMs } = this.#path.cluster;
    const lateMs = clock.monotonicMs() - leaseMs * HEARD_SHARE;
    return this.#outdoneAtMs > lateMs || (this.#others().length > 0 && this.#heardAtMs() < lateMs);
  }

  /** Brokers came, went, or said something of themselves. */
  brokersChanged(): void {
    const { brokerId, metadata } = this.#path.cluster;
    const { image, keys } = metadata;
    const deaf = this.#others().filter(({ isDeaf }) => isDeaf);
    if (deaf.some(({ id }) => !this.#deaf.has(id))) this.#path.registration.answer();
    this.#deaf = new Set(deaf.map(({ id }) => id));
    if (!image.live.get(brokerId)?.isDeaf) this.#askedAtRevision = 0;
    else this.#askedAtRevision ||= image.revisionOf(keys.live(brokerId));
    if (this.#askedAtRevision > 0) this.#tell();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #lookLater(): void {
    const { clock, leaseMs } = this.#path.cluster;
    this.#timer = clock.after(leaseMs / LOOKS, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { clock, leaseMs } = this.#path.cluster;
    const others = this.#others();
    if (this.#path.leader.isFenced) this.#doubtfulSinceMs ??= clock.monotonicMs();
    else this.#doubtfulSinceMs = null;
    const silentMs = clock.monotonicMs() - this.#heardAtMs();
    const asks = silentMs > leaseMs * HEARD_SHARE || this.#isInDoubt;
    if (asks) for (const other of others) this.#ask(other);
    this.#tell();
  }

  /** Says how this broker hears the others, and whether it can do anything for them. */
  #tell(): void {
    const { clock, leaseMs, store } = this.#path.cluster;
    if (this.#others().length === 0) this.#answeredAtMs = clock.monotonicMs();
    const silentMs = clock.monotonicMs() - this.#heardAtMs();
    const isDeaf = silentMs > leaseMs * DEAF_SHARE;
    const isCutOff = silentMs > leaseMs * SILENT_LEASES || (isDeaf && this.#areAllThere);
    const hasFailed = store.refusal?.code === "failed";
    this.#path.registration.announce({ isDeaf, isCutOff, hasFailed });
  }

  /** Whether all others have put their keys since this broker asked for it. */
  get #areAllThere(): boolean {
    const { image, keys } = this.#path.cluster.metadata;
    const revisionOf = (id: number) => image.revisionOf(keys.live(id));
    return (
      this.#askedAtRevision > 0 &&
      this.#others().every(({ id }) => revisionOf(id) > this.#askedAtRevision)
    );
  }

  get #isInDoubt(): boolean {
    const { clock, leaseMs } = this.#path.cluster;
    if (this.#doubtfulSinceMs === null || !this.#path.leader.isFenced) return false;
    return clock.monotonicMs() - this.#doubtfulSinceMs >= leaseMs * DOUBT_SHARE;
  }

  #others(): LiveBroker[] {
    const { brokerId, metadata } = this.#path.cluster;
    return [...metadata.image.live.values()].filter(({ id }) => id !== brokerId);
  }

  /** When any of the others was heard last. */
  #heardAtMs(): number {
    const { leader, followings } = this.#path;
    const followers = Array.from(leader.followers, ({ heardAtMs }) => heardAtMs ?? 0);
    return Math.max(this.#answeredAtMs, ...followings.heardAtMs(), ...followers);
  }

  #ask({ id, host, port }: LiveBroker): void {
    if (this.#asking.has(id)) return;
    this.#asking.add(id);
    const { links, clock } = this.#path.cluster;
    links.ask({ host, port }).then(
      ({ fenced }) => {
        this.#asking.delete(id);
        this.#answeredAtMs = clock.monotonicMs();
        if (!fenced && this.#isInDoubt) this.#outdoneAtMs = this.#answeredAtMs;
      },
      () => this.#asking.delete(id),
    );
  }
}
