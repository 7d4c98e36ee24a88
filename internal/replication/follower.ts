import type { Clock } from "../platform/clock.ts";
import { batchSizeBytes } from "../record/batch.ts";
import { checkStoredBatch } from "../record/check.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { CutOff } from "../storage/truncation.ts";
import type { FollowedLog, LogMarks, Placement } from "./messages.ts";

/** So many logs are named in one message. */
const LOGS_AT_A_TIME = 1000;

/** What a follower says to its leader. */
export interface FollowerOutlet {
  follow(logs: readonly FollowedLog[]): void;
  copied(offsets: readonly (readonly [index: number, offset: number])[], bytes: number): void;
  answered(beatAtMs: number): void;
}

/** What a follower stands on. */
export interface FollowerPath {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly outlet: FollowerOutlet;
  /** Batches of a log are durable, in the order of the log. */
  readonly copied: (log: PartitionLog, bytes: Uint8Array) => void;
  /** A log had what the leader doesn't have, and was cut. */
  readonly cut: (cut: CutOff) => void;
  /** Going on makes no sense: the session has to end. */
  readonly failed: (error: unknown) => void;
}

/** A log as it is followed. */
interface Followed {
  readonly index: number;
  readonly log: PartitionLog;
  marks: LogMarks | null;
}

/**
 * A follower's side of a session: it makes durable what comes, by the way that a leader's own
 * appends take, and says so; it cuts what its leader doesn't have.
 */
export class FollowerCopier {
  readonly #path: FollowerPath;
  readonly #followed: Followed[] = [];
  readonly #byLog = new Map<PartitionLog, Followed>();
  /** Logs that have become durable further, and the bytes that were waiting for it. */
  readonly #progressed = new Set<Followed>();
  #progressedBytes = 0;
  #asking: Followed[] = [];
  #cutting: { followed: Followed; offset: number }[] = [];
  /** The last cut that has begun. */
  #cut: Promise<unknown> = Promise.resolve();
  #stopped = false;
  /** Logs of which the leader hasn't told yet where they stand. */
  readonly #untold = new Set<Followed>();

  constructor(path: FollowerPath) {
    this.#path = path;
  }

  /** Whether it is known of every log where the leader's ended not long ago. */
  get isInformed(): boolean {
    return this.#untold.size === 0;
  }

  /** What the leader told of a log last; null if nothing yet. */
  marksOf(log: PartitionLog): LogMarks | null {
    return this.#byLog.get(log)?.marks ?? null;
  }

  /** All logs, with what the leader told of them last. */
  *logs(): Generator<{ readonly log: PartitionLog; readonly marks: LogMarks | null }> {
    for (const { log, marks } of this.#byLog.values()) yield { log, marks };
  }

  /** Copies a log from now on. */
  follow(log: PartitionLog): void {
    if (this.#stopped || this.#byLog.has(log)) return;
    const followed = { index: this.#followed.length, log, marks: null };
    this.#followed.push(followed);
    this.#byLog.set(log, followed);
    this.#untold.add(followed);
    this.#ask(followed);
  }

  /** A log is no more. */
  forget(log: PartitionLog): void {
    const followed = this.#byLog.get(log);
    if (followed) this.#untold.delete(followed);
    this.#byLog.delete(log);
  }

  placed(placements: readonly Placement[]): void {
    for (const placement of placements) {
      const followed = this.#known(placement.index);
      if (!followed) continue;
      if (placement.kind === "unknown") {
        this.#untold.delete(followed); // it has nothing that could be missing here
        continue;
      }
      const { log } = followed;
      if (placement.kind === "copy") {
        if (placement.offset > log.endOffset) this.#begin(log, placement.offset);
        continue;
      }
      const own = log.epochs.endOf(placement.epoch, log.endOffset);
      const ownEnd = own.epoch < 0 ? log.startOffset : own.endOffset;
      const offset = Math.max(log.startOffset, Math.min(placement.endOffset, ownEnd));
      this.#cutting.push({ followed, offset });
    }
    if (this.#cutting.length > 0) this.#cutAll();
  }

  /** `bytes` are whole batches; they are the follower's from now on. */
  batches(marks: LogMarks, bytes: Uint8Array): void {
    const followed = this.#known(marks.index);
    if (!followed) {
      if (!this.#stopped) this.#path.outlet.copied([], bytes.length); // they are under way no more
      return;
    }
    const { log } = followed;
    let missing = 0;
    const done = (outcome: unknown) => {
      if (outcome instanceof Error) this.#fail(outcome);
      else if (--missing === 0) {
        this.#path.copied(log, bytes);
        this.#progress(followed, bytes.length);
      }
    };
    const ends: number[] = [];
    for (let at = 0; at < bytes.length; at = ends.at(-1) ?? bytes.length) {
      const fault = checkStoredBatch(bytes, at, bytes.length);
      if (fault) {
        this.#fail(new Error(`${log.name}: a copied batch is ${fault}`));
        return;
      }
      ends.push(at + batchSizeBytes(bytes, at));
    }
    missing = ends.length;
    let at = 0;
    for (const end of ends) {
      this.#path.store.submitCopy(log, bytes, at, end - at, done);
      at = end;
    }
    this.marks([marks]);
  }

  /** The leader's logs stand there now. */
  marks(all: readonly LogMarks[]): void {
    for (const marks of all) {
      const followed = this.#known(marks.index);
      if (!followed) continue;
      followed.marks = marks;
      this.#untold.delete(followed);
      const { log } = followed;
      log.applyRule();
      const start = Math.min(marks.startOffset, log.durableOffset);
      if (start > log.startOffset) this.#begin(log, start);
    }
  }

  /** Says that it lives, and has heard the leader's beat of that time. */
  answer(beatAtMs: number): void {
    this.#path.outlet.answered(beatAtMs);
  }

  /** Resolves when no log is being cut that was `forgotten` before. */
  settled(): Promise<unknown> {
    return this.#cut;
  }

  /** Takes nothing more; resolves when no log is being cut any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#cut;
  }

  #known(index: number): Followed | undefined {
    const followed = this.#followed[index];
    if (this.#stopped || !followed || followed.log.removed) return undefined;
    return this.#byLog.get(followed.log) === followed ? followed : undefined;
  }

  #ask(followed: Followed): void {
    this.#asking.push(followed);
    if (this.#asking.length === 1) this.#path.clock.atEndOfTurn(() => this.#askAll());
  }

  #askAll(): void {
    const asking = this.#asking.filter(({ index }) => this.#known(index));
    this.#asking = [];
    for (let from = 0; from < asking.length; from += LOGS_AT_A_TIME) {
      const some = asking.slice(from, from + LOGS_AT_A_TIME);
      this.#path.outlet.follow(some.map(({ index, log }) => followedLog(index, log)));
    }
  }

  /** Drops what the leader has no more. */
  #begin(log: PartitionLog, offset: number): void {
    this.#path.store.cutBefore(log, offset).catch((error: unknown) => this.#fail(error));
  }

  #cutAll(): void {
    const cutting = this.#cutting;
    this.#cutting = [];
    const cuts = cutting.map(({ followed: { log }, offset }) => ({ log, offset }));
    const done = this.#path.store.truncate(cuts);
    this.#cut = Promise.allSettled([this.#cut, done]);
    done.then(
      (done) => {
        for (const cut of done) if (cut.path !== null) this.#path.cut(cut);
        for (const { followed } of cutting) if (this.#known(followed.index)) this.#ask(followed);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #progress(followed: Followed, bytes: number): void {
    if (this.#stopped) return;
    this.#progressed.add(followed);
    this.#progressedBytes += bytes;
    if (this.#progressed.size === 1) this.#path.clock.atEndOfTurn(() => this.#tellProgress());
  }

  #tellProgress(): void {
    if (this.#stopped) return;
    const offsets: [number, number][] = [];
    for (const { index, log } of this.#progressed) offsets.push([index, log.durableOffset]);
    const bytes = this.#progressedBytes;
    this.#progressed.clear();
    this.#progressedBytes = 0;
    this.#path.outlet.copied(offsets, bytes);
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#path.failed(error);
  }
}

function followedLog(index: number, log: PartitionLog): FollowedLog {
  const { name, incarnation, endOffset, epochs, leaderEpoch } = log;
  return { index, name, incarnation, endOffset, lastEpoch: epochs.last, leaderEpoch };
}
