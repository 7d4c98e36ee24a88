import type { PartitionLog } from "../storage/partition-log.ts";
import type { AgreedCopies } from "./lead-terms.ts";
import type { FollowerSession } from "./leader-session.ts";
import { NotCommitted } from "./not-committed.ts";
import type { PartitionCopies } from "./partition-copies.ts";

/** What a log is led with. */
export interface LedLogPath {
  readonly log: PartitionLog;
  readonly epoch: number;
  readonly copies: PartitionCopies;
  readonly isAgreed: boolean;
  /** Called when the standing of a copy is another. */
  readonly changed: (led: LedLog) => void;
  /** Called when a copy may lack something. */
  readonly unequal: (led: LedLog) => void;
}

/** A log that this broker leads: it is committed as far as its copies say. */
export class LedLog {
  readonly log: PartitionLog;
  readonly epoch: number;
  readonly copies: PartitionCopies;
  /** Whether all brokers have agreed on who has copies; else every follower has one. */
  readonly isAgreed: boolean;
  /** Brokers whose copies are new. */
  adding: readonly number[] = [];
  /** The sessions that copy it. */
  readonly sessions = new Set<FollowerSession>();
  readonly #changed: (led: LedLog) => void;
  readonly #unequal: (led: LedLog) => void;
  #seenChanges = 0;

  constructor({ log, epoch, copies, isAgreed, changed, unequal }: LedLogPath) {
    this.log = log;
    this.epoch = epoch;
    this.copies = copies;
    this.isAgreed = isAgreed;
    this.#changed = changed;
    this.#unequal = unequal;
  }

  /** Begins to lead: the log's high watermark is that of its copies from now on. */
  lead(fenced: boolean): void {
    const { log, copies, epoch } = this;
    log.leaderEpoch = epoch;
    log.onWritten = () => this.#tellSessions();
    log.commitRule = (durableOffset) => {
      copies.advanced(durableOffset);
      this.#unequal(this);
      this.#tellSessions();
      return copies.highWatermark;
    };
    this.fence(fenced);
  }

  /** Another broker may lead by now, so that nothing may be written; or this is over. */
  fence(fenced: boolean): void {
    const { commits } = this.log;
    this.copies.fence(fenced);
    // Where all have agreed on leaders, clients find out who it is by now.
    const code = this.isAgreed ? "not-leader" : "not-enough-copies";
    if (fenced) commits.refuse(new NotCommitted(code, "another broker may lead"));
    else commits.refusal = null;
    this.settle();
  }

  /** Leads no longer: what isn't committed yet is refused, and sessions send no more of it. */
  resign(reason: string): void {
    const { log } = this;
    log.commitRule = () => log.highWatermark;
    log.onWritten = null;
    log.commits.refuse(new NotCommitted("not-leader", `${log.name}: ${reason}`));
    for (const session of [...this.sessions]) session.resigned(this);
  }

  /** All brokers have agreed on who has copies, the leader among them, and who is in the ISR. */
  agree({ replicas, adding, isr }: AgreedCopies, leaderId: number, nowMs: number): void {
    this.adding = adding;
    for (const id of this.copies.replicas) if (!replicas.includes(id)) this.copies.remove(id);
    // Who is in the ISR comes first: all would be committed else before it is known who waits.
    for (const origin of ["in", "new"] as const) {
      for (const id of replicas) {
        if (id === leaderId || isr.includes(id) !== (origin === "in")) continue;
        this.copies.put(id, true, origin, nowMs);
      }
    }
    this.copies.agreed(new Set(isr), nowMs);
  }

  /** A follower has made everything before `offset` durable. */
  copied(brokerId: number, offset: number, nowMs: number): void {
    this.copies.copied(brokerId, offset, nowMs);
    if (offset < this.log.durableOffset) this.#unequal(this);
    this.settle();
  }

  /** The copies aren't as they were: commits what is committed now, refuses what won't be. */
  settle(): void {
    const { log, copies } = this;
    log.applyRule();
    if (log.commits.length > 0 && !copies.enough) {
      const message = `${log.name} has too few copies in sync; the record may be lost`;
      log.commits.fail(new NotCommitted("not-enough-copies", message));
    }
    if (copies.changeCount === this.#seenChanges) return;
    this.#seenChanges = copies.changeCount;
    this.#changed(this);
  }

  #tellSessions(): void {
    for (const session of this.sessions) session.changed(this);
  }
}
