import type { LogRecord } from "../../record/records.ts";
import { must } from "../failure.ts";

/** A record as it was sent; its offset is its place among all that were sent. */
export interface SentRecord {
  readonly key: string;
  readonly value: string | null;
  readonly sentAtMs: number;
}

/** What a reader was promised: all from `from` on that was there before `endOffset`, at `nowMs`. */
export interface ReadPromise {
  readonly from: number;
  readonly endOffset: number;
  readonly nowMs: number;
}

/** A compacted log as those who use it know it: whatever goes, each key's last record stays. */
export class KeyedModel {
  /** Acknowledged ones first, then those of one append whose outcome isn't known. */
  sent: SentRecord[] = [];
  acknowledged = 0;
  readonly #deleteRetentionMs: number;

  /** `deleteRetentionMs`: how long a record without a value stays at least. */
  constructor(deleteRetentionMs: number) {
    this.#deleteRetentionMs = deleteRetentionMs;
  }

  /** Takes the end of a restarted log for the truth about the append that wasn't answered. */
  recovered(endOffset: number): void {
    const { acknowledged, sent } = this;
    const known = endOffset === acknowledged || endOffset === sent.length;
    must(
      known,
      () => `it ends at ${endOffset}, ${acknowledged} of ${sent.length} were acknowledged`,
    );
    this.settle(endOffset);
  }

  /** All before `endOffset` is in the log, and nothing else. */
  settle(endOffset: number): void {
    this.sent.length = endOffset;
    this.acknowledged = endOffset;
  }

  /** Checks what a reader saw: true records in order, and of each key the last one. */
  checkRead(records: readonly LogRecord[], { from, endOffset, nowMs }: ReadPromise): void {
    const seen = new Map<string, number>();
    let before = from - 1;
    for (const record of records) {
      const { offset } = record;
      must(offset > before, () => `offset ${offset} behind ${before}`);
      before = offset;
      const key = text(record.key);
      const was = this.sent[offset];
      const same = was?.key === key && was.value === text(record.value);
      must(same, () => `offset ${offset} has key ${key}, it was ${was?.key}, or another value`);
      must(record.timestampMs === was?.sentAtMs, () => `offset ${offset} has another time`);
      if (key !== null) seen.set(key, offset);
    }
    const latest = new Map<string, number>();
    for (let offset = from; offset < endOffset; offset++) {
      const key = this.sent[offset]?.key;
      if (key !== undefined) latest.set(key, offset);
    }
    for (const [key, offset] of latest) {
      const record = this.sent[offset];
      const isOld = nowMs - (record?.sentAtMs ?? 0) >= this.#deleteRetentionMs;
      if (record?.value === null && isOld && !seen.has(key)) continue;
      must(seen.get(key) === offset, () => `${key} was seen at ${seen.get(key)}, not at ${offset}`);
    }
  }
}

/** Of each key there is one record at most before `firstDirtyOffset`. */
export function checkClean(records: readonly LogRecord[], firstDirtyOffset: number): void {
  const seen = new Set<string>();
  for (const { offset, key } of records) {
    if (offset >= firstDirtyOffset) return;
    const name = text(key) ?? "";
    must(!seen.has(name), () => `${name} is twice before ${firstDirtyOffset}`);
    seen.add(name);
  }
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}
