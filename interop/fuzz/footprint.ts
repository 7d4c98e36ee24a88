import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const SEGMENT_FILE = /\/logs\/[^/]+\/\d+\.(log|index|timeindex)$/;

/** What a process holds. */
export interface Footprint {
  /** Memory of its own; not what it shares with the executable's file. */
  readonly memoryMib: number;
  /** Names of open files and sockets, but for segments and indexes: the cache bounds these. */
  readonly handles: readonly string[];
}

/** What the process `pid` holds now, as Linux counts it. */
export function footprint(pid: number): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
  const handles = readdirSync(`/proc/${pid}/fd`).map((fd) => nameOf(pid, fd));
  return {
    memoryMib: Math.round(kib / 1024),
    handles: handles.filter((name) => !SEGMENT_FILE.test(name)),
  };
}

function nameOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return "closed meanwhile";
  }
}
