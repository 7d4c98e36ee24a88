import {
  CONNECTION_ID,
  decodeFrame,
  encodeFrame,
  type Frame,
  MAX_REQUEST_HEAD_BYTES,
  MalformedFrame,
  PREFACE,
} from "../doors/native/protocol/frame.ts";
import { refusal } from "../doors/native/protocol/refusal.ts";
import { FieldError } from "../doors/native/protocol/shapes.ts";
import { FrameAssembler } from "../platform/frames.ts";
import type { Connection, NetworkError, PartialFrame, Receiver } from "../platform/network.ts";
import { ClientError } from "./errors.ts";

/** No frame of a broker's is longer, whatever its greeting says: what comes is held in memory. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

const MAX_ID = 2 ** 31 - 1;

/** A request that has no answer yet, or a stream that has not ended. */
export interface Exchange {
  /** What the broker tells before the answer. Throws `FieldError` if it makes no sense. */
  event(frame: Frame): void;
  /** The answer, which is the end of it. Throws `FieldError` if it makes no sense. */
  answer(fields: unknown): void;
  /** There is no answer, or one that says no. */
  fail(error: ClientError): void;
}

/**
 * The client's end of a connection: it gives requests their ids, and hands what comes to the
 * request that it belongs to.
 */
export class Channel implements Receiver {
  /** Resolves when the connection has ended. */
  readonly closing: Promise<ClientError | null>;
  private readonly exchanges = new Map<number, Exchange>();
  private readonly frames: FrameAssembler;
  private readonly resolveClosing: (error: ClientError | null) => void;
  private connection: Connection | null = null;
  private prefaceFilled = 0;
  private nextId = 1;
  /** Why the connection has ended, or is about to. */
  private ended: ClientError | null = null;
  private closeAsked = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<ClientError | null>();
    this.closing = promise;
    this.resolveClosing = resolve;
    this.frames = new FrameAssembler(MAX_FRAME_BYTES, (buffer, from, to) =>
      this.take(decodeFrame(buffer, from, to, MAX_FRAME_BYTES)),
    );
  }

  /** Begins to speak on a connection that has just been made. */
  attach(connection: Connection): void {
    this.connection = connection;
    connection.send(PREFACE);
  }

  /** Sends a request and returns its id; what comes back goes to `exchange`. */
  begin(name: string, fields: unknown, payload: Uint8Array | null, exchange: Exchange): number {
    const id = this.freeId();
    if (this.ended !== null) {
      exchange.fail(this.ended);
      return id;
    }
    const head = encodeFrame({ id, name, fields }, payload?.length ?? 0);
    if (head.length > MAX_REQUEST_HEAD_BYTES) {
      exchange.fail(new ClientError("frame-too-large", `${name}: ${head.length} bytes of fields`));
      return id;
    }
    this.exchanges.set(id, exchange);
    this.connection?.send(head);
    if (payload !== null) this.connection?.send(payload);
    return id;
  }

  /** Says something about a request that has been begun. */
  signal(id: number, name: string, fields: unknown): void {
    if (this.exchanges.has(id)) this.connection?.send(encodeFrame({ id, name, fields }, 0));
  }

  /** Waits for nothing more of a request; what still comes of it is dropped. */
  forget(id: number): void {
    this.exchanges.delete(id);
  }

  /** Whether nothing waits for an answer. */
  get isIdle(): boolean {
    return this.exchanges.size === 0;
  }

  /** Ends the connection; what has no answer fails. */
  close(): void {
    this.closeAsked = true;
    this.fail(new ClientError("closed", "the client has closed the connection"));
    this.connection?.end();
  }

  get partial(): PartialFrame | null {
    return this.frames.partial;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    let at = from;
    while (this.prefaceFilled < PREFACE.length && at < to) {
      if (chunk[at++] === PREFACE[this.prefaceFilled++]) continue;
      this.giveUp(new ClientError("not-weir", "what answers there speaks another protocol"));
    }
    if (this.ended !== null) return;
    this.guard(() => {
      const error = this.frames.receive(chunk, at, to);
      if (error !== null) throw new MalformedFrame(`${error.code}: ${error.sizeBytes} bytes`);
    });
  }

  filled(count: number): void {
    this.guard(() => this.frames.filled(count));
  }

  drained(): void {}

  closed(error: NetworkError | null): void {
    const message = error?.message ?? "the broker has closed the connection";
    this.fail(new ClientError("closed", message, error === null ? {} : { cause: error }));
    this.resolveClosing(this.closeAsked ? null : this.ended);
  }

  /** Does what reading a frame needs; what makes no sense ends the connection. */
  private guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      if (!(cause instanceof MalformedFrame || cause instanceof FieldError)) throw cause;
      this.giveUp(new ClientError("protocol-violation", cause.message, { cause }));
    }
  }

  private take(frame: Frame): void {
    if (frame.id === CONNECTION_ID) {
      if (frame.name === "error") this.giveUp(readRefusal(frame.fields));
      return;
    }
    const exchange = this.exchanges.get(frame.id);
    if (exchange === undefined) return; // nobody waits for it any more
    if (frame.name === "ok") exchange.answer(frame.fields);
    else if (frame.name === "error") exchange.fail(readRefusal(frame.fields));
    else exchange.event(frame);
    if (frame.name === "ok" || frame.name === "error") this.exchanges.delete(frame.id);
  }

  private freeId(): number {
    let id = this.nextId;
    while (this.exchanges.has(id)) id = following(id);
    this.nextId = following(id);
    return id;
  }

  private giveUp(error: ClientError): void {
    this.fail(error);
    this.connection?.destroy();
  }

  private fail(error: ClientError): void {
    if (this.ended !== null) return;
    this.ended = error;
    const exchanges = [...this.exchanges.values()];
    this.exchanges.clear();
    for (const exchange of exchanges) exchange.fail(error);
  }
}

function following(id: number): number {
  return id === MAX_ID ? 1 : id + 1;
}

/** The broker's refusal as the caller gets it. Throws `FieldError`. */
function readRefusal(fields: unknown): ClientError {
  const { code, message, field, retriable } = refusal.read(fields);
  return new ClientError(code, message, { field, retriable });
}
