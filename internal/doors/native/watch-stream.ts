import type { Broker } from "../../broker/api.ts";
import type { InView, Watcher } from "../../broker/observability/watch-api.ts";
import type { Clock } from "../../platform/clock.ts";
import type { NativeLimits } from "./limits.ts";
import type { OpenStream, StreamOutlet } from "./open-stream.ts";
import { update, type WatchRequest, watchCredit } from "./protocol/watch-messages.ts";

/** The time between updates while rows are still to come that were never told. */
const CATCH_UP_MS = 20;

/**
 * A stream of changes: an update an interval, whether much has changed or nothing, so that its
 * client can tell a quiet broker from a dead one. While the client grants nothing, or takes
 * nothing, changes gather in the watcher, where ten of one row are one.
 */
export class WatchStream implements OpenStream {
  readonly #clock: Clock;
  readonly #outlet: StreamOutlet;
  readonly #watcher: Watcher;
  readonly #maxRows: number;
  readonly #maxCredit: number;
  readonly #intervalMs: number;
  #credit: number;
  #inView: InView | null = null;
  #stopped = false;
  /** Go on with a stream that waits for credit, or for its time. */
  #onCredit: (() => void) | null = null;
  #endPause: (() => void) | null = null;

  constructor(
    { broker, clock }: { readonly broker: Broker; readonly clock: Clock },
    outlet: StreamOutlet,
    limits: NativeLimits,
    request: WatchRequest,
  ) {
    this.#clock = clock;
    this.#outlet = outlet;
    this.#maxRows = limits.maxWatchRows;
    this.#maxCredit = limits.maxWatchCredit;
    this.#intervalMs = Math.max(request.intervalMs, limits.minWatchIntervalMs);
    this.#credit = Math.min(request.credit, this.#maxCredit);
    this.#watcher = broker.openWatcher(request);
  }

  credit(fields: unknown): void {
    const { updates, inView } = watchCredit.fields.read(fields);
    this.#inView = inView;
    this.#credit = Math.min(this.#credit + updates, this.#maxCredit);
    this.#onCredit?.();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#watcher.close();
    this.#onCredit?.();
    this.#endPause?.();
  }

  /** Serves the stream until it is stopped. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#credit === 0) await this.#granted();
      await this.#outlet.room();
      if (this.#stopped) return;
      const changes = this.#watcher.take(this.#maxRows, this.#inView);
      this.#credit--;
      this.#outlet.event(update, changes, []);
      await this.#pause(changes.incomplete ? CATCH_UP_MS : this.#intervalMs);
    }
  }

  #granted(): Promise<void> {
    return new Promise((resolve) => {
      this.#onCredit = resolve;
    });
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(delayMs, resolve);
      this.#endPause = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
