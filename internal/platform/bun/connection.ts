import type { Socket } from "bun";
import type { Clock, Timer } from "../clock.ts";
import {
  type Connection,
  formatAddress,
  type NetworkError,
  type Receiver,
  receiverFailure,
} from "../network.ts";
import type { Libc } from "./libc.ts";
import { networkError } from "./network-error.ts";
import { pull } from "./pull.ts";
import { SendQueue } from "./send-queue.ts";

/** How long `end` waits for the queue to leave, and for the other side to hang up as well. */
const ENDING_MS = 5000;

/** The other side of a quiet connection is asked for a sign of life after this long. */
const KEEP_ALIVE_MS = 60_000;

/** What all connections of a network share. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly libc: Libc | null;
}

/** Makes the receiver of a new connection. */
export type OpenConnection = (connection: Connection) => Receiver;

/**
 * A TCP connection on a Bun socket.
 *
 * It is open, then perhaps ending (what is queued still leaves; what arrives is dropped), then
 * closed. Hanging up happens in order: our end of the stream is sent behind the last byte, and the
 * socket closes when the other side's end has come, because closing over unread bytes would make
 * TCP throw away answers that the other side has not read yet.
 */
export class BunConnection implements Connection {
  readonly remote: string;
  private readonly socket: Socket<BunConnection | null>;
  private readonly context: ConnectionContext;
  private readonly queue = new SendQueue();
  private receiver: Receiver | null = null;
  private state: "open" | "ending" | "closed" = "open";
  private paused = false;
  private flushAsked = false;
  /** The socket took less than was offered and has yet to say that it is ready again. */
  private blocked = false;
  private endingTimer: Timer | null = null;
  private readonly write = (bytes: Uint8Array, from: number, length: number): number =>
    Math.max(0, this.socket.write(bytes, from, length));
  private readonly flushNow = (): void => this.flush();
  /** The socket's number, -1 while it isn't to be read: closed numbers are given away again. */
  private readonly readableFd = (): number => {
    if (this.state !== "open" || this.paused) return -1;
    return "fd" in this.socket && typeof this.socket.fd === "number" ? this.socket.fd : -1;
  };

  /** Makes a connection of an open socket; throws what `owner` throws, and closes the socket. */
  static open(
    socket: Socket<BunConnection | null>,
    context: ConnectionContext,
    owner: OpenConnection,
  ): BunConnection {
    const connection = new BunConnection(socket, context);
    socket.data = connection;
    try {
      connection.receiver = owner(connection);
      return connection;
    } catch (cause) {
      connection.destroy();
      throw cause;
    }
  }

  private constructor(socket: Socket<BunConnection | null>, context: ConnectionContext) {
    this.socket = socket;
    this.context = context;
    // The system has forgotten who it was when the other side has reset the connection already.
    const host: string | undefined = socket.remoteAddress;
    this.remote = host === undefined ? "unknown" : formatAddress({ host, port: socket.remotePort });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
  }

  get queuedBytes(): number {
    return this.queue.queuedBytes;
  }

  send(buffer: Uint8Array, from = 0, to = buffer.length): void {
    if (this.state !== "open") return;
    this.queue.push(buffer, from, to);
    if (!this.blocked) this.askFlush();
  }

  pause(): void {
    if (this.state !== "open" || this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  end(): void {
    if (this.state !== "open") return;
    this.resume();
    this.state = "ending";
    this.endingTimer = this.context.clock.after(ENDING_MS, () => this.destroy());
    if (!this.blocked) this.askFlush();
  }

  destroy(): void {
    this.close(null);
  }

  /** Bytes came from the socket. */
  arrived(chunk: Uint8Array): void {
    if (this.state !== "open" || this.receiver === null) return;
    try {
      this.receiver.receive(chunk, 0, chunk.length);
      const { libc } = this.context;
      if (libc !== null) pull(libc, this.receiver, this.readableFd);
    } catch (cause) {
      this.close(receiverFailure(this.remote, cause));
    }
  }

  /** The socket takes bytes again; Bun also says so of a socket that never refused any. */
  writable(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.flush();
    if (this.queue.queuedBytes > 0 || this.state !== "open") return;
    try {
      this.receiver?.drained();
    } catch (cause) {
      this.close(receiverFailure(this.remote, cause));
    }
  }

  /** The socket is gone; a `cause` says that nobody on this side asked for it. */
  gone(cause: Error | undefined): void {
    this.close(cause === undefined ? null : networkError(this.remote, cause));
  }

  private askFlush(): void {
    if (this.flushAsked) return;
    this.flushAsked = true;
    this.context.clock.atEndOfTurn(this.flushNow);
  }

  private flush(): void {
    this.flushAsked = false;
    if (this.state === "closed" || this.blocked) return;
    this.queue.flush(this.write);
    this.blocked = this.queue.queuedBytes > 0;
    if (!this.blocked && this.state === "ending") this.socket.shutdown();
  }

  private close(error: NetworkError | null): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.endingTimer?.cancel();
    this.queue.clear();
    this.socket.terminate();
    this.context.clock.atEndOfTurn(() => this.receiver?.closed(error));
  }
}
