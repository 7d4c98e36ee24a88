import type { Leadership } from "../../metadata/metadata-store.ts";
import type { Disk } from "../../platform/disk.ts";
import { crc32cHex } from "../../record/crc32c.ts";
import { readWholeFile, replaceFile } from "../../storage/whole-file.ts";
import type { PeerAddress } from "../membership/links.ts";

/**
 * The file in the data directory that says whom this broker has followed last. The metadata log
 * doesn't say it while the broker catches up, and what that says may be cut off it: a restart in
 * between would go by a leadership that has been replaced, perhaps by this broker's own.
 */
const FILE = "followed-leader";

const TEXT = /^(\d+) (\d+) (\S+) (\d+) ([0-9a-f]{8})\n$/;

/** A leadership of another broker, and where that was reached. */
export interface FollowedLeader extends Leadership, PeerAddress {}

/**
 * Whom this broker has followed last; null if nobody, or if that can't be read any more: then the
 * metadata log has to do.
 */
export function savedFollowedLeader(disk: Disk, dataDirectory: string): FollowedLeader | null {
  const path = `${dataDirectory}/${FILE}`;
  if (!disk.exists(path)) return null;
  const text = new TextDecoder().decode(readWholeFile(disk, path));
  const [, epoch, brokerId, host = "", port, sum] = TEXT.exec(text) ?? [];
  if (sum !== crc32cHex(`${epoch} ${brokerId} ${host} ${port}`)) return null;
  return { epoch: Number(epoch), brokerId: Number(brokerId), host, port: Number(port) };
}

/** Writes down whom this broker follows, unless that is known; durable when this resolves. */
export async function saveFollowedLeader(
  disk: Disk,
  dataDirectory: string,
  { epoch, brokerId, host, port }: FollowedLeader,
): Promise<void> {
  const known = savedFollowedLeader(disk, dataDirectory);
  if (known && known.epoch >= epoch) return;
  const words = `${epoch} ${brokerId} ${host} ${port}`;
  const bytes = new TextEncoder().encode(`${words} ${crc32cHex(words)}\n`);
  await replaceFile(disk, `${dataDirectory}/${FILE}`, bytes);
  await disk.syncDirectory(dataDirectory);
}
