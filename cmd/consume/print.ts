import type { LogRecord, Reader } from "../../internal/client/reader-api.ts";
import type {
  PartitionAwayEvent,
  PartitionBackEvent,
  PartitionFailedEvent,
} from "../../internal/client/stream-api.ts";
import { CommandError, commandError, errorText, partialError } from "../errors.ts";
import type { Output } from "../output/output.ts";
import type { Stdio } from "../stdio.ts";

/** Appends one record to the output. */
export type AppendRecord = (topic: string, partition: number, record: LogRecord) => void;

/** What to print: how, and when to stop. */
export interface PrintOptions {
  readonly append: AppendRecord;
  /** At most so many records. */
  readonly limit: number;
  /** How many partitions were asked for. */
  readonly partitionCount: number;
}

/**
 * Prints what a reader gives until it ends.
 *
 * Output leaves in large pieces while records keep coming, and at once when there is a pause. A
 * partition that can't be read is named on stderr, and the others go on; at the end it is an error.
 */
export async function printRecords(
  stdio: Stdio,
  reader: Reader,
  { append, limit, partitionCount }: PrintOptions,
): Promise<void> {
  const { out } = stdio;
  let left = limit;
  let failedCount = 0;
  for await (const event of flushedInPauses(reader, out, () => out.flush())) {
    if (event.kind === "partition-failed") {
      const error = failureOf(event);
      if (partitionCount === 1) throw error;
      failedCount++;
      stdio.note(errorText(error));
    }
    if (event.kind === "partition-away" || event.kind === "partition-back") {
      stdio.note(whereabouts(event));
    }
    if (event.kind !== "records") continue;
    for (const record of event.records) {
      append(event.topic, event.partition, record);
      if (out.full) await out.flush();
      left--;
      if (left === 0) break;
    }
    if (left === 0) break;
  }
  await out.flush();
  if (failedCount > 0) throw partialError(failedCount, partitionCount, "partitions were not read");
}

/** The events of a reader; what is waiting in the output leaves before a wait for the next one. */
export async function* flushedInPauses<Event>(
  reader: AsyncIterable<Event, undefined> & { stop(): void },
  out: Output,
  flush: () => Promise<void>,
): AsyncGenerator<Event, undefined> {
  const events = reader[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = events.next();
      const pause = out.empty ? false : await Promise.race([next.then(() => false), turn()]);
      if (pause) await flush();
      const result = await next;
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    reader.stop();
  }
}

/** Resolves after what the event loop has ready by now. */
function turn(): Promise<true> {
  return new Promise((resolve) => setImmediate(() => resolve(true)));
}

/** That a partition which is followed can't be read now, or can again. */
export function whereabouts(event: PartitionAwayEvent | PartitionBackEvent): string {
  const name = `${event.topic} partition ${event.partition}`;
  if (event.kind === "partition-back") return `${name} is read again.`;
  return `${name} is away and looked for: ${event.error.message}`;
}

/** Why a partition can't be read, as an error of the command line. */
export function failureOf({ topic, partition, error }: PartitionFailedEvent): CommandError {
  const { code, message, exitCode, advice } = commandError(error);
  return new CommandError(code, `${topic} partition ${partition}: ${message}`, exitCode, advice);
}
