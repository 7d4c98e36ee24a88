import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";

/** What is done to a file. */
export const DAMAGES = ["flipped bit", "zeroed page", "cut tail"] as const;

/** One of them. */
export type DamageKind = (typeof DAMAGES)[number];

/** Kinds of files, in the order of the table. */
export const FILE_KINDS = [
  "closed segment",
  "last segment",
  "compacted segment",
  "group offsets",
  "metadata",
  "index",
  "time index",
  "journal",
  "journal mark",
  "spare journal",
  "checkpoint",
  "checkpoint copy",
  "broker id",
  "events",
  "lock",
] as const;

/** One of them. */
export type FileKind = (typeof FILE_KINDS)[number];

/** A damage: bytes `[from, to)` of a file, which is named as in the data directory. */
export interface Spoilt {
  readonly file: string;
  readonly fileKind: FileKind;
  readonly damage: DamageKind;
  readonly from: number;
  readonly to: number;
  /** Whether the file has other bytes now. */
  readonly changed: boolean;
}

const PAGE_BYTES = 4096;

/** Numbers from 0 on, below 1, the same ones for the same seed. */
export type Random = () => number;

/** The files of a data directory by their kinds. */
export function filesByKind(data: string): Map<FileKind, string[]> {
  const files = new Map<FileKind, string[]>();
  for (const each of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!each.isFile()) continue;
    const file = path.relative(data, path.join(each.parentPath, each.name));
    const kind = kindOf(data, file);
    files.set(kind, [...(files.get(kind) ?? []), file]);
  }
  for (const names of files.values()) names.sort();
  return files;
}

function kindOf(data: string, file: string): FileKind {
  if (file === "checkpoint") return "checkpoint";
  if (file === "checkpoint.copy") return "checkpoint copy";
  if (file === "broker-id") return "broker id";
  if (file === "events.log" || file === "events.old.log") return "events";
  if (file === "weir.lock") return "lock";
  if (file.endsWith("/mark")) return "journal mark";
  if (file.includes("/spare-") || file.endsWith("/reserve")) return "spare journal";
  if (file.endsWith(".journal")) return "journal";
  if (file.endsWith(".index")) return "index";
  if (file.endsWith(".timeindex")) return "time index";
  if (file.startsWith("logs/__weir_metadata")) return "metadata";
  if (file.startsWith("logs/__consumer_offsets")) return "group offsets";
  const folder = path.dirname(file);
  const segments = readdirSync(path.join(data, folder)).filter((name) => name.endsWith(".log"));
  if (segments.sort().at(-1) === path.basename(file)) return "last segment";
  return folder.startsWith("logs/latest-") ? "compacted segment" : "closed segment";
}

/** Damages a random file of a data directory, the same way for the same random numbers. */
export function spoil(data: string, random: Random): Spoilt {
  const kinds = filesByKind(data);
  const fileKind = pick([...kinds.keys()].sort(), random);
  const file = pick(kinds.get(fileKind) ?? [], random);
  const damage = pick(DAMAGES, random);
  const place = path.join(data, file);
  const usedBytes = usedSize(place);
  const sizeBytes = statSync(place).size;
  // Files that were filled with zeros beforehand are hit where something stands, mostly.
  const reach = random() < 0.9 ? usedBytes : sizeBytes;
  const at = Math.floor(random() * reach);
  const fd = openSync(place, "r+");
  const fault = { file, fileKind, damage };
  try {
    if (damage === "flipped bit") return { ...fault, ...flip(fd, at, Math.floor(random() * 8)) };
    if (damage === "zeroed page")
      return { ...fault, ...zero(fd, at - (at % PAGE_BYTES), sizeBytes) };
    ftruncateSync(fd, at);
    return { ...fault, from: at, to: sizeBytes, changed: at < usedBytes };
  } finally {
    closeSync(fd);
  }
}

function flip(fd: number, at: number, bit: number) {
  const byte = new Uint8Array(1);
  const changed = readSync(fd, byte, 0, 1, at) === 1;
  byte[0] = (byte[0] ?? 0) ^ (1 << bit);
  if (changed) writeSync(fd, byte, 0, 1, at);
  return { from: at, to: at + 1, changed };
}

function zero(fd: number, from: number, sizeBytes: number) {
  const to = Math.min(sizeBytes, from + PAGE_BYTES);
  const bytes = new Uint8Array(to - from);
  readSync(fd, bytes, 0, bytes.length, from);
  const changed = bytes.some((byte) => byte !== 0);
  writeSync(fd, new Uint8Array(bytes.length), 0, bytes.length, from);
  return { from, to, changed };
}

/** Where the zeros begin that a file ends with. */
function usedSize(file: string): number {
  const bytes = new Uint8Array(1 << 20);
  const fd = openSync(file, "r");
  let used = 0;
  // What was written is at the beginning; holes are long.
  for (let at = 0, got = 1; got > 0 && at - used <= bytes.length; at += got) {
    got = readSync(fd, bytes, 0, bytes.length, at);
    const last = bytes.subarray(0, got).findLastIndex((byte) => byte !== 0);
    if (last >= 0) used = at + last + 1;
  }
  closeSync(fd);
  return used;
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}
