import type { StreamSignal } from "./protocol/stream-messages.ts";

/** A stream that is open, as the session that serves its connection sees it. */
export interface OpenStream {
  /** Lets more be sent; `fields` are those of a `credit`. Throws `FieldError`. */
  credit(fields: unknown): void;
  /** Ends the stream; nothing is sent of it any more. */
  stop(): void;
  /** Serves the stream until its end, or until it is stopped. */
  run(): Promise<void>;
}

/** Where a stream's events go. */
export interface StreamOutlet {
  /** Sends an event of the stream, with `payload` behind it. */
  event<Fields>(signal: StreamSignal<Fields>, fields: Fields, payload: readonly Uint8Array[]): void;
  /** Resolves when there is room to send, which may be now, or when the connection has ended. */
  room(): Promise<void>;
}
