import type { Clock } from "../platform/clock.ts";
import type { Connection } from "../platform/network.ts";
import type { ConnectionShare } from "./connection-share.ts";

/**
 * The room for what leaves by a connection: there is none while more is queued than may be, and
 * those who wait are told when there is again.
 */
export class Room {
  protected readonly connection: Connection;
  readonly #clock: Clock;
  readonly #share: ConnectionShare;
  #waiting: (() => void)[] = [];

  constructor(connection: Connection, clock: Clock, share: ConnectionShare) {
    this.connection = connection;
    this.#clock = clock;
    this.#share = share;
  }

  get full(): boolean {
    return this.connection.queuedBytes > this.#share.bytes;
  }

  /**
   * Calls `work` once there is room, or when the connection has ended.
   *
   * What this turn has queued leaves at its end, mostly all of it; only then it shows whether the
   * other side takes it, and only if it didn't the connection tells when it has drained.
   */
  whenRoom(work: () => void): void {
    this.#waiting.push(work);
    if (this.#waiting.length === 1) this.#clock.atEndOfTurn(() => this.roomMade());
  }

  /** Lets those go on who wait for room, if there is some. */
  roomMade(): void {
    if (!this.full) this.release();
  }

  /** Lets everyone go on who waits: there is room, or there will never be any. */
  release(): void {
    const released = this.#waiting;
    this.#waiting = [];
    for (const work of released) work();
  }
}
