import type { LiveBroker } from "../../metadata/cluster/cluster-state.ts";
import type { EventKind } from "../observability/event-kinds.ts";
import type { EventLog } from "../observability/event-log.ts";

/** Tells people which brokers of the cluster came, went, or said that they aren't well. */
export class BrokerNews {
  readonly #events: EventLog;
  #known: ReadonlyMap<number, LiveBroker> = new Map();

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** These are there now. */
  look(live: ReadonlyMap<number, LiveBroker>): void {
    for (const id of this.#known.keys()) {
      if (!live.has(id)) this.#tell("warning", "broker-gone", id, "isn't there any more");
    }
    for (const [id, broker] of live) this.#compare(this.#known.get(id), broker);
    this.#known = new Map(live);
  }

  #compare(before: LiveBroker | undefined, broker: LiveBroker) {
    const { id, session, isStopping, isCutOff, hasFailed } = broker;
    const known = before?.session === session ? before : null;
    if (!known) this.#tell("info", "broker-there", id, "is there");
    if (isStopping && !known?.isStopping) this.#tell("info", "broker-stopping", id, "will stop");
    const fails = hasFailed && !known?.hasFailed;
    if (fails) this.#tell("error", "broker-failed", id, "takes no records: its disk has failed");
    if (isCutOff === (known?.isCutOff ?? false)) return;
    if (isCutOff) this.#tell("warning", "broker-cut-off", id, "hears no other broker");
    else this.#tell("info", "broker-heard", id, "hears others again");
  }

  #tell(severity: "info" | "warning" | "error", kind: EventKind, id: number, what: string): void {
    this.#events.add(severity, kind, { subject: "", message: `broker ${id} ${what}` });
  }
}
