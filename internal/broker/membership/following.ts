import type { Clock, Timer } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import { bugBehind } from "../../platform/network.ts";
import { FollowerCopier } from "../../replication/follower.ts";
import type { FollowerHello, LeaderHello } from "../../replication/messages.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { CutOff } from "../../storage/truncation.ts";
import { CatchUp } from "./catch-up.ts";
import type { FollowLink, Links, PeerAddress } from "./links.ts";

const RETRY_MS = 200;
const MAX_RETRY_MS = 2000;
/** A leader says at least every second that it lives; one that is silent for so long is sought. */
const MAX_SILENT_MS = 5000;

/** What a slave's work stands on. */
export interface FollowingPath {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: LogStore;
  readonly links: Links;
  readonly lagTimeMaxMs: number;
  /** Where the leader is taken to be now. */
  readonly address: () => PeerAddress;
  readonly hello: () => FollowerHello;
  /** A session begins with this leader, once this resolves. Rejects if it may not. */
  readonly opened: (hello: LeaderHello, address: PeerAddress) => Promise<void>;
  /** The logs to be copied from the beginning of a session on. */
  readonly logs: () => Iterable<PartitionLog>;
  /** Whether those are all that the leader has. */
  readonly hasAllLogs: () => boolean;
  readonly copied: (log: PartitionLog, bytes: Uint8Array) => void;
  readonly cut: (cut: CutOff) => void;
  /** A session has ended that nobody here wanted to end. */
  readonly lost: () => void;
  /** A session could not be had: the leader may be elsewhere. */
  readonly unreachable: () => void;
}

/** Follows a leader, again and again, until it is stopped. */
export class Following {
  /** When the leader was heard the last time, on the clock that only goes forward; null: never. */
  heardAtMs: number | null = null;
  /**
   * The same, but for times when it isn't known of every log where the leader's ends: at the
   * beginning of a session, and while it has logs that this broker doesn't know of yet.
   */
  informedAtMs: number | null = null;
  /** How the session that began last has come on; null: there was none. */
  catchUp: CatchUp | null = null;
  readonly #path: FollowingPath;
  #copier: FollowerCopier | null = null;
  #link: FollowLink | null = null;
  #timer: Timer | null = null;
  #retryMs = RETRY_MS;
  #stopped = false;
  #toldInSync = false;
  #round: Promise<void> = Promise.resolve();
  /** Ends the pause between two tries. */
  #wake: (() => void) | null = null;
  /** Where the leader's logs ended when they were told of last. */
  readonly #leaderEnds = new Map<PartitionLog, number>();

  constructor(path: FollowingPath) {
    this.#path = path;
  }

  /**
   * Whether the leader said last that this broker is in sync with it. One that has just started
   * says so of everybody who was, before it has heard what they have.
   */
  get inSync(): boolean {
    return this.#toldInSync && (this.#copier?.isInformed ?? false);
  }

  get connected(): boolean {
    return this.#link !== null;
  }

  start(): void {
    this.#round = this.#run();
  }

  /** Copies one more log. */
  follow(log: PartitionLog): void {
    this.#copier?.follow(log);
  }

  /** A log is no more. */
  forget(log: PartitionLog): void {
    this.#copier?.forget(log);
    this.#leaderEnds.delete(log);
  }

  /** Resolves when no log is being cut that was forgotten before. */
  async settled(): Promise<void> {
    await this.#copier?.settled();
  }

  /** What the leader told last of a log's high watermark. */
  toldHighWatermark(log: PartitionLog): number {
    return this.#copier?.marksOf(log)?.highWatermark ?? -1;
  }

  /** Leaves the session, and looks for the leader anew. */
  restart(): void {
    this.#link?.close();
    this.#wake?.();
  }

  /** Takes nothing more; resolves when what was taken is durable. */
  async stop(): Promise<void> {
    this.#stopped = true;
    void this.#copier?.stop();
    this.#link?.close();
    this.#wake?.();
    await this.#round;
    await this.#path.store.durable();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#path.store.durable();
        await this.#follow();
      } catch (error) {
        const { host, port } = this.#path.address();
        const message = error instanceof Error ? error.message : String(error);
        const cause = bugBehind(error);
        if (cause !== null) this.#path.log.error("following-failed", { host, port, cause });
        else if (!this.#stopped) this.#path.log.warn("not-following", { host, port, message });
        this.#path.unreachable();
      }
      if (!this.#stopped) await this.#pause();
    }
  }

  /** One session, from its beginning to its end, with which this rejects. */
  async #follow(): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const { clock, store, links, address, hello, copied, cut } = this.#path;
    // Until this session's logs are asked for, what is known is what the last one has told.
    const hasBegun = () => this.#copier === copier;
    const heard = () => {
      this.heardAtMs = clock.monotonicMs();
      if (!hasBegun() || !copier.isInformed || !this.#path.hasAllLogs()) return;
      this.informedAtMs = this.heardAtMs;
    };
    const catchUp = new CatchUp(clock);
    const copier = new FollowerCopier({
      clock,
      store,
      outlet: {
        follow: (logs) => this.#link?.follow(logs),
        copied: (offsets, bytes) => this.#link?.copied(offsets, bytes),
        answered: (beatAtMs) => this.#link?.answered(beatAtMs),
      },
      copied: (log, bytes) => {
        catchUp.copied(bytes.length);
        copied(log, bytes);
      },
      cut,
      failed: reject,
    });
    const place = address();
    const link = await links.follow(place, hello(), {
      placed: (placements) => copier.placed(placements),
      batches: (marks, bytes) => {
        copier.batches(marks, bytes);
        heard();
      },
      marks: (marks) => {
        copier.marks(marks);
        heard();
      },
      beat: ({ inSync, behindBytes, atMs }) => {
        heard();
        if (hasBegun()) this.#toldInSync = inSync;
        catchUp.behindBytes = behindBytes;
        // Only as an answer: a leader that isn't heard here must not hear this follower either.
        copier.answer(atMs);
      },
      ended: reject,
    });
    promise.catch(() => {}); // it may end before anyone awaits that
    this.#link = link;
    this.catchUp = catchUp;
    try {
      if (this.#stopped) return;
      await this.#path.opened(link.hello, place);
      if (this.#stopped) return;
      this.#retryMs = RETRY_MS;
      this.#copier = copier;
      for (const log of this.#path.logs()) copier.follow(log);
      heard();
      this.#toldInSync = false;
      this.#listenLater(reject);
      await promise;
    } finally {
      this.#timer?.cancel();
      this.#keepEnds(copier);
      this.#link = null;
      link.close();
      await copier.stop();
      if (!this.#stopped) this.#path.lost();
    }
  }

  /** What the leader has is known as long as nobody says otherwise. */
  #keepEnds(copier: FollowerCopier): void {
    for (const { log, marks } of copier.logs()) {
      if (marks) this.#leaderEnds.set(log, marks.endOffset);
    }
  }

  /**
   * A connection through a network that was cut may seem to be there for minutes: a leader that
   * isn't heard on it is to be sought by another.
   */
  #listenLater(end: (why: Error) => void): void {
    const { clock, lagTimeMaxMs } = this.#path;
    const mostMs = Math.min(MAX_SILENT_MS, lagTimeMaxMs);
    this.#timer = clock.after(mostMs / 4, () => {
      if (!this.#link || this.#stopped) return;
      const silentMs = clock.monotonicMs() - (this.heardAtMs ?? 0);
      if (silentMs > mostMs) end(new Error(`nothing was heard for ${Math.round(silentMs)} ms`));
      else this.#listenLater(end);
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#path.clock.after(this.#retryMs, () => this.#wake?.());
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
      this.#wake = () => {
        timer.cancel();
        this.#wake = null;
        resolve();
      };
    });
  }

  /** Where the leader's log ended when it was told of last. */
  leaderEndOf(log: PartitionLog): number | null {
    return this.#copier?.marksOf(log)?.endOffset ?? this.#leaderEnds.get(log) ?? null;
  }
}
