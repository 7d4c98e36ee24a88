import type { Clock, Timer } from "../platform/clock.ts";
import type { DamagedRange } from "../storage/damaged-range.ts";
import { StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { DegradedTime } from "./degraded-time.ts";
import { type FollowerChange, FollowerNews } from "./follower-news.ts";
import { FollowerSession } from "./leader-session.ts";
import { LedLog } from "./led-log.ts";
import type { LeaderOutlet, ReplicationMode } from "./messages.ts";
import { type CopyRules, PartitionCopies } from "./partition-copies.ts";

/** How often copies are looked through, at the most. */
const SWEEP_MS = 1000;

/** What a log asks of its copies. */
export interface LogRules extends CopyRules {
  readonly mode: ReplicationMode;
}

/** A broker that follows this one. */
export interface Follower {
  readonly brokerId: number;
  readonly mode: ReplicationMode;
  /** When it was heard the last time, on the clock that only goes forward; null: never. */
  readonly heardAtMs: number | null;
  readonly connected: boolean;
}

interface KnownFollower extends Follower {
  mode: ReplicationMode;
  heardAtMs: number | null;
  connected: boolean;
  session: FollowerSession | null;
  /** It hasn't been heard for so long that it has fallen out of every ISR. */
  lost: boolean;
  /** Where it is to be in sync, and isn't. */
  readonly missingIn: Set<LedLog>;
}

/** What a leader stands on. */
export interface LeaderPath {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly brokerId: number;
  readonly epoch: number;
  readonly lagTimeMaxMs: number;
  /** A leader that hasn't heard a synchronous follower for so long acks nothing; 0: it goes on. */
  readonly fenceAfterMs: number;
  readonly rulesOf: (log: PartitionLog) => LogRules;
  /** The log of this name and incarnation, opened; null if there is none. */
  readonly find: (name: string, incarnation: string) => PartitionLog | null;
  /** Told of what can't be read here, and so is missing in a follower's copy. */
  readonly leftOut: (log: PartitionLog, range: DamagedRange, brokerId: number) => void;
  /** Told when the copies of a log may stand otherwise. */
  readonly changed: (log: PartitionLog) => void;
}

/** All logs of a broker that leads them, and the brokers that copy them. */
export class ReplicationLeader {
  readonly degraded: DegradedTime;
  /** Told what happens to followers. */
  onFollower: ((change: FollowerChange) => void) | null = null;
  readonly #news = new FollowerNews((change) => this.onFollower?.(change));
  readonly #path: LeaderPath;
  readonly #led = new Map<PartitionLog, LedLog>();
  readonly #followers = new Map<number, KnownFollower>();
  readonly #startedAtMs: number;
  /** Whether a synchronous follower has been silent for so long that nothing may be acked. */
  #isFenced = false;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(path: LeaderPath) {
    this.#path = path;
    this.#startedAtMs = path.clock.monotonicMs();
    this.degraded = new DegradedTime(path.clock);
  }

  get epoch(): number {
    return this.#path.epoch;
  }

  /** Whether nothing may be acked now: a follower may have been promoted meanwhile. */
  get isFenced(): boolean {
    return this.#isFenced;
  }

  get followers(): Iterable<Follower> {
    return this.#followers.values();
  }

  follower(brokerId: number): Follower | undefined {
    return this.#followers.get(brokerId);
  }

  copiesOf(log: PartitionLog): PartitionCopies | undefined {
    return this.#led.get(log)?.copies;
  }

  /** Leads a log from now on. */
  lead(log: PartitionLog): LedLog {
    const known = this.#led.get(log);
    if (known) return known;
    const { brokerId, epoch, rulesOf } = this.#path;
    const heardAtMs = (id: number) => this.#followers.get(id)?.heardAtMs ?? this.#startedAtMs;
    const { durableOffset, highWatermark } = log;
    const rules = rulesOf(log);
    const copies = new PartitionCopies(brokerId, rules, heardAtMs, durableOffset, highWatermark);
    const led = new LedLog(log, copies, (changed) => this.#changed(changed));
    this.#led.set(log, led);
    for (const follower of this.#followers.values()) {
      this.#putCopy(led, follower, follower.lost ? "missing" : "in");
    }
    led.lead(epoch, this.#isFenced);
    for (const { session } of this.#followers.values()) session?.appeared(log.name);
    return led;
  }

  /** A log is no more. */
  forget(log: PartitionLog): void {
    const led = this.#led.get(log);
    if (!led) return;
    this.#led.delete(log);
    this.degraded.set(led, false);
    for (const { missingIn } of this.#followers.values()) missingIn.delete(led);
  }

  /** A log's rules are others now. */
  rulesChanged(log: PartitionLog): void {
    const led = this.#led.get(log);
    if (!led) return;
    led.copies.setRules(this.#path.rulesOf(log));
    for (const follower of this.#followers.values()) this.#putCopy(led, follower, "new");
    led.settle();
  }

  /**
   * There is a follower, or its mode is another. One that is `known` counts as in sync until it
   * turns out that it isn't; one that is `new` isn't before it has everything. One that was `left`
   * behind by a promotion is missing, but it isn't what a topic that refuses waits for: who
   * promotes knows that it is away.
   */
  putFollower(brokerId: number, mode: ReplicationMode, standing: "known" | "new" | "left"): void {
    const known = this.#followers.get(brokerId);
    if (known?.mode === mode) return;
    const follower = known ?? unheardFollower(brokerId, mode);
    follower.mode = mode;
    this.#followers.set(brokerId, follower);
    for (const led of this.#led.values()) {
      const isEmpty = led.log.durableOffset === 0;
      const refuses = this.#path.rulesOf(led.log).policy === "refuse";
      if (standing === "left") this.#putCopy(led, follower, refuses ? "new" : "missing");
      else this.#putCopy(led, follower, standing === "new" && !isEmpty ? "new" : "in");
      led.settle();
    }
    this.#sweepLater();
  }

  /** Begins a session with a follower that `putFollower` knows, in place of one that it had. */
  open(brokerId: number, outlet: LeaderOutlet, creditBytes: number): FollowerSession {
    const follower = this.#followers.get(brokerId);
    if (!follower) throw new Error(`broker ${brokerId} is no follower`);
    follower.session?.end("another session of the same broker has begun");
    const { store, clock, find, leftOut } = this.#path;
    const session: FollowerSession = new FollowerSession(
      brokerId,
      {
        store,
        nowMs: () => clock.monotonicMs(),
        find: (name, incarnation) => {
          const log = find(name, incarnation);
          return log && this.lead(log);
        },
        leftOut: (log, range) => leftOut(log, range, brokerId),
        heard: () => {
          follower.heardAtMs = clock.monotonicMs();
          follower.lost = false;
          // Not before its copies are known: else what they lack is committed without them.
          if (this.#isFenced) clock.atEndOfTurn(() => this.#fence(clock.monotonicMs()));
        },
        closed: () => {
          if (follower.session !== session) return;
          follower.session = null;
          follower.connected = false;
          if (!this.#stopped) this.onFollower?.({ kind: "disconnected", brokerId });
        },
      },
      outlet,
      creditBytes,
    );
    for (const { copies } of this.#led.values()) copies.reconnected(brokerId);
    follower.session = session;
    follower.connected = true;
    follower.heardAtMs = clock.monotonicMs();
    return session;
  }

  /** Leads nothing any more: nobody is acked, and sessions end. */
  stop(reason: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    this.degraded.close();
    for (const { session } of this.#followers.values()) session?.end(reason);
    for (const { log } of this.#led.values()) {
      log.commitRule = () => log.highWatermark;
      log.onWritten = null;
      log.commits.refuse(new StorageError("not-leader", `${log.name}: ${reason}`));
    }
    this.#led.clear();
  }

  #putCopy(led: LedLog, follower: KnownFollower, standing: "in" | "missing" | "new"): void {
    const { brokerId, mode } = follower;
    const synchronous = mode === "sync" && this.#path.rulesOf(led.log).mode === "sync";
    const nowMs = this.#path.clock.monotonicMs();
    led.copies.put(brokerId, synchronous, standing, nowMs);
  }

  #changed(led: LedLog): void {
    this.degraded.set(led, led.copies.degraded);
    for (const { brokerId, synchronous, standing } of led.copies.followers) {
      const follower = this.#followers.get(brokerId);
      if (!follower) continue;
      const { missingIn, session } = follower;
      const wasInSync = missingIn.size === 0;
      if (synchronous && standing !== "in") missingIn.add(led);
      else missingIn.delete(led);
      if (wasInSync !== (missingIn.size === 0)) session?.beat(missingIn.size === 0);
    }
    this.#path.changed(led.log);
  }

  #sweepLater(): void {
    if (this.#timer || this.#stopped) return;
    const { lagTimeMaxMs, fenceAfterMs } = this.#path;
    const shortestMs = Math.min(lagTimeMaxMs, fenceAfterMs || lagTimeMaxMs);
    const intervalMs = Math.max(10, Math.min(SWEEP_MS, shortestMs / 4));
    this.#timer = this.#path.clock.after(intervalMs, () => {
      this.#timer = null;
      this.#sweep();
      this.#sweepLater();
    });
  }

  /** Stops acking, or goes on with it, as synchronous followers are heard. */
  #fence(nowMs: number): void {
    const { fenceAfterMs } = this.#path;
    const isSilent = ({ mode, heardAtMs }: KnownFollower) =>
      mode === "sync" && nowMs - (heardAtMs ?? this.#startedAtMs) > fenceAfterMs;
    const fenced = fenceAfterMs > 0 && [...this.#followers.values()].some(isSilent);
    if (fenced === this.#isFenced) return;
    this.#isFenced = fenced;
    for (const led of this.#led.values()) led.fence(fenced);
  }

  #sweep(): void {
    const { clock, lagTimeMaxMs } = this.#path;
    const nowMs = clock.monotonicMs();
    this.#fence(nowMs);
    let all = false;
    for (const follower of this.#followers.values()) {
      const silentMs = nowMs - (follower.heardAtMs ?? this.#startedAtMs);
      if (silentMs > lagTimeMaxMs && !follower.lost) {
        follower.lost = true;
        all = true;
      }
    }
    for (const led of this.#led.values()) {
      if ((all || led.copies.unsettled) && led.copies.sweep(nowMs)) led.settle();
    }
    for (const { brokerId, session, missingIn } of this.#followers.values()) {
      session?.beat(missingIn.size === 0);
      this.#news.look(brokerId, missingIn, nowMs);
    }
  }
}

function unheardFollower(brokerId: number, mode: ReplicationMode): KnownFollower {
  const silent = { heardAtMs: null, connected: false, session: null, lost: false };
  return { brokerId, mode, ...silent, missingIn: new Set() };
}
