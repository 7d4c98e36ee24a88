import { endOffsetOf } from "../record/batch.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { CopyPace } from "./copy-pace.ts";
import type { LeaderOutlet, LogMarks } from "./messages.ts";
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

/** What is sent with, and to whom. */
export interface SendQueuePath extends PieceReader {
  /** The follower. */
  readonly brokerId: number;
  readonly outlet: LeaderOutlet;
  /** How much may be under way. */
  readonly windowBytes: number;
  /** How fast copies that are new are sent what they lack. */
  readonly pace: CopyPace;
  readonly nowMs: () => number;
  /** Told of a log that isn't there any more. */
  readonly removed: (sent: SentLog) => void;
  /** Told of what ends the session. */
  readonly failed: (reason: string) => void;
}

/**
 * What a follower is sent next. Logs that acks wait for come first; of those that are far behind
 * and that nobody waits for, a piece at a time, while little is under way. Logs report themselves
 * when they have changed, so that one that is idle costs nothing.
 */
export class SendQueue {
  readonly #path: SendQueuePath;
  /** Those that have something to send; the one that has waited longest first. */
  readonly #ready = new Set<SentLog>();
  /** Those that are far behind: a piece of one is sent where no other log has anything to send. */
  readonly #farBehind = new Set<SentLog>();
  /** How much more may be sent now. */
  #creditBytes: number;
  /** When the follower was sent the last time what acks wait for. */
  #sentForAcksAtMs = Number.NEGATIVE_INFINITY;
  readonly #goOnLater = () => this.goOn();
  #pumping = false;
  /** Whether something has changed while it was pumping. */
  #again = false;
  #closed = false;

  constructor(path: SendQueuePath) {
    this.#path = path;
    this.#creditBytes = path.windowBytes;
  }

  /** About what is under way, and what is still to be sent. */
  get behindBytes(): number {
    let bytes = this.#path.windowBytes - this.#creditBytes;
    for (const logs of [this.#ready, this.#farBehind]) {
      for (const sent of logs) bytes += unsentBytes(sent);
    }
    return bytes;
  }

  /** A log is sent from now on, when the queue goes on. */
  add(sent: SentLog): void {
    this.#ready.add(sent);
  }

  /** A log has something new. */
  changed(sent: SentLog): void {
    if (this.#farBehind.has(sent)) return;
    this.#ready.add(sent);
    this.goOn();
  }

  /** A log isn't sent any more. */
  drop(sent: SentLog): void {
    this.#ready.delete(sent);
    this.#farBehind.delete(sent);
  }

  /** The follower has taken so much of what was under way. */
  taken(bytes: number): void {
    this.#creditBytes += bytes;
    this.goOn();
  }

  /** Sends what there is, as soon as there is room. */
  goOn(): void {
    this.#again = true;
    if (this.#pumping || this.#closed) return;
    if (this.#ready.size + this.#farBehind.size === 0) return;
    this.#pumping = true;
    this.#path.outlet.whenRoom(() => {
      this.#again = false;
      this.#pump().then((sentAny) => {
        this.#pumping = false;
        if (sentAny || this.#again) this.goOn();
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#ready.clear();
    this.#farBehind.clear();
  }

  /** Sends what is new of the logs that are ready now. Resolves with whether there was anything. */
  async #pump(): Promise<boolean> {
    const { brokerId, outlet, nowMs, removed } = this.#path;
    const marks: LogMarks[] = [];
    let sentAny = false;
    for (const sent of [...this.#ready]) {
      if (this.#closed) return false;
      if (!this.#ready.has(sent)) continue; // it was dropped meanwhile
      const { led, nextOffset } = sent;
      if (led.log.removed) removed(sent);
      else if (nextOffset >= led.log.endOffset) {
        this.#ready.delete(sent);
        if (isNews(sent)) marks.push(tell(sent));
      } else if (isFarBehind(sent, brokerId)) {
        this.#ready.delete(sent);
        this.#farBehind.add(sent);
      } else if (this.#creditBytes > 0) {
        if (isAwaited(sent, brokerId)) this.#sentForAcksAtMs = nowMs();
        await this.#send(sent, this.#ready);
        sentAny = true;
      }
    }
    if (marks.length > 0 && !this.#closed) outlet.marks(marks);
    return (await this.#catchUp()) || sentAny;
  }

  /** Sends a piece of the log that is far behind and has waited longest. */
  async #catchUp(): Promise<boolean> {
    const { brokerId, windowBytes, pace, nowMs, removed } = this.#path;
    const besideAcks = nowMs() - this.#sentForAcksAtMs < BESIDE_ACKS_MS;
    const mostBytes = besideAcks ? CATCH_UP_BESIDE_ACKS_BYTES : CATCH_UP_BYTES;
    if (windowBytes - this.#creditBytes >= mostBytes) return false;
    const sent = this.#firstFarBehind();
    if (!sent) return false;
    if (sent.led.log.removed) removed(sent);
    else if (isFarBehind(sent, brokerId)) {
      const sizeBytes = await this.#send(sent, this.#farBehind);
      if (isNewCopy(sent, brokerId)) pace.spend(sizeBytes);
    } else {
      this.#farBehind.delete(sent);
      this.#ready.add(sent);
    }
    return true;
  }

  /** The one that has waited longest; new copies wait for their pace, and then go on. */
  #firstFarBehind(): SentLog | undefined {
    const { brokerId, pace } = this.#path;
    const { isFree } = pace;
    for (const sent of this.#farBehind) if (isFree || !isNewCopy(sent, brokerId)) return sent;
    if (this.#farBehind.size > 0) pace.whenFree(this.#goOnLater);
    return undefined;
  }

  /** Sends a piece of one of `all`, which has to wait for its next turn among them; its size. */
  async #send(sent: SentLog, all: Set<SentLog>): Promise<number> {
    const { led, nextOffset } = sent;
    const { log } = led;
    // What the leader has dropped meanwhile, the follower will never get.
    const offset = Math.max(nextOffset, log.startOffset);
    const { endOffset } = log;
    const pieces = await this.#read(log, offset);
    if (this.#closed || pieces === null || !all.has(sent)) return 0; // it may have been dropped
    sent.nextOffset = offset;
    let sizeBytes = 0;
    for (const piece of pieces) {
      sent.nextOffset = endOffsetOf(piece);
      sizeBytes += piece.length;
    }
    this.#creditBytes -= sizeBytes;
    all.delete(sent);
    all.add(sent);
    if (pieces.length === 0) sent.nextOffset = endOffset;
    else this.#path.outlet.batches(tell(sent), pieces);
    return sizeBytes;
  }

  /** A piece of a log; null if there is no more to be sent of it, or of any. */
  async #read(log: PartitionLog, fromOffset: number): Promise<readonly Uint8Array[] | null> {
    try {
      return await readPiece(this.#path, log, fromOffset, PIECE_BYTES);
    } catch (error) {
      if (!log.removed) this.#path.failed(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}
