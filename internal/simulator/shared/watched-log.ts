import type { Log, LogFields } from "../../platform/log.ts";
import { SimulationFailure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { TraceValue } from "../trace.ts";

/** Where what a broker says is noted, and where a run ends. */
interface WatchedWorld {
  readonly stage: Stage;
  readonly trace: (event: string, ...values: readonly TraceValue[]) => void;
}

/** Takes what the broker says of itself: what should never happen, and faults of its clients. */
export function watchedLog({ stage, trace }: WatchedWorld): Log {
  const note = (level: string) => (event: string, fields: LogFields) => {
    trace("log", level, event, JSON.stringify(fields));
    if (isBroken(event, fields)) {
      stage.fail(new SimulationFailure(`${event} ${JSON.stringify(fields)}`));
    }
  };
  return { info: note("info"), warn: note("warn"), error: note("error") };
}

/** With acks=0 a refusal costs the connection; these clients make no other mistakes. */
function isBroken(event: string, { reason }: LogFields): boolean {
  if (event === "kafka-request-failed" || event === "protocol-unknown") return true;
  return event === "kafka-connection-ended" && !String(reason).startsWith("with acks=0");
}
