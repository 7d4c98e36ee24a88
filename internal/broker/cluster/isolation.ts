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
 */
export class Isolation {
  readonly #path: IsolationPath;
  readonly #asking = new Set<number>();
  #answeredAtMs: number;
  #timer: Timer | null = null;

  constructor(path: IsolationPath) {
    this.#path = path;
    this.#answeredAtMs = path.cluster.clock.monotonicMs();
    this.#lookLater();
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
    const { clock, leaseMs, brokerId, metadata } = this.#path.cluster;
    const others = [...metadata.image.live.values()].filter(({ id }) => id !== brokerId);
    if (others.length === 0) this.#answeredAtMs = clock.monotonicMs();
    const silentMs = clock.monotonicMs() - this.#heardAtMs();
    if (silentMs > leaseMs * HEARD_SHARE) for (const other of others) this.#ask(other);
    this.#path.changed(silentMs > leaseMs * SILENT_LEASES);
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
      () => {
        this.#asking.delete(id);
        this.#answeredAtMs = clock.monotonicMs();
      },
      () => this.#asking.delete(id),
    );
  }
}
