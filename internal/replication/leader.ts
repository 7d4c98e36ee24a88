import type { Timer } from "../platform/clock.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { CopyPace } from "./copy-pace.ts";
import type { CopyOrigin } from "./copy-state.ts";
import { DegradedTime } from "./degraded-time.ts";
import { FollowerLags } from "./follower-lags.ts";
import type { FollowerChange } from "./follower-news.ts";
import { Followers } from "./followers.ts";
import type { Follower, FollowerOrigin } from "./known-follower.ts";
import type { AgreedCopies, LeadTerms } from "./lead-terms.ts";
import { type LeaderPath, sweepIntervalMs } from "./leader-path.ts";
import type { FollowerSession } from "./leader-session.ts";
import { LedLog } from "./led-log.ts";
import type { LeaderOutlet, ReplicationMode } from "./messages.ts";
import { PartitionCopies } from "./partition-copies.ts";

/** All logs of a broker that leads them, and who copies them. */
export class ReplicationLeader {
  readonly degraded: DegradedTime;
  /** How fast new copies are sent what they lack. */
  readonly pace: CopyPace;
  /** Told when nothing of what is led may be acked any more, and that it may again. */
  onFenced: ((isFenced: boolean) => void) | null = null;
  readonly #path: LeaderPath;
  readonly #followers: Followers;
  readonly #led = new Map<PartitionLog, LedLog>();
  readonly #lags = new FollowerLags();
  /** Whether a synchronous follower has been silent for so long that nothing may be acked. */
  #isFenced = false;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(path: LeaderPath) {
    this.#path = path;
    const { clock } = path;
    this.degraded = new DegradedTime(clock);
    this.pace = new CopyPace(clock);
    this.#followers = new Followers({
      ...path,
      pace: this.pace,
      answered: () => {
        // Not before its copies are known: else what they lack is committed without them.
        if (this.#isFenced) clock.atEndOfTurn(() => this.reviewFence());
      },
    });
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
    return this.#followers.all();
  }

  /** Has someone told what happens to followers. */
  set onFollower(tell: (change: FollowerChange) => void) {
    this.#followers.onChange = tell;
  }

  follower(brokerId: number): Follower | undefined {
    return this.#followers.get(brokerId);
  }

  /** By follower, over all logs: what this broker has made durable, and the follower hasn't. */
  lagsInRecords(): ReadonlyMap<number, number> {
    return this.#lags.look();
  }

  /** Whether a follower is in the ISR of every log that it is to be in. */
  isInSync(brokerId: number): boolean {
    return this.#followers.get(brokerId)?.missingIn.size === 0;
  }

  /** The log, if this broker leads it. */
  led(log: PartitionLog): LedLog | undefined {
    return this.#led.get(log);
  }

  /** Leads a log from now on. */
  lead(log: PartitionLog, { epoch, copies: agreed }: LeadTerms): LedLog {
    const known = this.#led.get(log);
    if (known) return known;
    const { brokerId, rulesOf, clock } = this.#path;
    const copies = new PartitionCopies({
      leaderId: brokerId,
      rules: rulesOf(log),
      heardAtMs: (id) => this.#followers.heardAtMs(id),
      endOffset: log.durableOffset,
      highWatermark: log.highWatermark,
      authority: agreed?.authority,
    });
    const led = new LedLog({
      log,
      epoch,
      copies,
      isAgreed: agreed !== null,
      changed: (changed) => this.#changed(changed),
      unequal: (unequal) => this.#lags.changed(unequal),
    });
    this.#led.set(log, led);
    if (agreed) led.agree(agreed, brokerId, clock.monotonicMs());
    for (const follower of this.#followers.all()) {
      this.#putCopy(led, follower, follower.lost ? "missing" : "in");
    }
    led.lead(this.#isFenced);
    for (const { session } of this.#followers.all()) session?.appeared(log.name);
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
    this.#followers.forget(led);
  }

  /** A log's rules are others now. */
  rulesChanged(log: PartitionLog): void {
    const led = this.#led.get(log);
    if (!led) return;
    led.copies.setRules(this.#path.rulesOf(log));
    for (const follower of this.#followers.all()) this.#putCopy(led, follower, "new");
    led.settle();
  }

  /**
   * There is a follower, or its mode is another. One that is `known` counts as in sync until it
   * turns out that it isn't; one that is `new` isn't before it has everything. One that was `left`
   * behind by a promotion is missing, but neither a topic that refuses waits for it, nor a leader
   * that fences itself, before it has followed: who promotes knows that it is away.
   */
  putFollower(brokerId: number, mode: ReplicationMode, origin: FollowerOrigin): void {
    const follower = this.#followers.put(brokerId, mode, origin);
    if (!follower) return;
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
    const session = this.#followers.open(brokerId, outlet, creditBytes);
    for (const led of this.#led.values()) {
      led.copies.reconnected(brokerId);
      this.#lags.changed(led);
    }
    return session;
  }

  /** A follower's life is over: what that still says of its copies is heard no more. */
  lifeEnded(brokerId: number): void {
    this.#followers.get(brokerId)?.session?.end("its broker isn't there, or in another life");
  }

  /** Stops acking, or goes on with it, as synchronous followers are heard, and by `isOutdated`. */
  reviewFence(): void {
    const { fenceAfterMs, isOutdated } = this.#path;
    const isAlone = fenceAfterMs > 0 && this.#followers.hasSilent(fenceAfterMs);
    const fenced = isAlone || isOutdated();
    if (fenced === this.#isFenced) return;
    this.#isFenced = fenced;
    for (const led of this.#led.values()) led.fence(fenced);
    // Who leads nothing yet, or is about to stop, has nothing that others could miss.
    if (this.#led.size > 0 || !fenced) this.onFenced?.(fenced);
  }

  /** Leads nothing any more: nobody is acked, and sessions end. */
  stop(reason: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    this.degraded.close();
    this.pace.close();
    this.#followers.end(reason);
    for (const led of this.#led.values()) led.resign(reason);
    this.#led.clear();
  }

  #putCopy(led: LedLog, { brokerId, mode }: Follower, origin: CopyOrigin): void {
    if (led.isAgreed) return; // whoever keeps a copy is known
    const synchronous = mode === "sync" && this.#path.rulesOf(led.log).mode === "sync";
    led.copies.put(brokerId, synchronous, origin, this.#path.clock.monotonicMs());
  }

  #changed(led: LedLog): void {
    this.#lags.changed(led);
    this.degraded.set(led, led.copies.degraded);
    this.#followers.stand(led);
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

  #sweep(): void {
    const nowMs = this.#path.clock.monotonicMs();
    this.reviewFence();
    const all = this.#followers.loseSilent();
    for (const led of this.#led.values()) {
      if ((all || led.copies.unsettled) && led.copies.sweep(nowMs)) led.settle();
    }
    this.#followers.beat();
  }
}
