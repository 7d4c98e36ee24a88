import type { CopyPace } from "./copy-pace.ts";
import type { FindLed } from "./leader-path.ts";
import type { LedLog } from "./led-log.ts";
import type { FollowedLog, LeaderOutlet, LeaderSession, Placement } from "./messages.ts";
import type { PieceReader } from "./read-piece.ts";
import { SendQueue } from "./send-queue.ts";
import { type SentLog, tell } from "./sent-log.ts";

/** What a session needs of its leader. */
export interface SessionPath extends PieceReader {
  /** How fast copies that are new are sent what they lack. */
  readonly pace: CopyPace;
  readonly find: FindLed;
  readonly nowMs: () => number;
  /** Told of every sign of life. */
  readonly heard: () => void;
  /** Told that the follower has answered what was sent to it then, which may be long ago. */
  readonly answered: (sentAtMs: number) => void;
  readonly closed: () => void;
}

/**
 * A leader's side of one follower's session: which logs are copied, and from where; its queue sends
 * what the follower doesn't have.
 */
export class FollowerSession implements LeaderSession {
  readonly brokerId: number;
  readonly #path: SessionPath;
  readonly #outlet: LeaderOutlet;
  readonly #logs = new Map<number, SentLog>();
  readonly #byLed = new Map<LedLog, SentLog>();
  /** By name: logs that the follower wants and that aren't there. It may know of a topic first. */
  readonly #awaited = new Map<string, FollowedLog>();
  readonly #queue: SendQueue;
  readonly #openedAtMs: number;
  #closed = false;

  constructor(brokerId: number, path: SessionPath, outlet: LeaderOutlet, creditBytes: number) {
    this.brokerId = brokerId;
    this.#path = path;
    this.#outlet = outlet;
    this.#queue = new SendQueue({
      ...path,
      brokerId,
      outlet,
      windowBytes: creditBytes,
      removed: ({ index }) => this.#drop(index),
      failed: (reason) => this.end(reason),
    });
    this.#openedAtMs = path.nowMs();
  }

  follow(logs: readonly FollowedLog[]): void {
    this.#path.heard();
    this.#path.answered(this.#openedAtMs);
    this.#placeAll(logs);
  }

  copied(offsets: readonly (readonly [number, number])[], bytes: number): void {
    this.#path.heard();
    const nowMs = this.#path.nowMs();
    for (const [index, offset] of offsets) {
      this.#logs.get(index)?.led.copied(this.brokerId, offset, nowMs);
    }
    this.#queue.taken(bytes);
  }

  answered(beatAtMs: number): void {
    this.#path.heard();
    this.#path.answered(Math.min(beatAtMs, this.#path.nowMs()));
  }

  /** There is a log of this name now. */
  appeared(name: string): void {
    const awaited = this.#awaited.get(name);
    if (!awaited) return;
    this.#awaited.delete(name);
    this.#placeAll([awaited]);
  }

  /** This broker doesn't lead a log any more; its follower learns elsewhere who does. */
  resigned(led: LedLog): void {
    const sent = this.#byLed.get(led);
    if (sent) this.#drop(sent.index);
  }

  /** A log has something new. */
  changed(led: LedLog): void {
    const sent = this.#byLed.get(led);
    if (sent) this.#queue.changed(sent);
  }

  /** Tells the follower that its leader lives. */
  beat(inSync: boolean): void {
    const { behindBytes } = this.#queue;
    const atMs = Math.floor(this.#path.nowMs());
    this.#outlet.beat({ inSync, behindBytes, atMs });
  }

  /** Ends the session from this side. */
  end(reason: string): void {
    if (this.#closed) return;
    this.#outlet.end(reason);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { led } of this.#logs.values()) led.sessions.delete(this);
    this.#logs.clear();
    this.#queue.close();
    this.#awaited.clear();
    this.#path.closed();
  }

  #placeAll(logs: readonly FollowedLog[]): void {
    this.#outlet.placed(logs.map((log) => this.#place(log)));
    // Before any batches of other logs: what a copy lacks is to be known soon.
    const placed = logs.flatMap(({ index }) => this.#logs.get(index) ?? []);
    if (placed.length > 0) this.#outlet.marks(placed.map(tell));
    this.#queue.goOn();
  }

  #place(followed: FollowedLog): Placement {
    const { index, name, incarnation, endOffset, lastEpoch, leaderEpoch } = followed;
    const led = this.#path.find(name, incarnation, leaderEpoch);
    this.#drop(index);
    // One that is to get a copy may know it before its leader does.
    if (!led || (led.isAgreed && !led.copies.replicas.includes(this.brokerId))) {
      this.#awaited.set(name, followed);
      return { kind: "unknown", index };
    }
    const { log } = led;
    const end = lastEpoch < 0 ? null : log.epochs.endOf(lastEpoch, log.endOffset);
    const parted = end !== null && (end.epoch !== lastEpoch || endOffset > end.endOffset);
    if (parted && endOffset > log.startOffset) {
      const { epoch, endOffset: cut } = end;
      return { kind: "cut", index, epoch, endOffset: Math.max(cut, log.startOffset) };
    }
    const offset = Math.max(endOffset, log.startOffset);
    this.resigned(led); // it may have stood for another number
    const told = { index, highWatermark: -1, startOffset: -1, endOffset: -1 };
    const sent = { index, led, nextOffset: offset, told };
    this.#logs.set(index, sent);
    this.#byLed.set(led, sent);
    led.sessions.add(this);
    led.copied(this.brokerId, offset, this.#path.nowMs());
    this.#queue.add(sent);
    return { kind: "copy", index, offset };
  }

  #drop(index: number): void {
    const sent = this.#logs.get(index);
    if (!sent) return;
    sent.led.sessions.delete(this);
    this.#logs.delete(index);
    this.#byLed.delete(sent.led);
    this.#queue.drop(sent);
  }
}
