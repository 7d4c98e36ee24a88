import type { Log, LogFields } from "../../internal/platform/log.ts";
import { Output, type WriteSome } from "../output/output.ts";

/** How much may wait for whoever reads the log; what comes on top is counted, not kept. */
const maxWaitingChars = 1024 * 1024;

/** A log that can be brought to its end. */
export interface WrittenLog extends Log {
  /** Resolves when all that was logged is written, or can't be. */
  settled(): Promise<void>;
  /** The lines that nobody has taken yet, and one more, for who ends the process at once. */
  last(level: "info" | "warn" | "error", event: string, fields: LogFields): string;
}

/**
 * A log of lines: as text for people, or as JSON for programs.
 *
 * Never waits: a reader that stops reading holds up no broker. Lines that find no room any more are
 * counted, and the count is logged when there is room again.
 */
export function writtenLog(write: WriteSome, asJson: boolean, nowMs: () => number): WrittenLog {
  const out = new Output(write);
  const render = asJson ? jsonLine : textLine;
  let waiting: string[] = [];
  let waitingChars = 0;
  let droppedCount = 0;
  let writing: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      for (const line of waiting) out.appendText(line);
      waiting = [];
      waitingChars = 0;
      await out.flush();
    }
  };
  const add = (level: string, event: string, fields: LogFields): void => {
    const line = render(new Date(nowMs()).toISOString(), level, event, fields);
    if (waitingChars + line.length > maxWaitingChars) {
      droppedCount++;
      return;
    }
    waiting.push(line);
    waitingChars += line.length;
    if (droppedCount > 0 && waitingChars === line.length) {
      const lines = droppedCount;
      droppedCount = 0;
      add("warn", "log-lines-dropped", { lines });
    }
    // Where a log can't be written there is no one to tell, and the broker goes on.
    writing ??= drain()
      .catch(() => {})
      .finally(() => {
        writing = null;
      });
  };
  return {
    info: (event, fields) => add("info", event, fields),
    warn: (event, fields) => add("warn", event, fields),
    error: (event, fields) => add("error", event, fields),
    settled: async () => {
      await writing;
    },
    last: (level, event, fields) => {
      const line = render(new Date(nowMs()).toISOString(), level, event, fields);
      return [...waiting, line].join("");
    },
  };
}

type Render = (time: string, level: string, event: string, fields: LogFields) => string;

const jsonLine: Render = (time, level, event, fields) => {
  // First to be read, last to be said: no field of the same name takes their place.
  const head = { time, level, event };
  return `${JSON.stringify({ ...head, ...fields, ...head })}\n`;
};

const textLine: Render = (time, level, event, fields) => {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${textValue(value)}`);
  return `${time} ${level.padEnd(5)} ${event}${pairs.join("")}\n`;
};

/** A value as one word; what would not be one, or could fool a reader, in quotes. */
function textValue(value: LogFields[string]): string {
  const text = String(value);
  return /^[\x21\x23-\x7e]+$/.test(text) ? text : JSON.stringify(text);
}
