import { admit, decide, drop, mayJoin, propose } from "./copy-changes.ts";
import type { Copy, CopyOrigin, CopyRules, CopyState, IsrAuthority } from "./copy-state.ts";
import { isUnproposed } from "./copy-state.ts";

/** A copy begins to join when it had everything so recently, and since it is out: a short wait. */
const NEARLY_CAUGHT_UP_MS = 500;

/** What a partition's leader begins with. */
export interface CopiesStart {
  readonly leaderId: number;
  readonly rules: CopyRules;
  /** When a broker was heard the last time. */
  readonly heardAtMs: (brokerId: number) => number;
  /** What the leader has made durable. */
  readonly endOffset: number;
  /** What was known of it before. */
  readonly highWatermark: number;
  /** Without one the leader alone decides who is in sync. */
  readonly authority?: IsrAuthority | undefined;
}

/**
 * The copies of one partition, as its leader sees them: who is in sync, and up to where all of
 * those have everything. Times are of a clock that only goes forward.
 *
 * The rules are Kafka's but for `joining`. A copy counts by what it has made durable, never by what
 * was sent to it. The high watermark never goes back; who is in the ISR has all before it.
 */
export class PartitionCopies {
  readonly #leaderId: number;
  readonly #heardAtMs: (brokerId: number) => number;
  readonly #authority: IsrAuthority | null;
  readonly #copies = new Map<number, Copy>();
  /** Counts the changes of who is in sync, and of who should be. */
  changeCount = 0;
  #rules: CopyRules;
  #fenced = false;
  #endOffset: number;
  readonly #firstOffset: number; // what was committed before this broker led is before it
  #highWatermark: number;

  constructor({ leaderId, rules, heardAtMs, endOffset, highWatermark, authority }: CopiesStart) {
    this.#authority = authority ?? null;
    this.#leaderId = leaderId;
    this.#rules = rules;
    this.#heardAtMs = heardAtMs;
    this.#endOffset = endOffset;
    this.#firstOffset = endOffset;
    this.#highWatermark = Math.min(highWatermark, endOffset);
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** The ids of the brokers in sync, the leader's first. */
  get isr(): number[] {
    return [this.#leaderId, ...this.#ids(({ standing }) => standing === "in")];
  }

  /** Who should be in sync: a leader proposes that, where others agree to it. */
  get wantedIsr(): number[] {
    const wanted = (copy: Copy) => {
      if (copy.proposed !== "in") return (copy.proposed ?? copy.standing) === "in";
      return copy.offset >= 0 && mayJoin(copy, this.#authority);
    };
    return [this.#leaderId, ...this.#ids(wanted)];
  }

  /** The ids of all brokers that have a copy, the leader's first. */
  get replicas(): number[] {
    return [this.#leaderId, ...this.#copies.keys()];
  }

  /** The ids of those that follow and are never in the ISR. */
  get observers(): number[] {
    return this.#ids(({ synchronous }) => !synchronous);
  }

  get followers(): Iterable<CopyState> {
    return this.#copies.values();
  }

  /** Whether a copy is missing that was in the ISR once. */
  get degraded(): boolean {
    for (const { wasIn, standing } of this.#copies.values()) {
      if (wasIn && standing !== "in") return true;
    }
    return false;
  }

  /** Whether a write with acks=all may be taken, and its ack may leave. */
  get enough(): boolean {
    const { minInsyncReplicas, policy } = this.#rules;
    if (policy === "refuse" && this.degraded) return false;
    return minInsyncReplicas <= 1 || this.isr.length >= minInsyncReplicas;
  }

  /** How many copies have everything before `offset`, the leader's included. */
  countWith(offset: number): number {
    let count = 1;
    for (const copy of this.#copies.values()) if (copy.offset >= offset) count++;
    return count;
  }

  /**
   * There is a copy at this broker, or it has become (a)synchronous. Where a synchronous one that
   * may be `in` sync isn't, time will tell, and nothing is acked without it before that.
   */
  put(brokerId: number, synchronous: boolean, origin: CopyOrigin, nowMs: number): void {
    const known = this.#copies.get(brokerId);
    if (known?.synchronous === synchronous) return;
    const isIn = synchronous && origin === "in";
    this.#copies.set(brokerId, {
      brokerId,
      synchronous,
      standing: isIn ? "in" : "out",
      offset: known?.offset ?? -1,
      caughtUpAtMs: known?.caughtUpAtMs ?? nowMs,
      outSinceMs: isIn ? null : nowMs,
      wasIn: synchronous && origin !== "new",
      isPresumed: isIn && this.#endOffset > 0,
      proposed: null,
      markOffset: this.#endOffset,
      markAtMs: nowMs,
    });
    this.changeCount++;
    this.#raise();
  }

  remove(brokerId: number): void {
    this.#copies.delete(brokerId);
    this.changeCount++;
    this.#raise();
  }

  /** It was agreed that these are in the ISR, and no proposal is under way any more. */
  agreed(isr: ReadonlySet<number>, nowMs: number): void {
    for (const copy of this.#copies.values()) {
      this.#count(decide(copy, isr.has(copy.brokerId), nowMs));
    }
    this.#raise();
  }

  setRules(rules: CopyRules): void {
    this.#rules = rules;
    this.#raise();
  }

  /** While it is fenced, nothing more is committed. */
  fence(fenced: boolean): void {
    this.#fenced = fenced;
    this.#raise();
  }

  /** The leader has made everything before `endOffset` durable. */
  advanced(endOffset: number): void {
    if (endOffset > this.#endOffset) {
      for (const copy of this.#copies.values()) this.#seeWhetherCaughtUp(copy);
      this.#endOffset = endOffset;
    }
    this.#raise();
  }

  /** A follower begins anew: what it has it will say. */
  reconnected(brokerId: number): void {
    const copy = this.#copies.get(brokerId);
    if (copy) copy.offset = -1;
  }

  /** A follower says that it has made everything before `offset` durable. */
  copied(brokerId: number, offset: number, nowMs: number): void {
    const copy = this.#copies.get(brokerId);
    if (!copy) return;
    copy.offset = offset;
    // It was taken to be in sync since a restart, or it has lost what it had.
    if (copy.standing === "in" && offset < this.#highWatermark) this.#drop(copy, nowMs);
    if (offset >= copy.markOffset) {
      if (copy.isPresumed) this.changeCount++;
      copy.isPresumed = false;
      copy.caughtUpAtMs = offset >= this.#endOffset ? nowMs : copy.markAtMs;
      copy.markOffset = this.#endOffset;
      copy.markAtMs = nowMs;
    }
    this.#join(copy, nowMs);
    this.#raise();
    this.#join(copy, nowMs);
  }

  /**
   * Lets those fall out of the ISR that are too far behind, and those in that were silent for too
   * long and have everything all the same. Returns whether any did.
   */
  sweep(nowMs: number): boolean {
    const before = this.changeCount;
    for (const copy of this.#copies.values()) {
      this.#seeWhetherCaughtUp(copy);
      const isRecent = nowMs - copy.caughtUpAtMs <= this.#rules.lagTimeMaxMs;
      const isHopeless = copy.standing === "joining" && !mayJoin(copy, this.#authority);
      if (copy.standing !== "out" && (!isRecent || isHopeless)) this.#drop(copy, nowMs);
      else if (isRecent && isUnproposed(copy)) this.#join(copy, nowMs);
      else if (copy.proposed === "out" && copy.offset >= this.#highWatermark) {
        this.#count(propose(copy, null));
      }
    }
    if (this.changeCount === before) return false;
    this.#raise();
    return true;
  }

  /** Whether a sweep could find something: one in sync that lags, or one out of it that doesn't. */
  get unsettled(): boolean {
    for (const copy of this.#copies.values()) {
      const hasAll = copy.offset >= this.#endOffset;
      if (copy.standing !== "out" && !hasAll) return true;
      if (copy.synchronous && hasAll && isUnproposed(copy)) return true;
    }
    return false;
  }

  #join(copy: Copy, nowMs: number): void {
    if (copy.standing === "in" || !mayJoin(copy, this.#authority)) return;
    // The high watermark may be behind what was committed before this broker led.
    if (copy.offset >= Math.max(this.#highWatermark, this.#firstOffset)) {
      const all = copy.offset >= this.#endOffset;
      // Behind a watermark that can't move, having everything is what counts.
      if (all || copy.standing === "joining") this.#count(admit(copy, this.#authority));
    }
    if (copy.outSinceMs === null || copy.caughtUpAtMs <= copy.outSinceMs) return;
    if (nowMs - copy.caughtUpAtMs <= NEARLY_CAUGHT_UP_MS) copy.standing = "joining";
  }

  #drop(copy: Copy, nowMs: number): void {
    this.#count(drop(copy, this.#authority, nowMs));
  }

  #count(changed: boolean): void {
    if (changed) this.changeCount++;
  }

  /** Who had everything when it was heard last was caught up then. */
  #seeWhetherCaughtUp(copy: Copy): void {
    if (copy.offset < this.#endOffset) return;
    copy.caughtUpAtMs = Math.max(copy.caughtUpAtMs, this.#heardAtMs(copy.brokerId));
  }

  #raise(): void {
    if (this.#fenced || this.#authority?.isOutdated()) return;
    if (this.#rules.policy === "refuse" && this.degraded) return;
    let offset = this.#endOffset;
    for (const copy of this.#copies.values()) {
      if (copy.standing !== "out") offset = Math.min(offset, copy.offset);
    }
    this.#highWatermark = Math.max(this.#highWatermark, offset);
  }

  #ids(wanted: (copy: Copy) => boolean): number[] {
    return [...this.#copies.values()].filter(wanted).map(({ brokerId }) => brokerId);
  }
}
