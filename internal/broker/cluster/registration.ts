import { liveValue } from "../../metadata/cluster/cluster-keys.ts";
import type { LiveBroker } from "../../metadata/cluster/cluster-state.ts";
import { EtcdError, onlyIfEtcd } from "../../platform/etcd.ts";
import type { ClusterPath } from "./cluster-path.ts";
import { RepeatedWork } from "./repeated-work.ts";
import { SessionLease } from "./session-lease.ts";

const RETRY_MS = 200;

/** What a broker finds out of itself, and says. */
export type SelfReport = Pick<LiveBroker, "isDeaf" | "isCutOff" | "hasFailed">;

/** What a broker says of itself, and by what it does. */
export type RegistrationPath = Omit<
  ClusterPath,
  "store" | "topics" | "links" | "brokerConfig" | "lagTimeMaxMs" | "saveRevision"
>;

/** This broker among those that are there: a key that ends with its lease. */
export class Registration {
  readonly #path: RegistrationPath;
  readonly #lease: SessionLease;
  /** Puts what this broker says of itself where others can read it. */
  readonly #saying: RepeatedWork;
  readonly #changed: () => void;
  #isServing = false;
  #isStopping = false;
  #report: SelfReport = { isDeaf: false, isCutOff: false, hasFailed: false };
  /** How often others wanted to know that this one is there, and up to which time they do. */
  #askedCount = 0;
  #answeredCount = 0;
  #isEntering = false;
  #isEnded = false;

  /** `changed`: the lease holds, or doesn't any more, or is another. */
  constructor(path: RegistrationPath, changed: () => void) {
    const { clock, etcd, leaseMs } = path;
    this.#path = path;
    this.#changed = changed;
    path.metadata.watch.onOutdated = (why) => this.#giveUp(why);
    this.#lease = new SessionLease({
      clock,
      etcd,
      ttlMs: leaseMs,
      changed,
      reached: (reached) => this.#noteReached(reached),
      lost: () => this.#lost(),
    });
    this.#saying = new RepeatedWork({
      clock,
      retryMs: RETRY_MS,
      work: () => this.#say(),
      failed: onlyIfEtcd,
    });
  }

  /** The lease with which this broker is there; empty while it isn't. */
  get session(): string {
    const { metadata, brokerId } = this.#path;
    const isThere = metadata.image.live.get(brokerId)?.session === this.#lease.id;
    return isThere ? this.#lease.id : "";
  }

  get isHeld(): boolean {
    return this.#lease.isHeld;
  }

  /** Others can reach this broker from now on; resolves when they can know it. */
  async serve(): Promise<void> {
    this.#isServing = true;
    await this.#enter();
  }

  /** Has it known that leaderships have to go to others. */
  announceStop(): void {
    this.#isStopping = true;
    this.#saying.ask();
  }

  /** Has it known how this broker is. */
  announce(report: SelfReport): void {
    if (isSame(report, this.#report)) return;
    this.#report = report;
    this.#saying.ask();
  }

  /** Says once more that it is there, to one that learns it by nothing else. */
  answer(): void {
    this.#askedCount++;
    this.#saying.ask();
  }

  /** What is known of this broker may be what it has taken back since. */
  brokersChanged(): void {
    this.#saying.ask();
  }

  /** Leaves the lease as it is, and never believes in any again. */
  #giveUp({ message }: EtcdError): void {
    this.#path.events.add("error", "etcd-outdated", { subject: "", message });
    this.#isEnded = true;
    this.#lease.close();
  }

  /** Gives the lease back. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#saying.close();
    await this.#lease.giveUp().catch(onlyIfEtcd);
    this.#lease.close();
  }

  async #enter(): Promise<void> {
    if (this.#isEntering) return;
    this.#isEntering = true;
    while (!this.#isEnded && this.#isServing) {
      try {
        if (await this.#tryEnter()) break;
      } catch (error) {
        onlyIfEtcd(error);
        this.#path.log.warn("not-in-cluster", { message: error.message });
      }
      await new Promise<void>((resolve) => this.#path.clock.after(RETRY_MS, resolve));
    }
    this.#isEntering = false;
    this.#saying.ask(); // it may be otherwise by now
    this.#changed();
  }

  /** Whether this broker is there now; another try may be needed. */
  async #tryEnter(): Promise<boolean> {
    const { metadata, brokerId, diskId, etcd } = this.#path;
    await metadata.watch.read();
    const { image } = metadata;
    if (image.disks.get(brokerId) !== diskId) {
      throw new EtcdError("refused", `broker ${brokerId} has another data directory by now`);
    }
    // An earlier life of this broker: its data directory is in use here.
    const before = image.live.get(brokerId);
    if (before && before.session !== this.#lease.id) await etcd.revokeLease(before.session);
    if (!this.#lease.isHeld) await this.#lease.obtain();
    const { id } = this.#lease;
    return (await this.#put()) && id === this.#lease.id; // it may have ended before that was known
  }

  /** Until the others know of this broker what it says of itself; who enters says it, too. */
  async #say(): Promise<void> {
    const { metadata, brokerId } = this.#path;
    const known = this.session === "" ? undefined : metadata.image.live.get(brokerId);
    if (!known) return;
    const isSaid = isSame(known, this.#report) && known.isStopping === this.#isStopping;
    const askedCount = this.#askedCount;
    if (isSaid && askedCount === this.#answeredCount) return;
    if (await this.#put()) this.#answeredCount = askedCount;
    this.#saying.ask();
  }

  async #put(): Promise<boolean> {
    const { metadata, brokerId: id, advertised, rack } = this.#path;
    const key = metadata.keys.live(id);
    const { host, port } = advertised;
    const isStopping = this.#isStopping;
    const value = liveValue({ host, port, rack, isStopping, ...this.#report });
    const condition = { key, revision: metadata.image.revisionOf(key) };
    const leaseId = this.#lease.id;
    const { done } = await metadata.commit([condition], [{ kind: "put", key, value, leaseId }]);
    return done;
  }

  #lost(): void {
    const message = "the lease on this broker's place in the cluster has ended: others lead now";
    this.#path.events.add("warning", "lease-lost", { subject: "", message });
    void this.#enter();
  }

  #noteReached(reached: boolean): void {
    const { events, metadata } = this.#path;
    if (reached) {
      events.add("info", "etcd-back", { subject: "", message: "etcd answers again" });
      metadata.watch.readAgain(); // a watch may have lost its connection, and etcd what it had
      return;
    }
    const message = "etcd doesn't answer: nothing can be decided until it does";
    events.add("warning", "etcd-away", { subject: "", message });
  }
}

function isSame(one: SelfReport, other: SelfReport): boolean {
  const isHearing = one.isDeaf === other.isDeaf && one.isCutOff === other.isCutOff;
  return isHearing && one.hasFailed === other.hasFailed;
}
