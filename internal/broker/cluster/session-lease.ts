import type { Clock, Timer } from "../../platform/clock.ts";
import { type Etcd, EtcdError } from "../../platform/etcd.ts";

/**
 * A broker believes in its lease for this share of its time, from the moment on at which it asked
 * for it. So clocks of broker and etcd may go at rates that differ by a tenth.
 */
const BELIEVED_SHARE = 0.9;
/** The lease is renewed so often in its time. */
const RENEWALS = 4;
const RETRY_MS = 200;

/** What a lease is held with. */
export interface SessionLeasePath {
  readonly clock: Clock;
  readonly etcd: Etcd;
  readonly ttlMs: number;
  /** Whether it is held may be otherwise now. */
  readonly changed: () => void;
  /** A renewal has failed, or one has come through after that. */
  readonly reached: (reached: boolean) => void;
  /** It has ended: keys that were bound to it are gone. */
  readonly lost: () => void;
}

/**
 * A broker's lease on its place in the cluster. Others may lead in its place when etcd says that
 * the lease has ended; before that time has come, this broker doesn't believe in it any more:
 *
 *     broker   asks ────────────── 0.9 ttl: acks nothing ──x
 *                 \                                         margin
 *     etcd         grants, renews ───────────────────── ttl: the lease ends, another may lead
 */
export class SessionLease {
  readonly #path: SessionLeasePath;
  #id = "";
  #ttlMs = 0;
  #believedUntilMs = Number.NEGATIVE_INFINITY;
  #renewal: Timer | null = null;
  #doubt: Timer | null = null;
  #isReached = true;
  #closed = false;

  constructor(path: SessionLeasePath) {
    this.#path = path;
  }

  /** It tells this life of the broker from others; empty while there is none. */
  get id(): string {
    return this.#id;
  }

  /** Whether nobody else can lead what this broker was given, as of now. */
  get isHeld(): boolean {
    return this.#path.clock.monotonicMs() < this.#believedUntilMs;
  }

  /** Gets a new lease, which is kept from now on. Rejects with `EtcdError`. */
  async obtain(): Promise<void> {
    const { clock, etcd, ttlMs } = this.#path;
    const askedAtMs = clock.monotonicMs();
    const lease = await etcd.grantLease(ttlMs);
    if (this.#closed) throw new EtcdError("refused", "no lease is wanted any more");
    this.#renewal?.cancel();
    this.#id = lease.id;
    this.#ttlMs = lease.ttlMs;
    this.#believe(askedAtMs);
    this.#renewLater(lease.ttlMs / RENEWALS);
  }

  /** Gives it back, so that nobody has to wait for its end. */
  async giveUp(): Promise<void> {
    const id = this.#id;
    this.#end();
    if (id !== "") await this.#path.etcd.revokeLease(id);
  }

  close(): void {
    this.#closed = true;
    this.#end();
  }

  #end(): void {
    this.#renewal?.cancel();
    this.#doubt?.cancel();
    this.#id = "";
    this.#believedUntilMs = Number.NEGATIVE_INFINITY;
    this.#path.changed();
  }

  #believe(askedAtMs: number): void {
    const { clock, changed } = this.#path;
    if (!this.isHeld) changed(); // what came meanwhile has found it ended
    this.#believedUntilMs = askedAtMs + this.#ttlMs * BELIEVED_SHARE;
    this.#doubt?.cancel();
    const leftMs = Math.max(0, this.#believedUntilMs - clock.monotonicMs());
    this.#doubt = clock.after(leftMs + 1, changed);
    changed();
  }

  #renewLater(delayMs: number): void {
    if (this.#closed) return;
    this.#renewal = this.#path.clock.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { clock, etcd, lost } = this.#path;
    const id = this.#id;
    const askedAtMs = clock.monotonicMs();
    try {
      await etcd.keepAlive(id, this.#ttlMs / RENEWALS);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      if (id !== this.#id || this.#closed) return;
      if (error.code === "no-lease") {
        this.#end();
        lost();
      } else {
        this.#tellReached(false);
        this.#renewLater(RETRY_MS);
      }
      return;
    }
    if (id !== this.#id || this.#closed) return;
    this.#believe(askedAtMs);
    this.#tellReached(true);
    this.#renewLater(this.#ttlMs / RENEWALS);
  }

  #tellReached(reached: boolean): void {
    if (reached === this.#isReached) return;
    this.#isReached = reached;
    this.#path.reached(reached);
  }
}
