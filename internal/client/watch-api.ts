import type {
  BrokerActivity,
  BrokerEvent,
  BrokerUpdate,
  InView,
  Watched,
} from "../broker/observability/watch-api.ts";

/**
 * What to keep up with, and how often to be told. What isn't asked for isn't told: with nothing
 * named, the broker as a whole alone.
 */
export interface WatchOptions extends Partial<Watched> {
  readonly intervalMs: number;
  /**
   * Which partitions are looked at by now (300 at the most), asked whenever an update is taken:
   * of those that change, they come with each update, the others a few at a time.
   */
  readonly inView?: () => InView | null;
}

/** Something that happened to a broker. */
export interface TracedEvent extends BrokerEvent {
  readonly brokerId: number;
}

/**
 * What a watch tells of a broker; in a cluster, of all of them together: `broker` is the one that
 * was named, each partition is told by its leader, each group by its coordinator, and what happens
 * to topics by the broker that was named.
 */
export interface WatchUpdate extends Omit<BrokerUpdate, "events"> {
  readonly events: readonly TracedEvent[];
  /** The other brokers of the cluster, as far as they answer. */
  readonly others: readonly BrokerActivity[];
}

/**
 * A stream of changes: an update an interval, of what has changed since the one before. The first
 * ones have everything. It goes on until `stop`, or ends with a `ClientError`.
 *
 * Updates are asked for as they are taken: who takes none costs the broker nothing, and gets what
 * has changed meanwhile as one.
 */
export interface Watch extends AsyncIterable<WatchUpdate> {
  /** Ends the iteration at once. */
  stop(): void;
}
