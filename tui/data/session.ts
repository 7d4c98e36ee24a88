import type { Client, InView, Watch, Watched } from "../../internal/client/api.ts";
import type { ClientPlatform } from "../../internal/client/client.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { Partner, type PartnerOptions } from "./partner.ts";
import { type Focus, World } from "./world.ts";

/** Time, as everything here is told it. */
export type Clock = ClientPlatform["clock"];

/** What a session needs. */
export interface SessionOptions {
  readonly clock: Clock;
  /** Connects to the broker; rejects with a `ClientError`. */
  readonly connect: () => Promise<Client>;
  readonly connectTo: PartnerOptions["connectTo"];
  /** The time between two updates. */
  readonly refreshMs: number;
  /** Told when the world has changed. */
  readonly changed: () => void;
  /** Which partitions of the topic that is looked at are on the screen. */
  readonly inView: () => InView | null;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;
/** A link that has been silent for so long, besides the interval, is taken for dead. */
const SILENCE_MS = 8000;

/**
 * Keeps the world up to date: connects, watches, and connects again, later and later, when the
 * broker is lost. While paused it asks for nothing, so that the broker sends nothing.
 */
export class Session {
  readonly world = new World();
  readonly #options: SessionOptions;
  #client: Client | null = null;
  #focus: Focus | null = null;
  readonly #partner: Partner;
  /** The stream about what is looked at more closely. */
  #closeUp: Watch | null = null;
  #paused = false;
  #stopped = false;
  /** Whether an update has come by this connection. */
  #wasTold = false;
  /** Ends a pause, and a wait for the next attempt. */
  #resume: (() => void) | null = null;
  #retry: (() => void) | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock, connectTo, refreshMs } = options;
    const unpaused = () => this.#unpaused();
    const isHeard = (): boolean => {
      const { connected = false, followers = [] } = this.world.broker?.replication ?? {};
      return connected || followers.some((follower) => follower.connected);
    };
    this.#partner = new Partner({ clock, connectTo, refreshMs, isHeard, unpaused });
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Runs until it is stopped. Rejects with what is a bug. */
  async run(): Promise<void> {
    for (let attempt = 1; !this.#stopped; attempt++) {
      this.world.link = { state: "connecting", attempt };
      this.#options.changed();
      const reason = await this.#connection();
      if (this.#stopped) return;
      // One who tells nothing that is understood isn't asked more often for taking the call.
      if (this.#wasTold) attempt = 1;
      this.#wasTold = false;
      await this.#wait(reason, attempt);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#paused = false;
    this.#resume?.();
    this.#retry?.();
    void this.#client?.close();
  }

  /** Tries again at once if the broker is lost. */
  retryNow(): void {
    this.#retry?.();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#resume?.();
  }

  /** Follows one thing more closely, or none. */
  lookAt(focus: Focus | null): void {
    if (isSameFocus(focus, this.#focus)) return;
    this.#focus = focus;
    this.world.lookAt(focus);
    this.#closeUp?.stop();
    this.#closeUp = null;
    if (this.#client !== null) void this.#followFocus(this.#client);
  }

  /** The connection, for a request; throws `ClientError` when there is none. */
  get client(): Client {
    if (this.#client !== null) return this.#client;
    throw new ClientError("unreachable", "there is no connection to the broker");
  }

  /** Connects and follows; returns why that has ended. */
  async #connection(): Promise<string> {
    try {
      const client = await this.#options.connect();
      this.#client = client;
      if (this.#stopped) void client.close();
      this.world.connected(client.hello);
      this.#options.changed();
      void this.#followFocus(client);
      void this.#partner.follow(client);
      await this.#follow(client);
      return "the broker has ended the stream of changes";
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return error.message;
    } finally {
      this.#partner.stop();
      void this.#client?.close();
      this.#client = null;
      this.#closeUp = null;
    }
  }

  async #follow(client: Client): Promise<void> {
    const { clock, refreshMs, changed } = this.#options;
    const what = { topics: true, faults: true, groups: true, events: true };
    const watch = client.watch({ ...what, intervalMs: refreshMs });
    const silence = this.#watchdog(client);
    let isFirst = true;
    try {
      for await (const update of watch) {
        const others = [...update.others, ...this.#partner.others];
        this.world.update({ ...update, others }, clock.monotonicMs(), isFirst);
        isFirst = false;
        this.#wasTold = true;
        changed();
        silence.over();
        await this.#unpaused();
        silence.begin();
      }
    } finally {
      silence.over();
    }
  }

  async #followFocus(client: Client): Promise<void> {
    if (this.#focus === null) return;
    const { refreshMs: intervalMs, inView } = this.#options;
    const watch = client.watch({ ...closeUpOf(this.#focus), intervalMs, inView });
    this.#closeUp = watch;
    let isFirst = true;
    try {
      for await (const update of watch) {
        if (this.#closeUp !== watch) return;
        this.world.updateFocus(update, isFirst);
        isFirst = false;
        this.#options.changed();
        await this.#unpaused();
      }
    } catch (error) {
      // The stream about the broker ends with the same error, and sees to it.
      if (!(error instanceof ClientError)) throw error;
    }
  }

  /** Closes a connection that has become silent: a network may go without a word. */
  #watchdog(client: Client): { begin(): void; over(): void } {
    const { clock, refreshMs } = this.#options;
    let timer: { cancel(): void } | null = null;
    const over = (): void => timer?.cancel();
    const begin = (): void => {
      timer = clock.after(refreshMs + SILENCE_MS, () => void client.close());
    };
    begin();
    return { begin, over };
  }

  async #unpaused(): Promise<void> {
    while (this.#paused) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = this.#resume;
      this.#resume = () => {
        before?.();
        resolve();
      };
      await promise;
    }
  }

  async #wait(reason: string, attempt: number): Promise<void> {
    const { clock, changed } = this.#options;
    const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
    const retryAtMs = clock.monotonicMs() + delayMs;
    this.world.link = { state: "lost", reason, attempt, retryAtMs };
    changed();
    await new Promise<void>((resolve) => {
      const timer = clock.after(delayMs, resolve);
      this.#retry = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#retry = null;
  }
}

function closeUpOf(focus: Focus): Partial<Watched> {
  return focus.kind === "topic" ? { partitionsOf: [focus.topic] } : { progressOf: [focus.groupId] };
}

function isSameFocus(one: Focus | null, other: Focus | null): boolean {
  if (one?.kind === "topic") return other?.kind === "topic" && one.topic === other.topic;
  if (one?.kind === "group") return other?.kind === "group" && one.groupId === other.groupId;
  return other === null;
}
