import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a process holds. */
export interface Footprint {
  /** Memory of its own; not what it shares with the executable's file. */
  readonly memoryMib: number;
  /** Open files and sockets, but for segments, which stay open while they are few. */
  readonly handles: number;
}

/** What the process `pid` holds now, as Linux counts it. */
export function footprint(pid: number): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
  const handles = readdirSync(`/proc/${pid}/fd`).filter((fd) => !isSegment(pid, fd)).length;
  return { memoryMib: Math.round(kib / 1024), handles };
}

function isSegment(pid: number, fd: string): boolean {
  try {
    return /\/logs\/[^/]+\/\d+\.log$/.test(readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return false; // closed meanwhile
  }
}
