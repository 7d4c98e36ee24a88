import type { BatchReceipt } from "../../internal/client/api.ts";
import { type Output, OutputClosedError } from "../output/output.ts";
import type { JsonShape } from "../output/shape.ts";

/** What one acked batch was asked for. */
export interface AckedBatch {
  readonly receipt: BatchReceipt;
  readonly acks: -1 | 0 | 1;
  readonly recordCount: number;
  readonly ackedAtMs: number;
}

/** A receipt's line. */
export const receiptShape: JsonShape = {
  kind: "receipts",
  version: 1,
  form: "lines",
  fields: {
    topic: "text, where the batch went",
    partition: "integer, where the batch went",
    base_offset: "integer or null, of its first record; null with acks 0",
    last_offset: "integer or null, of its last record; null with acks 0",
    records: "integer, how many it has",
    time: "text, when it was acked, RFC 3339",
    time_ms: "integer, the same in milliseconds since 1970",
    acks: "text, what was asked for: 0, 1 or all",
    durability: "text or null, fsync or memory; null with acks 0",
    copies: "integer, how many brokers had it",
    duplicate: "boolean, whether it had been written before",
  },
};

/**
 * The line for one batch: where its records are, when they were acked, and what the ack is worth.
 * With acks 0 nobody answered: the offsets are unknown, and nothing is promised.
 */
export function receiptLine({ receipt, acks, recordCount, ackedAtMs }: AckedBatch): string {
  const answered = acks !== 0;
  const line = {
    topic: receipt.topic,
    partition: receipt.partition,
    base_offset: answered ? receipt.baseOffset : null,
    last_offset: answered ? receipt.lastOffset : null,
    records: recordCount,
    time: new Date(ackedAtMs).toISOString(),
    time_ms: ackedAtMs,
    acks: acks === -1 ? "all" : String(acks),
    durability: answered ? receipt.durability : null,
    copies: answered ? receipt.copies : 0,
    duplicate: receipt.duplicate,
  };
  return `${JSON.stringify(line)}\n`;
}

/**
 * Prints receipts as they come, without holding up who hands them in. Whoever produces awaits
 * `settled` from time to time, so that a slow reader of receipts slows it down.
 *
 * A reader who had enough of them is no reason to stop producing: the rest goes unprinted.
 */
export class ReceiptPrinter {
  readonly #out: Output;
  #waiting: AckedBatch[] = [];
  #printing: Promise<void> | null = null;
  #closed = false;

  constructor(out: Output) {
    this.#out = out;
  }

  add(batch: AckedBatch): void {
    if (this.#closed) return;
    this.#waiting.push(batch);
    if (this.#printing !== null) return;
    this.#printing = this.#print();
    // Whoever awaits `settled` gets the failure; until then it is no unhandled one.
    this.#printing.catch(() => {});
  }

  /** Resolves when everything that was added is printed; rejects when it can't be. */
  async settled(): Promise<void> {
    await this.#printing;
  }

  async #print(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batches = this.#waiting;
        this.#waiting = [];
        for (const batch of batches) this.#out.appendText(receiptLine(batch));
        await this.#out.flush();
      }
      this.#printing = null;
    } catch (error) {
      this.#closed = true;
      this.#waiting = [];
      if (!(error instanceof OutputClosedError)) throw error;
    }
  }
}
