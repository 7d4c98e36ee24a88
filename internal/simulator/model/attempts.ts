import { storedCrc } from "../../record/batch.ts";
import { BatchBuilder, type BatchProducer } from "../../record/builder.ts";
import { MAGIC_AT } from "../../record/layout.ts";

/**
 * What is known of a batch that was sent:
 * - `unknown`: it may be in the log, now or after a crash;
 * - `present`: it is in the log at `baseOffset`;
 * - `absent`: it isn't, and never will be unless it is sent again.
 */
export type AttemptState = "unknown" | "present" | "absent";

/** One sending of a batch: batches of one connection are to keep their order. */
export interface Send {
  readonly connection: number;
  readonly order: number;
}

/** A batch that a client wants in a log, however often it sends it. No two have the same bytes. */
export interface Attempt {
  readonly number: number;
  /** The name and incarnation of the log that it is for. */
  readonly log: string;
  /** As it was first made, without offset and epoch. */
  readonly bytes: Uint8Array;
  readonly recordCount: number;
  readonly timestampMs: number;
  readonly producer: BatchProducer | null;
  state: AttemptState;
  baseOffset: number;
  /** How it was sent since it was known to be absent. */
  sends: Send[];
}

/** What a batch is to be. */
export interface AttemptPlan {
  readonly number: number;
  readonly log: string;
  readonly recordCount: number;
  readonly sizeBytes: number;
  readonly timestampMs: number;
  readonly producer: BatchProducer | null;
}

/** Makes a batch of about `sizeBytes`. */
export function makeAttempt(plan: AttemptPlan): Attempt {
  const { number, log, recordCount, sizeBytes, timestampMs, producer } = plan;
  const builder = new BatchBuilder();
  for (let i = 0; i < recordCount; i++) {
    const value = new Uint8Array(4 + Math.ceil(sizeBytes / recordCount)).fill(number);
    new DataView(value.buffer).setUint32(0, number);
    builder.append({ timestampMs: timestampMs + i, key: null, value, headers: [] });
  }
  const bytes = builder.build("none", producer ?? undefined).slice();
  return {
    number,
    log,
    bytes,
    recordCount,
    timestampMs,
    producer,
    state: "absent",
    baseOffset: -1,
    sends: [],
  };
}

/** Finds an attempt by the bytes that a log has of it. */
export class Attempts {
  /** Of some ten thousand runs, one has two attempts with the same sum. */
  readonly #byCrc = new Map<number, Attempt[]>();

  add(attempt: Attempt): void {
    const crc = storedCrc(attempt.bytes, 0);
    const others = this.#byCrc.get(crc);
    if (others) others.push(attempt);
    else this.#byCrc.set(crc, [attempt]);
  }

  /** The attempt whose bytes have this sum; undefined if there is none, or more than one. */
  ofSum(crc: number): Attempt | undefined {
    const candidates = this.#byCrc.get(crc);
    return candidates?.length === 1 ? candidates[0] : undefined;
  }

  /** The attempt whose bytes stand at `at`, behind the fields that the log sets. */
  find(bytes: Uint8Array, at: number): Attempt | undefined {
    const candidates = this.#byCrc.get(storedCrc(bytes, at)) ?? [];
    return candidates.find((attempt) => hasBytesOf(attempt, bytes, at));
  }
}

function hasBytesOf({ bytes }: Attempt, found: Uint8Array, at: number): boolean {
  if (found.length - at < bytes.length) return false;
  for (let i = MAGIC_AT; i < bytes.length; i++) if (found[at + i] !== bytes[i]) return false;
  return true;
}
