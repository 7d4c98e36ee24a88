import type { LogConfig, PartitionLog } from "../../storage/partition-log.ts";
import type { ProducerClient } from "./client.ts";
import type { LogModel } from "./log-model.ts";

/** A log under test: what is known of it, and what the running process has of it. */
export interface Subject {
  readonly model: LogModel;
  readonly config: LogConfig;
  readonly producers: ProducerClient[];
  /** Null while no process runs, or before it was read after a restart. */
  handle: PartitionLog | null;
  /** As they were seen last: they never go back. */
  lastStart: number;
  lastDurable: number;
}
