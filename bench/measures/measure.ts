import type { Limits, Load } from "../loads.ts";
import type { SystemId } from "../systems/all.ts";
import type { Figure } from "./figures.ts";

/** What is done to a system. */
export type Work =
  /** The raw load generator's: each request waits for its ack, so many under way. */
  | { readonly kind: "load"; readonly load: Load; readonly limits: Limits }
  /** A client library's producer sends what it can. */
  | { readonly kind: "produce"; readonly values: Values; readonly settings: readonly string[] }
  /** A client library's consumer reads what is there. */
  | { readonly kind: "consume"; readonly values: Values; readonly settings: readonly string[] }
  /** A producer, and a consumer at the same time. */
  | { readonly kind: "both"; readonly values: Values; readonly settings: readonly string[] }
  /** From when a record was due to be sent until a consumer has it. */
  | {
      readonly kind: "latency";
      readonly ratePerSecond: number;
      readonly recordBytes: number;
      readonly seconds: number;
      /** Of others, in 1 MB batches to another topic. */
      readonly besideBytesPerSecond: number;
    }
  /** One of Kafka's own tools. */
  | { readonly kind: "kafka-tool"; readonly tool: KafkaTool; readonly values: Values }
  /** A start on an empty directory, and then nothing. */
  | { readonly kind: "start" }
  /** So much stored, then ended and started again. */
  | { readonly kind: "restart"; readonly storedBytes: number }
  /** Many topics created and written to, then ended and started again. */
  | { readonly kind: "topics"; readonly topics: number; readonly partitions: number };

export type KafkaTool = "ProducerPerformance" | "ConsumerPerformance" | "EndToEndLatency";

/** What is produced, or read. */
export interface Values {
  readonly count: number;
  readonly bytes: number;
  /** Hundredths of a value that are the same byte over and over. */
  readonly sameness: number;
}

/** One comparison of some systems. */
export interface Measure {
  /** A sentence's beginning; the page has it as a heading. */
  readonly title: string;
  /** What is to be known to read the figures. */
  readonly note?: string;
  /** The figure that is compared; the others stand beside it. */
  readonly main: Figure;
  /** The ratios are to the first. */
  readonly systems: readonly SystemId[];
  /** Where the data lies: what is told of a disk can't be told of memory. */
  readonly place: "disk" | "tmpfs";
  readonly work: Work;
}
