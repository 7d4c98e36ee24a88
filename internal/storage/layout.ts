/**
 * The data directory:
 *
 *     weir.lock                              held while a broker runs here; its process id
 *     checkpoint                             what is in the logs, up to where the journal begins
 *     checkpoint.copy                        the same again, in case that one is damaged
 *     scrub                                  how far everything has been checked again
 *     journal/00000000000000000007.journal   what was appended since, by all logs together
 *     journal/mark                           the last frame that is known to be durable
 *     journal/reserve                        a small one, for what frees space on a full disk
 *     journal/spare-3                        zero-filled files, to become the next journal file
 *     logs/orders-0/00000000000000000000.log        a segment: batches, verbatim
 *                   00000000000000000000.index      sparse, offset to position
 *                   00000000000000000000.timeindex  sparse, time to offset
 *     logs/orders-0.7.removed/               the folder of a removed log, on its way out
 *     broker-id, events.log, ...             what the broker keeps beside the logs
 *     cut/orders-0.00000000000000000123.log         batches cut off a log's end: its leader has
 *                                                   others from offset 123 on
 *
 * Segments and their indexes have Kafka's names and formats, so that its tools can read them.
 */
export interface DataLayout {
  readonly root: string;
  readonly lock: string;
  readonly checkpoint: string;
  readonly checkpointCopy: string;
  readonly scrub: string;
  readonly journal: string;
  readonly logs: string;
  readonly cut: string;
}

/** The names inside the data directory `root`. */
export function dataLayout(root: string): DataLayout {
  return {
    root,
    lock: `${root}/weir.lock`,
    checkpoint: `${root}/checkpoint`,
    checkpointCopy: `${root}/checkpoint.copy`,
    scrub: `${root}/scrub`,
    journal: `${root}/journal`,
    logs: `${root}/logs`,
    cut: `${root}/cut`,
  };
}

/** A number as the 20 digits that sort by value, as segments and journal files are named. */
export function digits20(value: number): string {
  return value.toString().padStart(20, "0");
}

/** What is appended to the name of a log's folder when the log has been removed. */
export const REMOVED_SUFFIX = ".removed";
