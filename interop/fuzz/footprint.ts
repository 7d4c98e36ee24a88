import { readdirSync, readFileSync } from "node:fs";

/** What a process holds. */
export interface Footprint {
  /** Memory of its own; not what it shares with the executable's file. */
  readonly memoryMib: number;
  /** Open files and sockets. */
  readonly handles: number;
}

/** What the process `pid` holds now, as Linux counts it. */
export function footprint(pid: number): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
  return { memoryMib: Math.round(kib / 1024), handles: readdirSync(`/proc/${pid}/fd`).length };
}
