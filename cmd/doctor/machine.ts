import { readFileSync, statfsSync } from "node:fs";
import { humanBytes, humanCount } from "../output/numbers.ts";

/** Something that was looked at, and what to do about it. */
export interface Diagnosis {
  readonly subject: string;
  readonly standing: "ok" | "warning" | "bad";
  /** What was found, in one sentence. */
  readonly finding: string;
  /** What to change; empty where nothing has to be. */
  readonly advice: string;
}

/** All is as it should be. */
export function fine(subject: string, finding: string): Diagnosis {
  return { subject, standing: "ok", finding, advice: "" };
}

/** A broker keeps segments and connections open; fewer files are soon too few. */
const ENOUGH_FILES = 16_384;
const LITTLE_ROOM_BYTES = 10e9;
const TOO_LITTLE_ROOM_BYTES = 1e9;
/** File systems of which a sync says nothing, or that are gone after a restart. */
const VOLATILE: ReadonlyMap<number, string> = new Map([
  [0x01021994, "tmpfs"],
  [0x794c7630, "overlayfs"],
  [0x6969, "NFS"],
]);

/** The limits of this shell, which a broker that it starts has, too. */
export function fileLimit(): Diagnosis {
  const limits = readText("/proc/self/limits");
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
  if (Number.isNaN(soft)) return fine("open files", "this system doesn't tell its limit");
  const finding = `${humanCount(soft)} files may be open in this shell`;
  if (soft >= ENOUGH_FILES) return fine("open files", finding);
  const advice =
    "Say 'ulimit -n 65536' before the broker's start, or LimitNOFILE=65536 in its unit.";
  return { subject: "open files", standing: "warning", finding, advice };
}

/** The disk that a data directory is on. */
export function diskOf(directory: string): Diagnosis[] {
  let found: ReturnType<typeof statfsSync>;
  try {
    found = statfsSync(directory);
  } catch {
    return [];
  }
  const freeBytes = found.bavail * found.bsize;
  const share = Math.round((found.bavail / Math.max(1, found.blocks)) * 100);
  const finding = `${directory} has ${humanBytes(freeBytes)} free, ${share}%`;
  const advice = "Make room, lower log.retention.bytes or log.retention.ms, or use another disk.";
  const standing =
    freeBytes < TOO_LITTLE_ROOM_BYTES ? "bad" : freeBytes < LITTLE_ROOM_BYTES ? "warning" : "ok";
  const room: Diagnosis = {
    subject: "disk",
    standing,
    finding,
    advice: standing === "ok" ? "" : advice,
  };
  const name = VOLATILE.get(found.type);
  if (name === undefined) return [room];
  return [
    room,
    {
      subject: "file system",
      standing: name === "overlayfs" ? "warning" : "bad",
      finding: `${directory} is on ${name}`,
      advice: "Keep the data on a local disk: what is synced here may be gone after a restart.",
    },
  ];
}

/** Whether the machine's clock is set by others; records carry its time. */
export function clockSync(): Diagnosis {
  const subject = "clock";
  const told = run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"]);
  if (told === "yes") return fine(subject, "it is synchronized");
  if (told !== "no") return fine(subject, "this machine doesn't tell whether it is synchronized");
  const advice = "Run chrony or systemd-timesyncd: retention and times of records go by the clock.";
  return { subject, standing: "warning", finding: "it isn't synchronized", advice };
}

/** A broker's memory must not go to the disk that it waits for. */
export function swapping(): Diagnosis {
  const swappiness = Number(readText("/proc/sys/vm/swappiness"));
  const total = Number(/^SwapTotal:\s+(\d+)/m.exec(readText("/proc/meminfo"))?.[1] ?? 0);
  if (total === 0) return fine("swap", "there is none");
  const finding = `there is some, and vm.swappiness is ${swappiness}`;
  if (swappiness <= 10) return fine("swap", finding);
  const advice = "Say 'sysctl vm.swappiness=1': a broker that is paged out stalls all its clients.";
  return { subject: "swap", standing: "warning", finding, advice };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // another kind of system
  }
}

function run(command: readonly string[]): string {
  try {
    return Bun.spawnSync([...command], { stderr: "ignore" })
      .stdout.toString()
      .trim();
  } catch {
    return ""; // there is no such program
  }
}
