import type { LogStore } from "../storage/log-store.ts";
import { BrokerError } from "./errors.ts";
import { inBrokersWords } from "./storage-errors.ts";
import type { Partition } from "./topics/partition.ts";

/**
 * Removes a partition's records before `offset` (-1: the high watermark); resolves with the new log
 * start. Rejects with `BrokerError` `offset-out-of-range` beyond either end.
 */
export async function deleteRecords(
  store: LogStore,
  { topic, index, log, highWatermark }: Partition,
  offset: number,
): Promise<number> {
  const start = offset === -1 ? highWatermark : offset;
  if (start < 0 || start > highWatermark) {
    const place = `${topic.metadata.name}-${index}`;
    const message = `${place} ends at ${highWatermark}; can't delete up to ${offset}`;
    throw new BrokerError("offset-out-of-range", message);
  }
  await inBrokersWords(store.cutBefore(log, start));
  return log.startOffset;
}
