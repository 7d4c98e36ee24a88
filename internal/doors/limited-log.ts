import type { Clock } from "../platform/clock.ts";
import type { Log, LogFields } from "../platform/log.ts";

/** So many lines of each kind are written in a while; the others are counted. */
const LINES = 20;
const WHILE_MS = 1000;

interface Count {
  beganMs: number;
  lines: number;
}

/**
 * A log that clients can't flood: of each event so many lines a second, and with the first line of
 * the next second how many there would have been more. Errors are all written.
 */
export function limitedLog(log: Log, clock: Clock): Log {
  const counts = new Map<string, Count>();
  const limited =
    (write: (event: string, fields: LogFields) => void) =>
    (event: string, fields: LogFields): void => {
      const nowMs = clock.monotonicMs();
      const count = counts.get(event) ?? { beganMs: nowMs, lines: 0 };
      counts.set(event, count);
      const isOver = nowMs - count.beganMs >= WHILE_MS;
      const unwritten = isOver ? Math.max(0, count.lines - LINES) : 0;
      if (isOver) Object.assign(count, { beganMs: nowMs, lines: 0 });
      count.lines++;
      if (count.lines > LINES) return;
      write(event, unwritten > 0 ? { ...fields, unwritten } : fields);
    };
  return {
    info: limited((event, fields) => log.info(event, fields)),
    warn: limited((event, fields) => log.warn(event, fields)),
    error: (event, fields) => log.error(event, fields),
  };
}
