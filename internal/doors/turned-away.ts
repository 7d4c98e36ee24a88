import type { Connection, Receiver } from "../platform/network.ts";
import { type Protocol, recognize } from "./entrance.ts";

/** With so many of its first bytes every protocol can say no. */
const FIRST_BYTES = 16;

const NOTHING = new Uint8Array(0);

/**
 * The receiver of a connection for which there is no room: waits until it is clear what it speaks,
 * says why it isn't served, and ends it. Reads the first bytes only, and keeps no more of them.
 */
export class TurnedAway implements Receiver {
  readonly partial = null;
  readonly #connection: Connection;
  readonly #protocols: readonly Protocol[];
  readonly #reason: string;
  readonly #gone: () => void;
  #first = NOTHING;
  #answered = false;

  constructor(
    connection: Connection,
    protocols: readonly Protocol[],
    reason: string,
    gone: () => void,
  ) {
    this.#connection = connection;
    this.#protocols = protocols;
    this.#reason = reason;
    this.#gone = gone;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    if (this.#answered) return;
    const room = FIRST_BYTES - this.#first.length;
    const more = chunk.subarray(from, Math.min(to, from + room));
    this.#first = Uint8Array.of(...this.#first, ...more);
    const protocol = recognize(this.#protocols, this.#first);
    if (protocol === "undecided") return;
    const answer = protocol === "unknown" ? NOTHING : protocol.turnAway(this.#first, this.#reason);
    if (answer === null && this.#first.length < FIRST_BYTES) return;
    this.#answered = true;
    this.#connection.send(answer ?? NOTHING);
    this.#connection.end();
  }

  filled(): void {}
  drained(): void {}

  closed(): void {
    this.#gone();
  }
}
