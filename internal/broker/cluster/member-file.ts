import type { Disk } from "../../platform/disk.ts";
import { crc32cHex } from "../../record/crc32c.ts";
import { StorageError } from "../../storage/errors.ts";
import { readWholeFile, replaceFile } from "../../storage/whole-file.ts";
import type { AdoptionKind } from "./adopt.ts";

/** The file in the data directory that says which cluster the directory is of. */
const FILE = "cluster-member";

/** What a data directory knows of its cluster. */
export interface MemberFile {
  readonly clusterId: string;
  /** Tells this directory from others, also from an earlier one of the same broker. */
  readonly diskId: string;
  /** etcd had come so far when it was read last. */
  readonly revision: number;
  /** What it had before is still being taken into the cluster. */
  readonly adopting?: AdoptionKind;
}

/** `{"clusterId":...} CRC32C`: what it says is too important to be read from a damaged file. */
const TEXT = /^(\{.*\}) ([0-9a-f]{8})\n$/;

/** What was written down; null: the directory isn't of a cluster. Throws `StorageError`. */
export function savedMember(disk: Disk, dataDirectory: string): MemberFile | null {
  const path = `${dataDirectory}/${FILE}`;
  if (!disk.exists(path)) return null;
  const [, json = "", sum] = TEXT.exec(new TextDecoder().decode(readWholeFile(disk, path))) ?? [];
  if (sum !== crc32cHex(json)) {
    throw new StorageError("damaged", `${path} is damaged: it said which cluster this is of`);
  }
  const { clusterId, diskId, revision, adopting } = JSON.parse(json);
  const member = { clusterId: `${clusterId}`, diskId: `${diskId}`, revision: Number(revision) };
  return adopting === "first" || adopting === "copies" ? { ...member, adopting } : member;
}

/** Writes it down; durable when this resolves. */
export async function saveMember(
  disk: Disk,
  dataDirectory: string,
  member: MemberFile,
): Promise<void> {
  const json = JSON.stringify(member);
  const bytes = new TextEncoder().encode(`${json} ${crc32cHex(json)}\n`);
  await replaceFile(disk, `${dataDirectory}/${FILE}`, bytes);
  await disk.syncDirectory(dataDirectory);
}
