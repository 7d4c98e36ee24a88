import { endOffsetOf } from "../record/batch.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { CopyPace } from "./copy-pace.ts";
import type { FindLed } from "./leader-path.ts";
import type { LedLog } from "./led-log.ts";
import type { FollowedLog, LeaderOutlet, LeaderSession, LogMarks, Placement } from "./messages.ts";
import { type PieceReader, readPiece } from "./read-piece.ts";
import {
  isAwaited,
  isFarBehind,
  isNewCopy,
  isNews,
  type SentLog,
  tell,
  unsentBytes,
} from "./sent-log.ts";

/** Batches are sent in pieces of about this size. */
const PIECE_BYTES = 1024 * 1024;
/** So much may be under way to a follower when a piece of a log that is far behind is sent. */
const CATCH_UP_BYTES = 4 * PIECE_BYTES;
/**
 * The same while producers wait for the follower: their records stand behind that on the wire and
 * on its disk. To a disk beside, a fourth of the bytes under way copies as fast, and an ack waits a
 * fourth as long.
 */
const CATCH_UP_BESIDE_ACKS_BYTES = PIECE_BYTES;
/** Producers wait for a follower if it was sent something for them not longer ago. */
const BESIDE_ACKS_MS = 100;

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
 * A leader's side of one follower's session: it sends what the follower doesn't have, as far as it
 * has room for it. Logs report themselves when they have changed, so that one that is idle costs
 * nothing.
 */
export class FollowerSession implements LeaderSession {
  readonly brokerId: number;
  readonly #path: SessionPath;
  readonly #outlet: LeaderOutlet;
  readonly #logs = new Map<number, SentLog>();
  readonly #byLed = new Map<LedLog, SentLog>();
  /** By name: logs that the follower wants and that aren't there. It may know of a topic first. */
  readonly #awaited = new Map<string, FollowedLog>();
  /** Those that have something to send; the one that has waited longest first. */
  readonly #ready = new Set<SentLog>();
  /** Those that are far behind: a piece of one is sent where no other log has anything to send. */
  readonly #farBehind = new Set<SentLog>();
  /** What may be under way, and how much of that is left. */
  readonly #windowBytes: number;
  #creditBytes: number;
  readonly #openedAtMs: number;
  /** When it was sent the last time what acks wait for. */
  #sentForAcksAtMs = Number.NEGATIVE_INFINITY;
  readonly #goOnLater = () => this.#goOn();
  #pumping = false;
  /** Whether something has changed while it was pumping. */
  #again = false;
  #closed = false;

  constructor(brokerId: number, path: SessionPath, outlet: LeaderOutlet, creditBytes: number) {
    this.brokerId = brokerId;
    this.#path = path;
    this.#outlet = outlet;
    this.#windowBytes = creditBytes;
    this.#creditBytes = creditBytes;
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
    this.#creditBytes += bytes;
    this.#goOn();
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
    if (!sent || this.#farBehind.has(sent)) return;
    this.#ready.add(sent);
    this.#goOn();
  }

  /** Tells the follower that its leader lives. */
  beat(inSync: boolean): void {
    let behindBytes = this.#windowBytes - this.#creditBytes;
    for (const logs of [this.#ready, this.#farBehind]) {
      for (const sent of logs) behindBytes += unsentBytes(sent);
    }
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
    this.#ready.clear();
    this.#farBehind.clear();
    this.#awaited.clear();
    this.#path.closed();
  }

  #placeAll(logs: readonly FollowedLog[]): void {
    this.#outlet.placed(logs.map((log) => this.#place(log)));
    // Before any batches of other logs: what a copy lacks is to be known soon.
    const placed = logs.flatMap(({ index }) => this.#logs.get(index) ?? []);
    if (placed.length > 0) this.#outlet.marks(placed.map(tell));
    this.#goOn();
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
    this.#ready.add(sent);
    return { kind: "copy", index, offset };
  }

  #drop(index: number): void {
    const sent = this.#logs.get(index);
    if (!sent) return;
    sent.led.sessions.delete(this);
    this.#logs.delete(index);
    this.#byLed.delete(sent.led);
    this.#ready.delete(sent);
    this.#farBehind.delete(sent);
  }

  #goOn(): void {
    this.#again = true;
    if (this.#pumping || this.#closed) return;
    if (this.#ready.size + this.#farBehind.size === 0) return;
    this.#pumping = true;
    this.#outlet.whenRoom(() => {
      this.#again = false;
      this.#pump().then((sentAny) => {
        this.#pumping = false;
        if (sentAny || this.#again) this.#goOn();
      });
    });
  }

  /** Sends what is new of the logs that are ready now. Resolves with whether there was anything. */
  async #pump(): Promise<boolean> {
    const marks: LogMarks[] = [];
    let sentAny = false;
    for (const sent of [...this.#ready]) {
      if (this.#closed) return false;
      const { led, nextOffset } = sent;
      if (led.log.removed) this.#drop(sent.index);
      else if (nextOffset >= led.log.endOffset) {
        this.#ready.delete(sent);
        if (isNews(sent)) marks.push(tell(sent));
      } else if (isFarBehind(sent, this.brokerId)) {
        this.#ready.delete(sent);
        this.#farBehind.add(sent);
      } else if (this.#creditBytes > 0) {
        if (isAwaited(sent, this.brokerId)) this.#sentForAcksAtMs = this.#path.nowMs();
        await this.#send(sent, this.#ready);
        sentAny = true;
      }
    }
    if (marks.length > 0 && !this.#closed) this.#outlet.marks(marks);
    return (await this.#catchUp()) || sentAny;
  }

  /** Sends a piece of the log that is far behind and has waited longest. */
  async #catchUp(): Promise<boolean> {
    const besideAcks = this.#path.nowMs() - this.#sentForAcksAtMs < BESIDE_ACKS_MS;
    const mostBytes = besideAcks ? CATCH_UP_BESIDE_ACKS_BYTES : CATCH_UP_BYTES;
    if (this.#windowBytes - this.#creditBytes >= mostBytes) return false;
    const sent = this.#firstFarBehind();
    if (!sent) return false;
    this.#farBehind.delete(sent);
    if (sent.led.log.removed) this.#drop(sent.index);
    else if (isFarBehind(sent, this.brokerId)) {
      const sizeBytes = await this.#send(sent, this.#farBehind);
      if (isNewCopy(sent, this.brokerId)) this.#path.pace.spend(sizeBytes);
    } else this.#ready.add(sent);
    return true;
  }

  /** The one that has waited longest; new copies wait for their pace, and then go on. */
  #firstFarBehind(): SentLog | undefined {
    const { pace } = this.#path;
    const { isFree } = pace;
    for (const sent of this.#farBehind) if (isFree || !isNewCopy(sent, this.brokerId)) return sent;
    if (this.#farBehind.size > 0) pace.whenFree(this.#goOnLater);
    return undefined;
  }

  /** Sends a piece of a log, which has to wait for its next turn among `others`; its size. */
  async #send(sent: SentLog, others: Set<SentLog>): Promise<number> {
    const { led, nextOffset } = sent;
    const { log } = led;
    // What the leader has dropped meanwhile, the follower will never get.
    const offset = Math.max(nextOffset, log.startOffset);
    const { endOffset } = log;
    const pieces = await this.#read(log, offset);
    if (this.#closed || pieces === null) return 0;
    sent.nextOffset = offset;
    let sizeBytes = 0;
    for (const piece of pieces) {
      sent.nextOffset = endOffsetOf(piece);
      sizeBytes += piece.length;
    }
    this.#creditBytes -= sizeBytes;
    others.delete(sent);
    others.add(sent);
    if (pieces.length === 0) sent.nextOffset = endOffset;
    else this.#outlet.batches(tell(sent), pieces);
    return sizeBytes;
  }

  /** A piece of a log; null if there is no more to be sent of it, or of any. */
  async #read(log: PartitionLog, fromOffset: number): Promise<readonly Uint8Array[] | null> {
    try {
      return await readPiece(this.#path, log, fromOffset, PIECE_BYTES);
    } catch (error) {
      if (!log.removed) this.end(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}
