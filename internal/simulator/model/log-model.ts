import { baseOffset, batchSizeBytes, lastOffset } from "../../record/batch.ts";
import type { Durability } from "../../storage/partition-log.ts";
import type { CrashKind } from "../disk/file-system.ts";
import { must } from "../failure.ts";
import type { Attempt, Attempts } from "./attempts.ts";

/** A batch that was read, and where. */
export interface FoundBatch {
  readonly attempt: Attempt;
  readonly offset: number;
}

/** What is known of a log's being: it is there, it is being removed, or it is gone. */
export type LogExistence = "there" | "being-removed" | "gone";

/** A log as those who use it know it: what it must hold, may hold, and must not hold. */
export class LogModel {
  readonly name: string;
  readonly incarnation: string;
  readonly durability: Durability;
  existence: LogExistence = "there";
  /** Whether it was on the disk for certain: one without batches needn't be. */
  recorded = false;
  /** What was cut off by a call that came back, or was seen as the log's start. */
  startOffset = 0;
  /** Starts that were asked for and not answered. */
  askedStarts: number[] = [];
  /** All before this offset must be there after a crash that the durability covers. */
  promisedEnd = 0;
  /** The power has gone since the log was last read, and that may have taken a part of it. */
  mayHaveLost = false;
  /** How often it has lost what was acknowledged, as it might: a surprise for its producers. */
  losses = 0;
  /** As they were seen last in the running process: they never go back. */
  lastStart = 0;
  lastHighWatermark = 0;
  /** Batches that are in the log, in order. */
  present: Attempt[] = [];
  /** Batches that were sent and not answered, in the order in which they were sent. */
  unknown = new Set<Attempt>();
  /** Those of them that the last restart has not found, in the same order. */
  lost: Attempt[] = [];
  readonly #attempts: Attempts;

  constructor(name: string, incarnation: string, durability: Durability, attempts: Attempts) {
    this.name = name;
    this.incarnation = incarnation;
    this.durability = durability;
    this.#attempts = attempts;
  }

  /** The log's name and incarnation, as its batches have it. */
  get key(): string {
    return `${this.name}/${this.incarnation}`;
  }

  /** The end of what is known to be there. */
  get knownEnd(): number {
    const last = this.present.at(-1);
    return Math.max(this.startOffset, last ? endOf(last) : 0);
  }

  /** A batch was acknowledged, or found, at `offset`. */
  learn(attempt: Attempt, offset: number): void {
    const { present } = this;
    const text = () => `${this.name}: batch ${attempt.number} at ${offset}`;
    if (attempt.state === "present") {
      must(attempt.baseOffset === offset, () => `${text()}, it was at ${attempt.baseOffset}`);
      return;
    }
    attempt.state = "present";
    attempt.baseOffset = offset;
    this.unknown.delete(attempt);
    this.recorded = true;
    let at = present.length;
    while (at > 0 && (present[at - 1]?.baseOffset ?? 0) >= offset) at--;
    const before = present[at - 1];
    const behind = present[at];
    must(!before || endOf(before) <= offset, () => `${text()} lies in batch ${before?.number}`);
    must(!behind || endOf(attempt) <= behind.baseOffset, () => `${text()} reaches too far`);
    present.splice(at, 0, attempt);
  }

  /** A batch isn't in the log, and won't be unless it is sent again. */
  notThere(attempt: Attempt): void {
    attempt.state = "absent";
    attempt.sends = [];
    this.unknown.delete(attempt);
  }

  /** All before `offset` was told to be safe. */
  promise(offset: number): void {
    this.promisedEnd = Math.max(this.promisedEnd, offset);
  }

  /** Whether a cut was asked for, which may not have been answered, that takes `offset` away. */
  mayStartBehind(offset: number): boolean {
    return this.askedStarts.some((start) => start > offset);
  }

  /**
   * Checks what was read from `offset` on: whole batches, one behind the other, that may be there;
   * batches without an ack count as acknowledged from then on, if they may: `mayLearn`. Returns
   * the offset behind them.
   */
  checkRead(
    chunks: readonly Uint8Array[],
    offset: number,
    endOffset: number,
    mayLearn: boolean,
  ): number {
    let next = offset;
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        const attempt = this.#attempts.find(chunk, at);
        const base = baseOffset(chunk, at);
        must(attempt !== undefined, () => `${this.name}: unknown bytes at offset ${base}`);
        const isOurs = attempt.log === this.key;
        if (isOurs && mayLearn && attempt.state === "unknown") this.learn(attempt, base);
        const known = isOurs && attempt.state === "present";
        must(known, () => `${this.name}: batch ${attempt.number} was never told to be there`);
        must(attempt.baseOffset === base, () => `${this.name}: batch ${attempt.number} moved`);
        const first = next === offset && base <= offset && lastOffset(chunk, at) >= offset;
        must(first || base === next, () => `${this.name}: ${base} read where ${next} comes next`);
        must(base < endOffset, () => `${this.name}: ${base} read, the end is ${endOffset}`);
        next = lastOffset(chunk, at) + 1;
      }
    }
    return next;
  }

  /** After a restart a log begins where someone asked for, and not before what was told. */
  takeStart(offset: number): void {
    must(offset >= this.startOffset, () => `${this.name} starts at ${offset} again`);
    const asked = offset === this.startOffset || this.askedStarts.includes(offset);
    must(asked, () => `${this.name}: nobody asked for the start ${offset}`);
    this.startOffset = offset;
  }

  /** In a running process a log begins where it did, or where someone asked for. */
  checkStart(offset: number): void {
    const { name, lastStart } = this;
    must(offset >= lastStart, () => `${name}: its start went back to ${offset}`);
    const asked = offset === lastStart || this.askedStarts.includes(offset);
    must(asked, () => `${name}: nobody asked for the start ${offset}`);
    this.lastStart = offset;
  }

  /** The process has crashed. A sync that had failed may have dropped what was in memory. */
  crash(kind: CrashKind, syncFailed: boolean): void {
    if (this.durability === "memory" && (kind === "power-loss" || syncFailed)) {
      this.mayHaveLost = true;
      this.promisedEnd = 0;
    }
  }

  /** Takes what a restarted log holds as what is there, if it may be so. */
  recovered(found: readonly FoundBatch[], end: number): void {
    const { name } = this;
    const known = new Map(this.present.map((attempt) => [attempt.baseOffset, attempt]));
    must(end >= this.promisedEnd, () => `${name} ends at ${end}, ${this.promisedEnd} was promised`);
    if (!this.mayHaveLost) {
      must(end >= this.knownEnd, () => `${name} ends at ${end}, ${this.knownEnd} was acknowledged`);
    }
    const kept: Attempt[] = [];
    let hasLost = false;
    for (const attempt of this.present) {
      if (endOf(attempt) > this.startOffset) continue;
      // What is cut off can't be looked at: that a batch was there is known from its answer only.
      if (this.mayHaveLost) this.notThere(attempt);
      else kept.push(attempt);
      hasLost ||= this.mayHaveLost;
    }
    const before = this.unknown;
    const order = new SendOrder();
    this.present = kept;
    for (const { attempt, offset } of found) {
      const number = () => `${name}: batch ${attempt.number} at ${offset}`;
      const was = known.get(offset);
      if (was) must(was === attempt, () => `${number()} where batch ${was.number} was`);
      else must(before.has(attempt), () => `${number()} has come back, it was ${attempt.state}`);
      must(order.admits(attempt), () => `${number()} has overtaken another`);
      attempt.state = "unknown";
      this.learn(attempt, offset);
    }
    for (const attempt of known.values()) {
      if (this.present.includes(attempt) || endOf(attempt) <= this.startOffset) continue;
      must(this.mayHaveLost, () => `${name}: batch ${attempt.number} is gone`);
      this.notThere(attempt);
      hasLost = true;
    }
    if (hasLost) this.losses++;
    this.lost = [...this.unknown];
    for (const attempt of this.lost) this.notThere(attempt);
    this.promisedEnd = end;
    this.mayHaveLost = false;
  }
}

/** Finds out whether batches stand in the order in which each connection sent them. */
class SendOrder {
  readonly #last = new Map<number, number>();

  admits({ sends }: Attempt): boolean {
    const connections = new Set(sends.map(({ connection }) => connection));
    // Of a batch that was sent on several, nobody knows which one brought it.
    if (connections.size > 1) return true;
    const [connection = 0] = connections;
    const last = this.#last.get(connection) ?? 0;
    const send = sends.find(({ order }) => order > last);
    if (send) this.#last.set(connection, send.order);
    return send !== undefined;
  }
}

/** The offset behind a batch that is in a log. */
export function endOf({ baseOffset, recordCount }: Attempt): number {
  return baseOffset + recordCount;
}
