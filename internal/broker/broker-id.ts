import type { Disk } from "../platform/disk.ts";
import { crc32cHex } from "../record/crc32c.ts";
import { readWholeFile, replaceFile } from "../storage/whole-file.ts";

/** The file in the data directory that has the id under which a broker was first started. */
const FILE = "broker-id";

/** A damaged file may hold another number: so its CRC-32C stands behind the id. */
const TEXT = /^(\d+)(?: ([0-9a-f]{8}))?\n$/;

/**
 * The id that a data directory's broker has; null if none has been written down, "damaged" if that
 * can't be read any more.
 */
export function savedBrokerId(disk: Disk, dataDirectory: string): number | "damaged" | null {
  const path = `${dataDirectory}/${FILE}`;
  if (!disk.exists(path)) return null;
  const text = new TextDecoder().decode(readWholeFile(disk, path));
  const [, id, sum] = TEXT.exec(text) ?? [];
  const isWhole = id !== undefined && (sum === undefined || sum === crc32cHex(id));
  return isWhole ? Number(id) : "damaged";
}

/** Writes a broker's id down; durable when this resolves. */
export async function saveBrokerId(disk: Disk, dataDirectory: string, id: number): Promise<void> {
  if (savedBrokerId(disk, dataDirectory) === id) return;
  const path = `${dataDirectory}/${FILE}`;
  const bytes = new TextEncoder().encode(`${id} ${crc32cHex(`${id}`)}\n`);
  await replaceFile(disk, path, bytes);
  await disk.syncDirectory(dataDirectory);
}
