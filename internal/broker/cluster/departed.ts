import type { LiveBroker } from "../../metadata/cluster/cluster-state.ts";
import type { Clock } from "../../platform/clock.ts";
import type { BrokerNode } from "../membership/replication-api.ts";

/** So long clients are told of a broker that isn't there any more. */
const TOLD_MS = 10_000;

/**
 * Brokers that went a moment ago. A client that learns of a new leader and, by the same answer,
 * that the broker it knew isn't there any more, may take what it has for the partition from the
 * new leader again together with that broker (librdkafka 2.12 and later), and loses a second.
 */
export class Departed {
  readonly #clock: Clock;
  readonly #departed = new Map<number, { readonly node: BrokerNode; readonly atMs: number }>();
  #known: ReadonlyMap<number, LiveBroker> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** These are there now. */
  look(live: ReadonlyMap<number, LiveBroker>): void {
    const atMs = this.#clock.monotonicMs();
    for (const [id, { host, port, rack }] of this.#known) {
      if (!live.has(id)) this.#departed.set(id, { node: { id, host, port, rack }, atMs });
    }
    for (const id of live.keys()) this.#departed.delete(id);
    this.#known = new Map(live);
  }

  nodes(): readonly BrokerNode[] {
    const sinceMs = this.#clock.monotonicMs() - TOLD_MS;
    for (const [id, { atMs }] of this.#departed) if (atMs < sinceMs) this.#departed.delete(id);
    return Array.from(this.#departed.values(), ({ node }) => node);
  }
}
