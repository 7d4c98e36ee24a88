import { readFileSync } from "node:fs";
import path from "node:path";
import { bunPlatform } from "../../internal/platform/bun/platform.ts";
import { findCheckpoint, journalBehind } from "../../internal/storage/checkpoint.ts";
import { dumpFile } from "../../internal/storage/inspect/dump.ts";
import { EntryKind, isPlaced } from "../../internal/storage/journal/journal-frame.ts";
import { readJournal, sizeOnDisk } from "../../internal/storage/journal/journal-reader.ts";
import { readCreated } from "../../internal/storage/journal/journal-records.ts";
import { dataLayout } from "../../internal/storage/layout.ts";

/** A stretch of a file that is all there is of some records. */
export interface Extent {
  /** The file's path in the data directory. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
  /** The records: of the log `orders-0`, `[fromOffset, toOffset)`. */
  readonly log: string;
  readonly fromOffset: number;
  readonly toOffset: number;
}

/** Where the records of a data directory stand: in batches of segments, or the journal's frames. */
export async function extentsOf(data: string): Promise<Extent[]> {
  const { disk } = bunPlatform();
  const layout = dataLayout(data);
  const extents: Extent[] = [];
  for (const log of disk.list(layout.logs)) {
    const names = disk.list(`${layout.logs}/${log}`).filter((name) => name.endsWith(".log"));
    for (const name of names) {
      const file = `logs/${log}/${name}`;
      for await (const dumped of dumpFile(disk, path.join(data, file))) {
        if (dumped.kind === "damage") throw new Error(`${file} is damaged already`);
        const { baseOffset: fromOffset, lastOffset, sizeBytes } = dumped.info;
        const [from, toOffset] = [dumped.position, lastOffset + 1];
        extents.push({ file, from, to: from + sizeBytes, log, fromOffset, toOffset });
      }
    }
  }
  return [...extents, ...journalExtents(data)];
}

function journalExtents(data: string): Extent[] {
  const { disk } = bunPlatform();
  const layout = dataLayout(data);
  const { checkpoint } = findCheckpoint(disk, layout);
  if (!checkpoint) throw new Error(`${data} has no checkpoint`);
  const journal = readJournal(disk, layout.journal, journalBehind(checkpoint));
  const names = new Map(checkpoint.logs.map(({ id, name }) => [id, name]));
  const extents: Extent[] = [];
  for (const { path: place, frames } of journal.files) {
    const bytes = readFileSync(place);
    for (const frame of frames) {
      const range = { from: frame.at, to: frame.at + sizeOnDisk(frame) };
      for (const { entry, payloadAt } of frame.entries) {
        const { kind, logId, offset: fromOffset, sizeBytes, lastOffsetDelta } = entry;
        if (kind === EntryKind.created) {
          names.set(logId, readCreated(bytes.subarray(payloadAt, payloadAt + sizeBytes)).name);
        }
        if (kind !== EntryKind.batch && !isPlaced(kind)) continue;
        const log = names.get(logId) ?? "";
        const toOffset = fromOffset + lastOffsetDelta + 1;
        extents.push({ file: path.relative(data, place), ...range, log, fromOffset, toOffset });
      }
    }
  }
  return extents;
}
