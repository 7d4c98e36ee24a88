import type { Disk } from "../platform/disk.ts";
import { crc32c } from "../record/crc32c.ts";

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
  const file = disk.open(path, "read");
  try {
    const bytes = new Uint8Array(file.sizeBytes());
    file.read(bytes, 0, bytes.length, 0);
    const [, id, sum] = TEXT.exec(new TextDecoder().decode(bytes)) ?? [];
    const isWhole = id !== undefined && (sum === undefined || sum === sumOf(id));
    return isWhole ? Number(id) : "damaged";
  } finally {
    file.close();
  }
}

/** Writes a broker's id down; durable when this resolves. */
export async function saveBrokerId(disk: Disk, dataDirectory: string, id: number): Promise<void> {
  if (savedBrokerId(disk, dataDirectory) === id) return;
  const path = `${dataDirectory}/${FILE}`;
  const bytes = new TextEncoder().encode(`${id} ${sumOf(`${id}`)}\n`);
  const file = disk.open(`${path}.new`, "create");
  try {
    file.truncate(0);
    file.write(bytes, 0, bytes.length, 0);
    await file.sync();
  } finally {
    file.close();
  }
  disk.rename(`${path}.new`, path);
  await disk.syncDirectory(dataDirectory);
}

function sumOf(id: string): string {
  const bytes = new TextEncoder().encode(id);
  return crc32c(bytes, 0, bytes.length).toString(16).padStart(8, "0");
}
