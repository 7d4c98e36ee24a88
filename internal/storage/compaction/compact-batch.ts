import {
  baseOffset,
  deleteHorizonMs,
  isControl,
  lastOffset,
  producerId,
  recordCount,
} from "../../record/batch.ts";
import { RecordError } from "../../record/errors.ts";
import { NO_PRODUCER_ID } from "../../record/layout.ts";
import type { RecordReader } from "../../record/records.ts";
import { retainRecords } from "../../record/retain.ts";
import { MAX_EXPANDED_BYTES } from "../limits.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { KeyOffsets } from "./key-offsets.ts";

/** What one pass over a log knows. */
export interface Pass {
  readonly log: PartitionLog;
  /** The last offsets of the keys that are in the dirty part, up to `endOffset`. */
  readonly keys: KeyOffsets;
  /** Records from here on stay as they are. */
  readonly endOffset: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

/**
 * What stays of the batch at `at`: itself ("all"), a smaller one, or nothing (null).
 *
 * Of each key its last record stays, unless that is a tombstone (a null value) past its horizon.
 * A batch without records stays if it has its producer's last sequence, or ends the pass: so that
 * a reader behind the last record that is left still learns where the log goes on.
 */
export function compactBatch(pass: Pass, buf: Uint8Array, at: number): Uint8Array | "all" | null {
  if (isControl(buf, at) || baseOffset(buf, at) >= pass.endOffset) return "all";
  const stays = retained(pass, buf, at);
  const left = stays === "all" ? recordCount(buf, at) : recordCount(stays, 0);
  return left > 0 || mustStay(pass, buf, at) ? stays : null;
}

function retained(pass: Pass, buf: Uint8Array, at: number): Uint8Array | "all" {
  const { log, keys, endOffset, nowMs, deleteRetentionMs } = pass;
  const horizonMs = deleteHorizonMs(buf, at);
  const tombstonesStay = horizonMs < 0 || nowMs < horizonMs;
  const keep = (record: RecordReader): boolean => {
    const { offset, bytes, keyFrom, keyTo } = record;
    if (offset < log.startOffset) return false;
    if (offset >= endOffset) return true;
    if (keyFrom < 0 || keys.get(bytes, keyFrom, keyTo) > offset) return false;
    return record.valueFrom >= 0 || tombstonesStay;
  };
  // A tombstone's time begins when all that it deletes is gone: not before the pass is over it.
  const cleaned = lastOffset(buf, at) < endOffset;
  const horizon = cleaned ? nowMs + deleteRetentionMs : null;
  const retention = { limitBytes: MAX_EXPANDED_BYTES, keep, horizonMs: horizon };
  try {
    return retainRecords(buf, at, retention) ?? "all";
  } catch (error) {
    // What can't be read can't be judged either: it stays.
    if (error instanceof RecordError) return "all";
    throw error;
  }
}

function mustStay({ log, endOffset }: Pass, buf: Uint8Array, at: number): boolean {
  const last = lastOffset(buf, at);
  if (last + 1 === endOffset) return true;
  const id = producerId(buf, at);
  if (id === NO_PRODUCER_ID) return false;
  return log.producers.get(id)?.batches.at(-1)?.lastOffset === last;
}
