import type { Clock } from "./clock.ts";
import type { Log, LogFields } from "./log.ts";

/** The same line is written once in such a time. */
const AGAIN_MS = 60_000;
/** So many different lines are remembered; then all are forgotten. */
const MAX_LINES = 100;

interface Written {
  atMs: number;
  /** How often it would have been written since. */
  unwritten: number;
}

/**
 * A log for what is tried again and again: a warning or an error that is the same, field by field,
 * is written once a minute, with how often it was not in between.
 */
export function unrepeatedLog(log: Log, clock: Clock): Log {
  const lines = new Map<string, Written>();
  const once =
    (write: (event: string, fields: LogFields) => void) =>
    (event: string, fields: LogFields): void => {
      const nowMs = clock.monotonicMs();
      const line = JSON.stringify([event, fields]);
      const written = lines.get(line);
      if (written && nowMs - written.atMs < AGAIN_MS) {
        written.unwritten++;
        return;
      }
      const unwritten = written?.unwritten ?? 0;
      if (lines.size >= MAX_LINES) lines.clear();
      lines.set(line, { atMs: nowMs, unwritten: 0 });
      write(event, unwritten > 0 ? { ...fields, unwritten } : fields);
    };
  return {
    info: (event, fields) => log.info(event, fields),
    warn: once((event, fields) => log.warn(event, fields)),
    error: once((event, fields) => log.error(event, fields)),
  };
}
