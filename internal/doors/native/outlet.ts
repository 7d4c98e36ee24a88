import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/network.ts";
import type { ConnectionShare } from "../connection-share.ts";
import { encodeFrame, type Message } from "./frame.ts";

/**
 * What leaves by a connection, with a bound: it is full while more is queued than may be, and
 * tells those who wait when it is no longer.
 */
export class Outlet {
  private readonly connection: Connection;
  private readonly clock: Clock;
  private readonly share: ConnectionShare;
  private waiting: (() => void)[] = [];

  constructor(connection: Connection, clock: Clock, share: ConnectionShare) {
    this.connection = connection;
    this.clock = clock;
    this.share = share;
  }

  send(message: Message, payload: readonly Uint8Array[]): void {
    let payloadBytes = 0;
    for (const piece of payload) payloadBytes += piece.length;
    this.connection.send(encodeFrame(message, payloadBytes));
    for (const piece of payload) this.connection.send(piece);
  }

  get full(): boolean {
    return this.connection.queuedBytes > this.share.bytes;
  }

  /**
   * Calls `work` once there is room, or when the connection has ended.
   *
   * What this turn has queued leaves at its end, mostly all of it; only then it shows whether the
   * other side takes it, and only if it didn't the connection tells when it has drained.
   */
  whenRoom(work: () => void): void {
    this.waiting.push(work);
    if (this.waiting.length === 1) this.clock.atEndOfTurn(() => this.roomMade());
  }

  /** Lets those go on who wait for room, if there is some. */
  roomMade(): void {
    if (!this.full) this.release();
  }

  /** Lets everyone go on who waits: there is room, or there will never be any. */
  release(): void {
    const released = this.waiting;
    this.waiting = [];
    for (const work of released) work();
  }
}
