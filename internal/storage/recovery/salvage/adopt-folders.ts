import { baseOffset, partitionLeaderEpoch, storedCrc } from "../../../record/batch.ts";
import { HEADER_BYTES } from "../../../record/layout.ts";
import type { Checkpoint, LogState } from "../../checkpoint.ts";
import { EpochHistory } from "../../epoch-history.ts";
import { EntryKind, type JournalEntry } from "../../journal/journal-frame.ts";
import type { ReadJournal } from "../../journal/journal-reader.ts";
import { readCreated } from "../../journal/journal-records.ts";
import { REMOVED_SUFFIX } from "../../layout.ts";
import { UNKNOWN_INCARNATION } from "../../partition-log.ts";
import { ProducerTable } from "../../producers.ts";
import type { Segment } from "../../segments/segment.ts";
import { readWholeFile } from "../../whole-file.ts";
import type { RecoveryPath } from "../replay.ts";
import { scanLog } from "./scan-log.ts";

/** A log that only its folder tells of. */
interface Orphan {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly epochs: EpochHistory;
  readonly producers: ProducerTable;
}

/**
 * The checkpoint with those logs, too, that neither it nor the journal knows any more, made anew
 * from what is in their folders. Their numbers in the journal are found by what it says of them.
 */
export async function adoptFolders(
  path: RecoveryPath,
  checkpoint: Checkpoint,
  journal: ReadJournal,
): Promise<Checkpoint> {
  const known = new Set(checkpoint.logs.map(({ name }) => name));
  const { names, ids } = namesInJournal(path, journal);
  for (const name of names) known.add(name);
  for (const { id } of checkpoint.logs) ids.add(id);
  const firstEntries = unknownLogs(journal, ids);
  let nextLogId = Math.max(checkpoint.nextLogId, 1 + Math.max(0, ...ids, ...firstEntries.keys()));
  const orphans: Orphan[] = [];
  for (const name of path.disk.list(path.layout.logs)) {
    if (known.has(name) || name.endsWith(REMOVED_SUFFIX)) continue;
    const orphan = await scanOrphan(path, name);
    if (orphan.segments.length > 0) orphans.push(orphan);
  }
  const idOf = new Map<Orphan, number>();
  for (const [id, entry] of firstEntries) {
    const fitting = orphans.filter((orphan) => !idOf.has(orphan) && fits(path, orphan, entry));
    const [only] = fitting;
    if (only && fitting.length === 1) idOf.set(only, id);
  }
  const adopted = orphans.map((orphan) => stateOf(orphan, idOf.get(orphan) ?? nextLogId++));
  return { ...checkpoint, nextLogId, logs: [...checkpoint.logs, ...adopted] };
}

/** The logs that the journal names, and their numbers. */
function namesInJournal({ disk }: RecoveryPath, { files }: ReadJournal) {
  const names = new Set<string>();
  const ids = new Set<number>();
  for (const { path, frames } of files) {
    const bytes = readWholeFile(disk, path);
    for (const { entry, payloadAt, whole } of frames.flatMap(({ entries }) => entries)) {
      if (entry.kind !== EntryKind.created || !whole) continue;
      names.add(readCreated(bytes.subarray(payloadAt, payloadAt + entry.sizeBytes)).name);
      ids.add(entry.logId);
    }
  }
  return { names, ids };
}

/** The first batch that the journal has of each log that isn't among `known`. */
function unknownLogs({ files }: ReadJournal, known: ReadonlySet<number>) {
  const { batch, placedBatch, unsyncedBatch } = EntryKind;
  const first = new Map<number, JournalEntry>();
  for (const { entry } of files.flatMap(({ frames }) => frames).flatMap(({ entries }) => entries)) {
    const { kind, logId } = entry;
    if (known.has(logId) || first.has(logId)) continue;
    if (kind === batch || kind === placedBatch || kind === unsyncedBatch) first.set(logId, entry);
  }
  return first;
}

async function scanOrphan(path: RecoveryPath, name: string): Promise<Orphan> {
  const epochs = new EpochHistory();
  const producers = new ProducerTable();
  const segments = await scanLog(path, `${path.layout.logs}/${name}`, (bytes, at) => {
    epochs.admit(partitionLeaderEpoch(bytes, at), baseOffset(bytes, at));
    producers.admit(bytes, at, path.nowMs);
  });
  return { name, segments, epochs, producers };
}

/** Whether the entry's batch stands in the log where it says, or would come next there. */
function fits({ files }: RecoveryPath, { segments }: Orphan, entry: JournalEntry): boolean {
  const segment = segments.find((each) => each.baseOffset === entry.segmentBase);
  if (!segment) return entry.position === 0 && entry.offset === segments.at(-1)?.endOffset;
  if (entry.position >= segment.sizeBytes) {
    return entry.position === segment.sizeBytes && entry.offset === segment.endOffset;
  }
  const header = new Uint8Array(HEADER_BYTES);
  const got = files.get(segment.logPath).read(header, 0, HEADER_BYTES, entry.position);
  if (got < HEADER_BYTES) return false;
  return baseOffset(header, 0) === entry.offset && storedCrc(header, 0) === entry.crc;
}

function stateOf({ name, segments, epochs, producers }: Orphan, id: number): LogState {
  return {
    id,
    name,
    incarnation: UNKNOWN_INCARNATION,
    startOffset: segments[0]?.baseOffset ?? 0,
    firstDirtyOffset: 0,
    appliedFrame: 0,
    segments: segments.map((segment) => segment.state()),
    producers: [...producers.entries()],
    epochs: epochs.starts,
  };
}
