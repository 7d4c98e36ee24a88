import type { Broker } from "../../broker/api.ts";
import type { Clock } from "../../platform/clock.ts";
import { FrameAssembler, type FrameError } from "../../platform/frames.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection, PartialFrame } from "../../platform/network.ts";
import type { ConnectionShare } from "../connection-share.ts";
import type { Conversation } from "../entrance.ts";
import type { NativeLimits } from "./limits.ts";
import { Outlet } from "./outlet.ts";
import {
  CONNECTION_ID,
  decodeFrame,
  MAX_REQUEST_HEAD_BYTES,
  MalformedFrame,
  PREFACE,
} from "./protocol/frame.ts";
import { ProtocolError, type RefusalCode, refusal, refusalFor } from "./protocol/refusal.ts";
import { Session } from "./session.ts";

/** A frame, `buffer[from, to)` without its length. */
interface HeldFrame {
  readonly buffer: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** What a connection is served with. */
export interface NativeContext {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: NativeLimits;
  /** The most that may be queued. */
  readonly share: ConnectionShare;
}

/**
 * The broker's end of a native connection.
 *
 * Requests are begun in the order in which they came and answered as they are done. When too many
 * are under way, or too much is queued, the connection is paused, and what had been read of it
 * waits: never more than what the network reads at a time.
 */
export class NativeConnection implements Conversation {
  private readonly context: NativeContext;
  private readonly connection: Connection;
  private readonly outlet: Outlet;
  private readonly session: Session;
  private readonly frames: FrameAssembler;
  private prefaceFilled = 0;
  private ended = false;
  /** Frames that were read, not yet decoded; those before `nextHeld` have been begun. */
  private readonly held: HeldFrame[] = [];
  private nextHeld = 0;
  private paused = false;
  private awaitsRoom = false;

  constructor(context: NativeContext, connection: Connection) {
    const { broker, clock, log, limits, share } = context;
    const { remote } = connection;
    const answered = (): void => {
      if (this.paused) this.goOn();
    };
    this.context = context;
    this.connection = connection;
    share.connections++;
    this.outlet = new Outlet(connection, clock, share);
    this.session = new Session({
      broker,
      clock,
      log,
      limits,
      remote,
      outlet: this.outlet,
      answered,
    });
    this.frames = new FrameAssembler(limits.maxFrameBytes, (buffer, from, to) =>
      this.take(buffer, from, to),
    );
  }

  get partial(): PartialFrame | null {
    return this.frames.partial;
  }

  /** Clients keep their connection while they run, whatever they have to say. */
  get mayBeSilent(): boolean {
    return this.session.greeted;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    const at = this.readPreface(chunk, from, to);
    if (this.ended) return;
    const error = this.frames.receive(chunk, at, to);
    if (error !== null) this.fail("frame-too-large", describe(error));
  }

  filled(count: number): void {
    this.frames.filled(count);
  }

  drained(): void {
    this.outlet.roomMade();
  }

  closed(): void {
    this.ended = true;
    this.context.share.connections--;
    this.held.length = 0;
    this.session.end();
    this.outlet.release();
  }

  /** Reads what is left of the preface and answers it; returns the place behind it. */
  private readPreface(chunk: Uint8Array, from: number, to: number): number {
    let at = from;
    while (this.prefaceFilled < PREFACE.length && at < to) {
      const known = chunk[at++] === PREFACE[this.prefaceFilled++];
      if (!known || this.prefaceFilled === PREFACE.length) this.connection.send(PREFACE);
      if (known) continue;
      this.fail("unsupported-version", "this version of the framing is not spoken here");
      return to;
    }
    return at;
  }

  private take(buffer: Uint8Array, from: number, to: number): void {
    if (this.ended) return;
    this.held.push({ buffer, from, to });
    if (!this.paused) this.goOn();
  }

  /** Begins what has been read, as far as the limits let it; pauses or resumes reading. */
  private goOn(): void {
    while (!this.ended && this.nextHeld < this.held.length && !this.session.overloaded) {
      const frame = this.held[this.nextHeld++];
      if (frame !== undefined) this.begin(frame);
    }
    if (this.ended) return;
    if (this.nextHeld === this.held.length) {
      this.held.length = 0;
      this.nextHeld = 0;
    }
    this.setPaused(this.session.overloaded);
  }

  private begin({ buffer, from, to }: HeldFrame): void {
    try {
      this.session.begin(decodeFrame(buffer, from, to, MAX_REQUEST_HEAD_BYTES));
    } catch (error) {
      if (error instanceof MalformedFrame) this.fail("malformed-frame", error.message);
      else if (error instanceof ProtocolError) this.fail(error.code, error.message);
      else throw error;
    }
  }

  private setPaused(paused: boolean): void {
    if (paused && this.outlet.full) this.awaitRoom();
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.context.broker.refusals.add("reading-paused");
    if (paused) this.connection.pause();
    else this.connection.resume();
  }

  private awaitRoom(): void {
    if (this.awaitsRoom) return;
    this.awaitsRoom = true;
    this.outlet.whenRoom(() => {
      this.awaitsRoom = false;
      this.goOn();
    });
  }

  /** Says what the client did wrong with the connection itself, and ends it. */
  private fail(code: RefusalCode, message: string): void {
    const { remote } = this.connection;
    const fields = refusal.write(refusalFor(code, message));
    this.context.log.warn("native-connection-failed", { remote, code, message });
    this.outlet.send({ id: CONNECTION_ID, name: "error", fields }, []);
    this.ended = true;
    this.session.end();
    this.connection.end();
  }
}

function describe({ code, sizeBytes, maxBytes }: FrameError): string {
  if (code === "frame-too-large") return `a frame of ${sizeBytes} bytes: ${maxBytes} are allowed`;
  return `a frame of ${sizeBytes} bytes is none`;
}
