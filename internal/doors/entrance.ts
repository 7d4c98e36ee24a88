import type { Connection, NetworkError, PartialFrame, Receiver } from "../platform/network.ts";

/** What a protocol has for each connection. */
export interface Conversation extends Receiver {
  /** Whether silence of the client's means nothing now: it waits for an answer, for example. */
  readonly mayBeSilent: boolean;
}

/** A protocol that clients may speak, told by what a connection begins with. */
export interface Protocol {
  /** For the log. */
  readonly name: string;
  /** At least one byte; none of two protocols may be the beginning of the other's. */
  readonly firstBytes: Uint8Array;
  /** Makes the receiver of a connection that speaks it; it gets every byte, also the first. */
  readonly open: (connection: Connection) => Conversation;
  /**
   * What a client is told that isn't served, and why, by the `first` bytes that it sent: at least
   * `firstBytes`. Empty: nothing can be said; null: not before there are more.
   */
  readonly turnAway: (first: Uint8Array, reason: string) => Uint8Array | null;
}

/** Tells what a connection speaks that begins with these bytes. */
export function recognize(
  protocols: readonly Protocol[],
  first: Uint8Array,
): Protocol | "unknown" | "undecided" {
  const [protocol] = protocols.filter(({ firstBytes }) => agree(firstBytes, first));
  if (protocol === undefined) return "unknown";
  // While one isn't complete none is: no beginning is another's.
  return first.length < protocol.firstBytes.length ? "undecided" : protocol;
}

/** Who wants to know what becomes of a connection. */
export interface EntranceWatcher {
  /** The connection's first bytes say what it speaks. */
  recognized(entrance: Entrance, protocol: Protocol): void;
  /** The connection's first bytes, which these are, say nothing that is spoken here. */
  unrecognized(entrance: Entrance, firstBytes: Uint8Array): void;
  /** So many more bytes of requests that aren't whole are held for the connection, or fewer. */
  unfinished(entrance: Entrance, changeBytes: number): void;
  /** The connection is closed; with an `error` unless that was in order. */
  gone(entrance: Entrance, error: NetworkError | null): void;
}

/** The receiver of every connection: finds out what it speaks, and hands all over to that. */
export class Entrance implements Receiver {
  readonly connection: Connection;
  /** When the connection was made, on the clock that only goes forward. */
  readonly sinceMs: number;
  /** What is held of a request that isn't whole. */
  unfinishedBytes = 0;
  private readonly protocols: readonly Protocol[];
  private readonly watcher: EntranceWatcher;
  /** Since when nothing has come that the client had to say, as far as `isIdle` has looked. */
  private quietSinceMs: number;
  private heard = false;
  private receiver: Conversation | null = null;
  private unknown = false;
  /** What came while it could still be several protocols. */
  private first = new Uint8Array(0);

  constructor(
    connection: Connection,
    sinceMs: number,
    protocols: readonly Protocol[],
    watcher: EntranceWatcher,
  ) {
    this.connection = connection;
    this.sinceMs = sinceMs;
    this.quietSinceMs = sinceMs;
    this.protocols = protocols;
    this.watcher = watcher;
  }

  get partial(): PartialFrame | null {
    return this.receiver === null ? null : this.receiver.partial;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    this.heard = true;
    if (this.receiver !== null) this.receiver.receive(chunk, from, to);
    else if (!this.unknown && to > from) this.recognize(chunk, from, to);
    this.noteUnfinished(this.partial?.filledBytes ?? 0);
  }

  filled(count: number): void {
    this.heard = true;
    this.receiver?.filled(count);
    this.noteUnfinished(this.partial?.filledBytes ?? 0);
  }

  /** Whether the client has been silent for so long, and nothing is under way for it. */
  isIdle(nowMs: number, idleMs: number): boolean {
    if (this.heard || this.receiver?.mayBeSilent) this.quietSinceMs = nowMs;
    this.heard = false;
    return nowMs - this.quietSinceMs >= idleMs;
  }

  /** Closes the connection at once: what it has begun is needed for others. */
  giveUp(): void {
    this.noteUnfinished(0);
    this.connection.destroy();
  }

  drained(): void {
    this.receiver?.drained();
  }

  closed(error: NetworkError | null): void {
    this.noteUnfinished(0);
    this.watcher.gone(this, error);
    this.receiver?.closed(error);
  }

  private noteUnfinished(sizeBytes: number): void {
    const changeBytes = sizeBytes - this.unfinishedBytes;
    if (changeBytes === 0) return;
    this.unfinishedBytes = sizeBytes;
    this.watcher.unfinished(this, changeBytes);
  }

  private recognize(chunk: Uint8Array, from: number, to: number): void {
    const { first } = this;
    const bytes = new Uint8Array(first.length + Math.min(to - from, longest(this.protocols)));
    bytes.set(first);
    bytes.set(chunk.subarray(from, from + bytes.length - first.length), first.length);
    const protocol = recognize(this.protocols, bytes);
    if (protocol === "unknown") {
      this.unknown = true;
      this.watcher.unrecognized(this, bytes);
    } else if (protocol === "undecided") {
      this.first = bytes; // all that has come: no protocol's first bytes are shorter than that
    } else {
      this.watcher.recognized(this, protocol);
      this.receiver = protocol.open(this.connection);
      if (first.length > 0) this.receiver.receive(first, 0, first.length);
      this.receiver.receive(chunk, from, to);
    }
  }
}

function longest(protocols: readonly Protocol[]): number {
  return Math.max(...protocols.map(({ firstBytes }) => firstBytes.length));
}

/** Whether two beginnings are the same as far as both go. */
function agree(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, index) => index >= other.length || byte === other[index]);
}
