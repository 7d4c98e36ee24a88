/** What one native connection may cost the broker. */
export interface NativeLimits {
  /** The greatest length of a frame, either way. */
  readonly maxFrameBytes: number;
  /** Batches that were read and have no receipt. At any of these bounds no more is read. */
  readonly maxProducesInFlight: number;
  /** Their bytes, together; what goes beyond it is one batch. */
  readonly maxProduceBytesInFlight: number;
  /** Other requests without an answer: few, because all their answers may be large. */
  readonly maxOthersInFlight: number;
  /** Answers and events that have not left. Above it nothing is read, and no stream is served. */
  readonly maxQueuedBytes: number;
  /** All connections' together: each has its share of it, and no less than ... */
  readonly maxTotalQueuedBytes: number;
  /** ... this, however many connections there are. */
  readonly minQueuedBytes: number;
  readonly maxStreams: number;
  /** What one stream takes of the log at a time; at least a whole batch. */
  readonly maxStreamPollBytes: number;
  /** What a client may grant one stream ahead; credit beyond it is lost. */
  readonly maxCreditBytes: number;
  /** Rows of topics, and of partitions, that one update of a stream of changes has. */
  readonly maxWatchRows: number;
  /** Updates that a client may grant ahead. */
  readonly maxWatchCredit: number;
  readonly minWatchIntervalMs: number;
}

const MIB = 1024 * 1024;

/** The bounds of a connection unless someone says otherwise. */
export const defaultNativeLimits: NativeLimits = {
  maxFrameBytes: 16 * MIB,
  maxProducesInFlight: 1024,
  maxProduceBytesInFlight: 32 * MIB,
  maxOthersInFlight: 8,
  maxQueuedBytes: 8 * MIB,
  maxTotalQueuedBytes: 64 * MIB,
  minQueuedBytes: MIB / 4,
  maxStreams: 16,
  maxStreamPollBytes: MIB,
  maxCreditBytes: 64 * MIB,
  maxWatchRows: 500,
  maxWatchCredit: 100,
  minWatchIntervalMs: 100,
};
