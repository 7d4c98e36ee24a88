/** What one native connection may cost the broker. */
export interface NativeLimits {
  /** The greatest length of a frame, either way. */
  readonly maxFrameBytes: number;
  /** Of a request's head; its CBOR takes many times that once it is decoded. */
  readonly maxHeadBytes: number;
  /** Requests that were read and not answered. Above it no more are read. */
  readonly maxRequestsInFlight: number;
  /** Their payloads, together. */
  readonly maxRequestBytesInFlight: number;
  /** Answers and events that have not left. Above it nothing is read, and no stream is served. */
  readonly maxQueuedBytes: number;
  readonly maxStreams: number;
  /** What one stream takes of the log at a time; at least a whole batch. */
  readonly maxStreamPollBytes: number;
  /** What a client may grant one stream ahead; credit beyond it is lost. */
  readonly maxCreditBytes: number;
}

const MIB = 1024 * 1024;

export const defaultNativeLimits: NativeLimits = {
  maxFrameBytes: 16 * MIB,
  maxHeadBytes: MIB,
  maxRequestsInFlight: 1024,
  maxRequestBytesInFlight: 32 * MIB,
  maxQueuedBytes: 8 * MIB,
  maxStreams: 16,
  maxStreamPollBytes: MIB,
  maxCreditBytes: 64 * MIB,
};
