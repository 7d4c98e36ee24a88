import { type Disk, DiskError } from "../../platform/disk.ts";
import { overlayDisk } from "../../platform/overlay-disk.ts";
import { StorageError } from "../errors.ts";
import { dataLayout } from "../layout.ts";
import type { LogConfig, PartitionLog } from "../partition-log.ts";
import { type Loss, Losses } from "../recovery/losses.ts";
import { recover } from "../recovery/recovery.ts";
import { FileCache } from "../segments/file-cache.ts";
import { TailWriter } from "../tail-writer.ts";
import { readWholeFile } from "../whole-file.ts";

/** The logs of a data directory, for someone who only looks. */
export interface Look {
  /** By name; `durableOffset` is where each ends. */
  readonly logs: ReadonlyMap<string, PartitionLog>;
  /** To be read through these: the disk on which the journal has been replayed. */
  readonly disk: Disk;
  readonly files: FileCache;
  /** What a broker that starts on them has to give up. */
  readonly losses: readonly Loss[];
}

/** Nobody writes to these logs. */
const UNUSED_CONFIG: LogConfig = {
  durability: "fsync",
  segmentBytes: Number.MAX_SAFE_INTEGER,
  segmentMs: Number.MAX_SAFE_INTEGER,
};

const MAX_OPEN_FILES = 64;

/** How often a checkpoint may come in between before this gives up. */
const MAX_TRIES = 20;

/**
 * Finds the logs as a restart would, in memory: nothing on the disk is changed. A broker may run on
 * the directory: these are its logs as they were at one moment.
 *
 * Rejects with `StorageError` as a restart would, or `DiskError`. With `acceptLosses` it goes on
 * without what keeps a broker from starting.
 */
export async function lookAt(
  disk: Disk,
  directory: string,
  nowMs: number,
  acceptLosses = false,
): Promise<Look> {
  const layout = dataLayout(directory);
  if (!disk.exists(directory)) throw new DiskError("missing", "open", directory, "it isn't there");
  for (let tries = 1; ; tries++) {
    const before = checkpointBytes(disk, layout.checkpoint);
    try {
      const overlay = overlayDisk(disk);
      const files = new FileCache(overlay, MAX_OPEN_FILES);
      const writer = new TailWriter(overlay, files, layout.logs);
      const store = { disk: overlay, layout, files, writer, config: UNUSED_CONFIG };
      const path = { ...store, nowMs, losses: new Losses(directory, acceptLosses) };
      const { logs } = await recover(path);
      const isCertain = path.losses.found.length === 0 || tries > 1;
      if (isCertain && sameBytes(before, checkpointBytes(disk, layout.checkpoint))) {
        return { logs, disk: overlay, files, losses: path.losses.found };
      }
    } catch (error) {
      if (!(error instanceof StorageError || error instanceof DiskError)) throw error;
      // Of what a running broker was changing meanwhile, anything may have been seen.
      const changed = !sameBytes(before, checkpointBytes(disk, layout.checkpoint));
      if ((!changed && tries > 1) || tries === MAX_TRIES) throw error;
    }
  }
}

function checkpointBytes(disk: Disk, path: string): Uint8Array | null {
  return disk.exists(path) ? readWholeFile(disk, path) : null;
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
