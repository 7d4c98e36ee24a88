/** Where a connection goes to or a listener waits: a host name or address, and a TCP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address as people write it: `127.0.0.1:9092`, `[::1]:9092`. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** TCP, with what a broker needs of it and nothing else. */
export interface Network {
  /**
   * Accepts connections at `address` (port 0: a free one) and asks `accept` for a receiver of each.
   *
   * Throws `NetworkError` when the address can't be had.
   */
  listen(address: Address, accept: (connection: Connection) => Receiver): Promise<Listener>;
  /** Connects; rejects with `NetworkError` when it fails or takes longer than `timeoutMs`. */
  connect(
    address: Address,
    timeoutMs: number,
    open: (connection: Connection) => Receiver,
  ): Promise<Connection>;
}

/** A place where connections are accepted. */
export interface Listener {
  /** The address in use, with the port that was given where 0 was asked for. */
  readonly address: Address;
  /** Stops accepting; open connections go on. */
  close(): void;
}

/** One TCP connection, as its owner drives it. */
export interface Connection {
  /** The other side, for people: `127.0.0.1:51324`; `unknown` when it was gone at once. */
  readonly remote: string;
  /** Bytes that were handed to `send` and have not left yet. */
  readonly queuedBytes: number;
  /**
   * Queues bytes; they leave at the end of the turn, in one write with all others of the turn.
   *
   * Sends `buffer[from, to)`, all of it where the ends are left out. The connection keeps it until
   * it has left: the caller may not change these bytes. Sending on a closed connection does
   * nothing.
   */
  send(buffer: Uint8Array, from?: number, to?: number): void;
  /**
   * Stops reading (the other side is slowed by TCP) until `resume`; what has been read already
   * may still be handed out.
   */
  pause(): void;
  resume(): void;
  /**
   * Closes once what is queued has left, or after a short while if it will not. What still
   * arrives is dropped. The same happens when the other side closes its half.
   */
  end(): void;
  /** Closes at once and drops what is queued. */
  destroy(): void;
}

/**
 * What a connection's owner is told. A throw out of any of these destroys the connection, and is
 * the cause of the `receiver-failed` that `closed` gets.
 */
export interface Receiver {
  /**
   * Bytes `[from, to)` of `chunk` arrived. The receiver may keep (and change) them: no one else
   * uses these bytes again.
   */
  receive(chunk: Uint8Array, from: number, to: number): void;
  /**
   * The frame that the receiver has begun and not all of: the network may put the bytes that
   * come next straight into it instead of calling `receive` (it then calls `filled`).
   * That spares large frames a copy.
   */
  readonly partial: PartialFrame | null;
  /** `count` more bytes of `partial` are in place. */
  filled(count: number): void;
  /** Everything queued has left, after a time when it had not. */
  drained(): void;
  /**
   * The connection is gone; nothing else will be called, and this once, at the end of a turn.
   *
   * `error` is null when either side has closed it in order, or this side destroyed it.
   */
  closed(error: NetworkError | null): void;
}

/**
 * A frame that is being received: `filledBytes` of `bytes` are there.
 *
 * `bytes` need not have room for the whole frame: a size that a client only claims is no reason
 * to set memory aside. What has room for more must be asked for anew after each `filled`.
 */
export interface PartialFrame {
  readonly bytes: Uint8Array;
  readonly filledBytes: number;
}

/** What kind of failure a network call met. */
export type NetworkErrorCode =
  | "refused"
  | "unreachable"
  | "timed-out"
  | "in-use"
  | "reset"
  | "receiver-failed"
  | "failed";

/** A network call that failed: with which address, and why. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * What a receiver has thrown of which `error` came, with its stack: a bug on this side; null: none.
 */
export function bugBehind(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { cause } = error;
  const isBug = error instanceof NetworkError && error.code === "receiver-failed";
  if (!isBug) return bugBehind(cause);
  return cause instanceof Error ? (cause.stack ?? cause.message) : `${cause}`;
}

/** What a connection ends with whose receiver has thrown `cause`. */
export function receiverFailure(remote: string, cause: unknown): NetworkError {
  if (cause instanceof NetworkError) return cause; // of a read that was made for it
  return new NetworkError("receiver-failed", `${remote}: ${cause}`, cause);
}
