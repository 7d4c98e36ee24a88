import type { Disk } from "../platform/disk.ts";

/** The file in the data directory that has the id under which a broker was first started. */
const FILE = "broker-id";

/** The id that a data directory's broker has; null if none has been written down. */
export function savedBrokerId(disk: Disk, dataDirectory: string): number | null {
  const path = `${dataDirectory}/${FILE}`;
  if (!disk.exists(path)) return null;
  const file = disk.open(path, "read");
  try {
    const bytes = new Uint8Array(file.sizeBytes());
    file.read(bytes, 0, bytes.length, 0);
    const id = Number(new TextDecoder().decode(bytes).trim());
    return Number.isInteger(id) && id > 0 ? id : null;
  } finally {
    file.close();
  }
}

/** Writes a broker's id down; durable when this resolves. */
export async function saveBrokerId(disk: Disk, dataDirectory: string, id: number): Promise<void> {
  if (savedBrokerId(disk, dataDirectory) === id) return;
  const path = `${dataDirectory}/${FILE}`;
  const bytes = new TextEncoder().encode(`${id}\n`);
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
