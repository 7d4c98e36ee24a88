import type { LogConfig, PartitionLog } from "../../storage/partition-log.ts";
import type { IdempotentProducer } from "../model/idempotent-producer.ts";
import type { LogModel } from "../model/log-model.ts";

/** A log under test: what is known of it, and what the running process has of it. */
export interface Subject {
  readonly model: LogModel;
  readonly config: LogConfig;
  readonly producers: IdempotentProducer<LogModel>[];
  /** Null while no process runs, or before it was read after a restart. */
  handle: PartitionLog | null;
}
