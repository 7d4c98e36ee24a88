import type { Durability } from "../storage/partition-log.ts";
import type { BrokerError } from "./errors.ts";

export type { Durability };

/** One batch for one partition. The broker owns `buffer[from, to)` from the call on. */
export interface ProduceRequest {
  readonly topic: string;
  readonly partition: number;
  readonly buffer: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** 0: do not wait, 1: the leader has it, -1: every copy in the ISR has it. */
  readonly acks: -1 | 0 | 1;
}

/** Told once what became of a batch. */
export type OnProduced = (outcome: ProduceReceipt | BrokerError) => void;

/** What an ack means. Resolved once the batch has what was asked for (at once with acks 0). */
export interface ProduceReceipt {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** The time the broker gave the records, where the topic asks for that; else -1. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
  readonly durability: Durability;
  /** How many brokers' copies had the batch when it was acked. */
  readonly copies: number;
  /** Whether it had been written before: an idempotent producer's second try. */
  readonly duplicate: boolean;
}
