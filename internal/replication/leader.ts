import type { Timer } from "../platform/clock.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { CopyPace } from "./copy-pace.ts";
import type { CopyOrigin } from "./copy-state.ts";
import { DegradedTime } from "./degraded-time.ts";
import { FollowerLags } from "./follower-lags.ts";
import { type FollowerChange, FollowerNews } from "./follower-news.ts";
import {
  type AgreedCopies,
  type Follower,
  type FollowerOrigin,
  type KnownFollower,
  type LeaderPath,
  type LeadTerms,
  sweepIntervalMs,
  unheardFollower,
} from "./leader-path.ts";
import { FollowerSession } from "./leader-session.ts";
import { LedLog } from "./led-log.ts";
import type { LeaderOutlet, ReplicationMode } from "./messages.ts";
import { PartitionCopies } from "./partition-copies.ts";

/** All logs of a broker that leads them, and the brokers that copy them. */
export class ReplicationLeader {
  readonly degraded: DegradedTime;
  /** How fast new copies are sent what they lack. */
  readonly pace: CopyPace;
  /** Told what happens to followers. */
  onFollower: ((change: FollowerChange) => void) | null = null;
  /** Told when nothing of what is led may be acked any more, and that it may again. */
  onFenced: ((isFenced: boolean) => void) | null = null;
  readonly #news = new FollowerNews((change) => this.onFollower?.(change));
  readonly #lags = new FollowerLags();
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
    this.pace = new CopyPace(path.clock);
  }

  /** Whether nothing may be acked now: another broker may lead meanwhile. */
  get isFenced(): boolean {
    return this.#isFenced || this.#path.isOutdated();
  }

  /** Whether it leads nothing any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  get followers(): Iterable<Follower> {
    return this.#followers.values();
  }

  /** By follower, over all logs: what this broker has made durable, and the follower hasn't. */
  lagsInRecords(): ReadonlyMap<number, number> {
    return this.#lags.look();
  }

  /** Whether a follower is in the ISR of every log that it is to be in. */
  isInSync(brokerId: number): boolean {
    return this.#followers.get(brokerId)?.missingIn.size === 0;
  }

  follower(brokerId: number): Follower | undefined {
    return this.#followers.get(brokerId);
  }

  copiesOf(log: PartitionLog): PartitionCopies | undefined {
    return this.#led.get(log)?.copies;
  }

  /** The log, if this broker leads it. */
  led(log: PartitionLog): LedLog | undefined {
    return this.#led.get(log);
  }

  /** Leads a log from now on. */
  lead(log: PartitionLog, { epoch, copies: agreed }: LeadTerms): LedLog {
    const known = this.#led.get(log);
    if (known) return known;
    const { brokerId, rulesOf } = this.#path;
    const heardAtMs = (id: number) => this.#followers.get(id)?.heardAtMs ?? this.#startedAtMs;
    const { durableOffset: end, highWatermark } = log;
    const rules = rulesOf(log);
    const authority = agreed?.authority;
    const copies = new PartitionCopies(brokerId, rules, heardAtMs, end, highWatermark, authority);
    const led: LedLog = new LedLog(
      log,
      epoch,
      copies,
      agreed !== null,
      () => this.#changed(led),
      () => this.#lags.changed(led),
    );
    this.#led.set(log, led);
    if (agreed) led.agree(agreed, this.#path.brokerId, this.#path.clock.monotonicMs());
    for (const follower of this.#followers.values()) {
      this.#putCopy(led, follower, follower.lost ? "missing" : "in");
    }
    led.lead(this.#isFenced);
    for (const { session } of this.#followers.values()) session?.appeared(log.name);
    return led;
  }

  /** Leads a log no longer: another broker does. */
  resign(log: PartitionLog, reason: string): void {
    this.#led.get(log)?.resign(reason);
    this.forget(log);
  }

  /** Others have agreed on the copies of a log that this broker leads. */
  agreed(led: LedLog, agreed: AgreedCopies): void {
    led.agree(agreed, this.#path.brokerId, this.#path.clock.monotonicMs());
    led.settle();
    for (const id of agreed.replicas) this.#followers.get(id)?.session?.appeared(led.log.name);
  }

  /** A log is no more. */
  forget(log: PartitionLog): void {
    const led = this.#led.get(log);
    if (!led) return;
    this.#led.delete(log);
    this.#lags.forget(led);
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
   * behind by a promotion is missing, but neither a topic that refuses waits for it, nor a leader
   * that fences itself, before it has followed: who promotes knows that it is away.
   */
  putFollower(brokerId: number, mode: ReplicationMode, origin: FollowerOrigin): void {
    const known = this.#followers.get(brokerId);
    if (known?.mode === mode) return;
    const nowMs = this.#path.clock.monotonicMs();
    const follower = known ?? unheardFollower(brokerId, mode, origin, nowMs);
    follower.mode = mode;
    this.#followers.set(brokerId, follower);
    for (const led of this.#led.values()) {
      const isEmpty = led.log.durableOffset === 0;
      const refuses = this.#path.rulesOf(led.log).policy === "refuse";
      if (origin === "left") this.#putCopy(led, follower, refuses ? "new" : "missing");
      else this.#putCopy(led, follower, origin === "new" && !isEmpty ? "new" : "in");
      led.settle();
    }
    this.reviewFence();
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
        pace: this.pace,
        nowMs: () => clock.monotonicMs(),
        find,
        leftOut: (log, range) => leftOut(log, range, brokerId),
        heard: () => {
          follower.heardAtMs = clock.monotonicMs();
          follower.lost = false;
        },
        answered: (sentAtMs) => {
          follower.answeredAtMs = Math.max(follower.answeredAtMs ?? 0, sentAtMs);
          // Not before its copies are known: else what they lack is committed without them.
          if (this.#isFenced) clock.atEndOfTurn(() => this.reviewFence());
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
    for (const led of this.#led.values()) {
      led.copies.reconnected(brokerId);
      this.#lags.changed(led);
    }
    follower.session = session;
    follower.connected = true;
    follower.heardAtMs = clock.monotonicMs();
    follower.answeredAtMs ??= follower.heardAtMs;
    return session;
  }

  /** A follower's life is over: what that still says of its copies is heard no more. */
  lifeEnded(brokerId: number): void {
    this.#followers.get(brokerId)?.session?.end("its broker isn't there, or in another life");
  }

  /** Leads nothing any more: nobody is acked, and sessions end. */
  stop(reason: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    this.degraded.close();
    this.pace.close();
    for (const { session } of this.#followers.values()) session?.end(reason);
    for (const led of this.#led.values()) led.resign(reason);
    this.#led.clear();
  }

  #putCopy(led: LedLog, follower: KnownFollower, origin: CopyOrigin): void {
    if (led.isAgreed) return; // whoever keeps a copy is known
    const { brokerId, mode } = follower;
    const synchronous = mode === "sync" && this.#path.rulesOf(led.log).mode === "sync";
    led.copies.put(brokerId, synchronous, origin, this.#path.clock.monotonicMs());
  }

  #changed(led: LedLog): void {
    this.#lags.changed(led);
    this.degraded.set(led, led.copies.degraded);
    const copies = new Map([...led.copies.followers].map((copy) => [copy.brokerId, copy]));
    for (const { brokerId, missingIn, session } of this.#followers.values()) {
      const copy = copies.get(brokerId); // none where it keeps no copy any more
      const wasInSync = missingIn.size === 0;
      if (copy?.synchronous && (copy.standing !== "in" || copy.isPresumed)) missingIn.add(led);
      else missingIn.delete(led);
      if (wasInSync !== (missingIn.size === 0)) session?.beat(missingIn.size === 0);
    }
    this.#path.changed(led);
  }

  #sweepLater(): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = this.#path.clock.after(sweepIntervalMs(this.#path), () => {
      this.#timer = null;
      this.#sweep();
      this.#sweepLater();
    });
  }

  /** Stops acking, or goes on with it, as synchronous followers are heard, and by `isOutdated`. */
  reviewFence(): void {
    const { fenceAfterMs, clock, isOutdated } = this.#path;
    const nowMs = clock.monotonicMs();
    // By when it was asked: an answer may come late, and another broker lead meanwhile.
    const isSilent = ({ mode, answeredAtMs }: KnownFollower) =>
      mode === "sync" && answeredAtMs !== null && nowMs - answeredAtMs > fenceAfterMs;
    const isAlone = fenceAfterMs > 0 && [...this.#followers.values()].some(isSilent);
    const fenced = isAlone || isOutdated();
    if (fenced === this.#isFenced) return;
    this.#isFenced = fenced;
    for (const led of this.#led.values()) led.fence(fenced);
    // Who leads nothing yet, or is about to stop, has nothing that others could miss.
    if (this.#led.size > 0 || !fenced) this.onFenced?.(fenced);
  }

  #sweep(): void {
    const { clock, lagTimeMaxMs } = this.#path;
    const nowMs = clock.monotonicMs();
    this.reviewFence();
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
