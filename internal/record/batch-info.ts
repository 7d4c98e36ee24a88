import {
  baseOffset,
  baseSequence,
  batchSizeBytes,
  codecOf,
  isControl,
  isTransactional,
  lastOffset,
  maxTimestampMs,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
} from "./batch.ts";
import type { Codec } from "./layout.ts";

/** What a batch's header says, as a value of its own. */
export interface BatchInfo {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly sizeBytes: number;
  readonly recordCount: number;
  /** null for a codec that Kafka has not assigned. */
  readonly codec: Codec | null;
  /** -1 for none. */
  readonly maxTimestampMs: number;
  /** -1, as epoch and sequence, when the producer is not idempotent. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly leaderEpoch: number;
  readonly transactional: boolean;
  readonly control: boolean;
}

/** Reads the header of the checked batch at `at`. */
export function batchInfo(bytes: Uint8Array, at: number): BatchInfo {
  return {
    baseOffset: baseOffset(bytes, at),
    lastOffset: lastOffset(bytes, at),
    sizeBytes: batchSizeBytes(bytes, at),
    recordCount: recordCount(bytes, at),
    codec: codecOf(bytes, at) ?? null,
    maxTimestampMs: maxTimestampMs(bytes, at),
    producerId: producerId(bytes, at),
    producerEpoch: producerEpoch(bytes, at),
    baseSequence: baseSequence(bytes, at),
    leaderEpoch: partitionLeaderEpoch(bytes, at),
    transactional: isTransactional(bytes, at),
    control: isControl(bytes, at),
  };
}
