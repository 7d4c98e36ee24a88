import type { LiveBroker } from "../../metadata/cluster/cluster-state.ts";
import type { Timer } from "../../platform/clock.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { ClusterPath } from "./cluster-path.ts";
import type { Followings } from "./followings.ts";

/** So often in a lease's time it is looked who was heard. */
const LOOKS = 8;
/** Who was heard within this share of a lease's time needn't be asked. */
const HEARD_SHARE = 0.5;
/**
 * After so many times a lease this broker is cut off. The leases of brokers that have died ended
 * before: it isn't that nobody was left to be heard.
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
  /** This broker hears none of the others any more, or does again. */
  readonly changed: (isCutOff: boolean) => void;
}

/**
 * Whether a broker is cut off from the others while etcd still hears it: nobody can copy what it
 * leads then, and what others lead waits for its copies. It finds that out by itself, and says so:
 * where nobody was heard lately, it asks all who are there.
 *
 * And whether a broker that etcd doesn't hear is alone with that: then others know who leads by
 * now, and clients had better ask them.
 */
export class Isolation {
  readonly #path: IsolationPath;
  readonly #asking = new Set<number>();
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
    if (others.length === 0) this.#answeredAtMs = clock.monotonicMs();
    const silentMs = clock.monotonicMs() - this.#heardAtMs();
    const asks = silentMs > leaseMs * HEARD_SHARE || this.#isInDoubt;
    if (asks) for (const other of others) this.#ask(other);
    this.#path.changed(silentMs > leaseMs * SILENT_LEASES);
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
