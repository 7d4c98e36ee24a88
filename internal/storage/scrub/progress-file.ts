import { type Disk, DiskError } from "../../platform/disk.ts";
import { crc32cHex } from "../../record/crc32c.ts";
import { readWholeFile } from "../whole-file.ts";

/** How far the scrub is. */
export interface ScrubProgress {
  /** When the present round began, or the last one; null before the first. */
  readonly roundStartedAtMs: number | null;
  /** When the last round that was ended was. */
  readonly lastRoundEndedAtMs: number | null;
  /** Where the present round goes on; null between rounds. */
  readonly next: ScrubPlace | null;
}

/** A place in the row of all logs, by their names. */
export interface ScrubPlace {
  readonly log: string;
  readonly offset: number;
}

/** Before the first round. */
export const NO_PROGRESS: ScrubProgress = {
  roundStartedAtMs: null,
  lastRoundEndedAtMs: null,
  next: null,
};

/**
 * Writes the progress down: a line of JSON behind its CRC-32C. It is not synced, and a disk that
 * doesn't take it is no matter: the scrub goes over some of what it has been over again then.
 */
export function saveProgress(disk: Disk, path: string, progress: ScrubProgress): void {
  const text = JSON.stringify(progress);
  const bytes = new TextEncoder().encode(`${crc32cHex(text)} ${text}\n`);
  try {
    const file = disk.open(path, "create");
    try {
      file.write(bytes, 0, bytes.length, 0);
      file.truncate(bytes.length);
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** The progress that was written down last; none where it can't be read. */
export function savedProgress(disk: Disk, path: string): ScrubProgress {
  if (!disk.exists(path)) return NO_PROGRESS;
  const line = new TextDecoder().decode(readWholeFile(disk, path)).trimEnd();
  const text = line.slice(line.indexOf(" ") + 1);
  // The sum has been checked: what stands here is what `saveProgress` was given.
  return line.startsWith(`${crc32cHex(text)} `) ? JSON.parse(text) : NO_PROGRESS;
}
