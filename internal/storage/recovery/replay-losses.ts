import { EntryKind, type JournalEntry } from "../journal/journal-frame.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { Loss } from "./losses.ts";

/** An entry that isn't a batch's, and that nothing else tells. */
export function lostEntry(
  { kind, logId }: JournalEntry,
  log: PartitionLog | undefined,
  path: string,
  position: number,
): Loss {
  const isName = kind === EntryKind.created;
  const what = isName ? "a new partition's name" : "what compaction has done";
  const whose = log ? ` to ${log.name}` : `, of partition number ${logId}`;
  const consequence = isName ? "what the journal has of it" : "what can't be found in its segments";
  const fault = `the journal has lost ${what}${whose}`;
  return { log: log?.name ?? null, offsets: null, path, position, fault, consequence };
}

/** The entry's batch doesn't follow from what the log has. */
export function misfit(log: PartitionLog, entry: JournalEntry): Loss {
  const last = log.segments.at(-1);
  const found = `${log.endOffset} (position ${last?.sizeBytes ?? 0})`;
  const told = `${entry.offset} (position ${entry.position})`;
  return {
    log: log.name,
    offsets: { from: log.endOffset, to: Math.max(log.endOffset, entry.offset) },
    path: last?.logPath ?? log.directory,
    position: last?.sizeBytes ?? 0,
    fault: `${log.name} ends at offset ${found}, but the journal goes on at ${told}`,
    consequence: "what stood between",
  };
}

/** A batch of a log that nothing tells the name of, together with those before it. */
export function namelessLoss(
  { logId, offset, lastOffsetDelta }: JournalEntry,
  path: string,
  position: number,
  before: Loss | undefined,
): Loss {
  const to = offset + lastOffsetDelta + 1;
  return {
    log: null,
    offsets: { from: before?.offsets?.from ?? offset, to },
    path: before?.path ?? path,
    position: before?.position ?? position,
    fault: `nothing tells the name of partition number ${logId}`,
    consequence: "what the journal has of it",
  };
}
