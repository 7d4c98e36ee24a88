/** The table of events in docs/operations.md, out of the events themselves. */
import { EVENT_KINDS } from "../../internal/broker/observability/event-kinds.ts";
import { table, withPart } from "./written.ts";

/** The page as it has to be. */
export function withEvents(page: string): string {
  const rows = Object.entries(EVENT_KINDS).map(([kind, { meaning, action }]) => {
    return [`\`${kind}\``, meaning, action === "" ? "nothing" : action];
  });
  return withPart(page, "events", table(["event", "what it means", "what to do"], rows));
}
