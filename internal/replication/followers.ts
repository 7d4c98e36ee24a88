import type { CopyPace } from "./copy-pace.ts";
import { type FollowerChange, FollowerNews } from "./follower-news.ts";
import { type FollowerOrigin, type KnownFollower, unheardFollower } from "./known-follower.ts";
import type { LeaderPath } from "./leader-path.ts";
import { FollowerSession } from "./leader-session.ts";
import type { LedLog } from "./led-log.ts";
import type { LeaderOutlet, ReplicationMode } from "./messages.ts";

/** What followers are spoken to with. */
export interface FollowersPath extends LeaderPath {
  readonly pace: CopyPace;
  /** Told when one has answered. */
  readonly answered: () => void;
}

/** The brokers that copy from a leader: who is there, who is silent, and what each lacks. */
export class Followers {
  /** Told what happens to them. */
  onChange: ((change: FollowerChange) => void) | null = null;
  readonly #path: FollowersPath;
  readonly #known = new Map<number, KnownFollower>();
  readonly #news = new FollowerNews((change) => this.onChange?.(change));
  readonly #startedAtMs: number;
  #ended = false;

  constructor(path: FollowersPath) {
    this.#path = path;
    this.#startedAtMs = path.clock.monotonicMs();
  }

  all(): Iterable<KnownFollower> {
    return this.#known.values();
  }

  get(brokerId: number): KnownFollower | undefined {
    return this.#known.get(brokerId);
  }

  /** When one was heard the last time; who never was counts as heard when its leader began. */
  heardAtMs(brokerId: number): number {
    return this.#known.get(brokerId)?.heardAtMs ?? this.#startedAtMs;
  }

  /** Whether one that acks wait for hasn't answered what was sent to it for so long. */
  hasSilent(timeMs: number): boolean {
    const nowMs = this.#path.clock.monotonicMs();
    // By when it was asked: an answer may come late, and another broker lead meanwhile.
    const isSilent = ({ mode, answeredAtMs }: KnownFollower) =>
      mode === "sync" && answeredAtMs !== null && nowMs - answeredAtMs > timeMs;
    return [...this.#known.values()].some(isSilent);
  }

  /** There is a follower, or its mode is another; null: that was known. */
  put(brokerId: number, mode: ReplicationMode, origin: FollowerOrigin): KnownFollower | null {
    const known = this.#known.get(brokerId);
    if (known?.mode === mode) return null;
    const nowMs = this.#path.clock.monotonicMs();
    const follower = known ?? unheardFollower(brokerId, mode, origin, nowMs);
    follower.mode = mode;
    this.#known.set(brokerId, follower);
    return follower;
  }

  /** Begins a session with one that is known, in place of one that it had. */
  open(brokerId: number, outlet: LeaderOutlet, creditBytes: number): FollowerSession {
    const follower = this.#known.get(brokerId);
    if (!follower) throw new Error(`broker ${brokerId} is no follower`);
    follower.session?.end("another session of the same broker has begun");
    const { store, clock, pace, find, leftOut, answered } = this.#path;
    const session: FollowerSession = new FollowerSession(
      brokerId,
      {
        store,
        pace,
        nowMs: () => clock.monotonicMs(),
        find,
        leftOut: (log, range) => leftOut(log, range, brokerId),
        heard: () => {
          follower.heardAtMs = clock.monotonicMs();
          follower.lost = false;
        },
        answered: (sentAtMs) => {
          follower.answeredAtMs = Math.max(follower.answeredAtMs ?? 0, sentAtMs);
          answered();
        },
        closed: () => {
          if (follower.session !== session) return;
          follower.session = null;
          follower.connected = false;
          if (!this.#ended) this.onChange?.({ kind: "disconnected", brokerId });
        },
      },
      outlet,
      creditBytes,
    );
    follower.session = session;
    follower.connected = true;
    follower.heardAtMs = clock.monotonicMs();
    follower.answeredAtMs ??= follower.heardAtMs;
    return session;
  }

  /** The copies of a log stand otherwise: who is in sync everywhere, or isn't any more, is told. */
  stand(led: LedLog): void {
    const copies = new Map([...led.copies.followers].map((copy) => [copy.brokerId, copy]));
    for (const { brokerId, missingIn, session } of this.#known.values()) {
      const copy = copies.get(brokerId); // none where it keeps no copy any more
      const wasInSync = missingIn.size === 0;
      if (copy?.synchronous && (copy.standing !== "in" || copy.isPresumed)) missingIn.add(led);
      else missingIn.delete(led);
      if (wasInSync !== (missingIn.size === 0)) session?.beat(missingIn.size === 0);
    }
  }

  /** A log isn't led any more. */
  forget(led: LedLog): void {
    for (const { missingIn } of this.#known.values()) missingIn.delete(led);
  }

  /** Gives those up that weren't heard for too long; returns whether there were any. */
  loseSilent(): boolean {
    const { clock, lagTimeMaxMs } = this.#path;
    const nowMs = clock.monotonicMs();
    let any = false;
    for (const follower of this.#known.values()) {
      const silentMs = nowMs - this.heardAtMs(follower.brokerId);
      if (silentMs <= lagTimeMaxMs || follower.lost) continue;
      follower.lost = true;
      any = true;
    }
    return any;
  }

  /** Tells each that its leader lives, and what happened to it since the last time. */
  beat(): void {
    const nowMs = this.#path.clock.monotonicMs();
    for (const { brokerId, session, missingIn } of this.#known.values()) {
      session?.beat(missingIn.size === 0);
      this.#news.look(brokerId, missingIn, nowMs);
    }
  }

  /** Ends all sessions: nobody is led any more. */
  end(reason: string): void {
    this.#ended = true;
    for (const { session } of this.#known.values()) session?.end(reason);
  }
}
