import type { EventLog } from "../../internal/broker/observability/event-log.ts";
import type { WrittenLog } from "./log.ts";

/** What a crash is told to. */
export interface CrashPath {
  readonly log: WrittenLog;
  /** Writes to where the log goes, before it returns; null: it isn't to be told there. */
  readonly write: ((text: string) => void) | null;
  /** Those of the broker, once there is one. */
  readonly events: EventLog | null;
}

/**
 * Writes down that a bug ends the process, as a line of the log and as an event, both at once:
 * there is no later. Throws nothing, as that would be a second crash in the middle of the first.
 */
export function noteCrash(bug: unknown, { log, write, events }: CrashPath): void {
  const message = bug instanceof Error ? `${bug.name}: ${bug.message}` : String(bug);
  const stack = bug instanceof Error ? (bug.stack ?? null) : null;
  const advice = "this is a bug in weir; please report it with this line";
  write?.(log.last("error", "crashed", { message, stack, advice }));
  try {
    const [, place = ""] = stack?.split("\n    ") ?? [];
    const where = place === "" ? message : `${message} (${place})`;
    events?.remember("error", "crashed", { subject: "", message: where });
    events?.flush();
  } catch {
    // The log has it.
  }
}
