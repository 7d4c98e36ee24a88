import { readFileSync } from "node:fs";

/** Clock ticks of /proc, a second. Linux has the same number on every machine. */
const TICKS_PER_SECOND = 100;

/** The processor time that a process has used so far. */
export function cpuSeconds(pid: number): number {
  // The second field is the command in parentheses, which may have blanks in it.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const [userTicks, systemTicks] = fields.slice(11, 13);
  return (Number(userTicks) + Number(systemTicks)) / TICKS_PER_SECOND;
}

/** The memory that a process holds: all of it, and what no file backs. */
export function residentBytes(pid: number): { total: number; anonymous: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return { total: field("VmRSS"), anonymous: field("RssAnon") };
}
