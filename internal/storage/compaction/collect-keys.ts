import { batchSizeBytes, isControl } from "../../record/batch.ts";
import { RecordError } from "../../record/errors.ts";
import { RecordReader } from "../../record/records.ts";
import { MAX_EXPANDED_BYTES } from "../limits.ts";
import type { PartitionLog } from "../partition-log.ts";
import type { FileCache } from "../segments/file-cache.ts";
import type { DirtyPart } from "./dirty-part.ts";
import type { KeyOffsets } from "./key-offsets.ts";
import type { Pace } from "./pace.ts";
import { segmentChunks } from "./segment-chunks.ts";

/**
 * Notes the last offset of each key in a log's dirty part, as far as there is room for keys.
 *
 * Resolves with the offset up to which that went. Rejects with `DamageError`.
 */
export async function collectKeys(
  files: FileCache,
  log: PartitionLog,
  { fromOffset, toOffset }: DirtyPart,
  keys: KeyOffsets,
  pace: Pace,
): Promise<number> {
  // By offset: while one segment is read, others may be removed.
  for (let offset = fromOffset; offset < toOffset; ) {
    const segment = log.segmentFrom(offset);
    if (!segment || segment.baseOffset >= toOffset) break;
    const fullAt = await files.use(segment.logPath, async (file) => {
      for await (const { bytes, sizeBytes } of segmentChunks(log, segment, file)) {
        for (let at = 0; at < sizeBytes; at += batchSizeBytes(bytes, at)) {
          const full = putKeys(keys, bytes, at, fromOffset);
          if (full !== null) return full;
          if (pace.spend(batchSizeBytes(bytes, at))) await pace.rest();
        }
      }
      return null;
    });
    if (fullAt !== null) return fullAt;
    offset = segment.endOffset;
  }
  return toOffset;
}

/** Notes the keys of one batch; the offset of the first record that found no room, else null. */
function putKeys(keys: KeyOffsets, buf: Uint8Array, at: number, fromOffset: number) {
  if (isControl(buf, at)) return null;
  try {
    const reader = new RecordReader(buf, at, MAX_EXPANDED_BYTES);
    while (reader.next()) {
      const { offset, bytes, keyFrom, keyTo } = reader;
      if (keyFrom < 0 || offset < fromOffset) continue;
      if (!keys.put(bytes, keyFrom, keyTo, offset)) return offset;
    }
  } catch (error) {
    // A producer may send what can't be read: it stays as it is, and nothing goes because of it.
    if (!(error instanceof RecordError)) throw error;
  }
  return null;
}
