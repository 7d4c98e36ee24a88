import type { Operation } from "../../doors/native/protocol/operation.ts";
import type { Clock } from "../../platform/clock.ts";
import type { CallOptions } from "../api.ts";
import { type Caller, call, patience } from "../call.ts";
import { ClientError } from "../errors.ts";
import type { Directory } from "./directory.ts";
import type { Links } from "./links.ts";

/** Between two tries of the same: that long at first, then twice as long each time. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 320;

/**
 * After what a call is tried again.
 *
 * - `away`: where a broker goes, of what any broker does, and what may be done twice.
 * - `refused`: where a broker says that it isn't the one to ask.
 * - `closed`: also where a connection ended, and it isn't known whether the call was done.
 * - `late`: also where a try has taken as long as calls may take, so that another one can follow.
 */
export type Retry = "never" | "away" | "refused" | "closed" | "late";

/** Where a call goes. */
export interface Route {
  /** The broker to ask; rejects where there is none now. */
  readonly find: () => Promise<number>;
  /** What was found isn't so any more. */
  readonly forget: () => void;
}

/** One try: at this broker, and no longer than that. */
export type Try<T> = (caller: Caller, options: CallOptions) => Promise<T>;

/** What a broker has answered. */
export interface BrokerAnswer<T> {
  readonly brokerId: number;
  readonly answer: T;
}

/** What a router stands on. */
export interface RouterPath {
  readonly clock: Clock;
  readonly links: Links;
  readonly directory: Directory;
  /** How long a call tries that doesn't say otherwise. */
  readonly timeoutMs: number;
}

/**
 * Brings each call to the broker that can answer it, and to the next one when that has changed,
 * until the call's time is up.
 */
export class Router {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly timeoutMs: number;
  readonly #links: Links;

  constructor({ clock, links, directory, timeoutMs }: RouterPath) {
    this.clock = clock;
    this.directory = directory;
    this.timeoutMs = timeoutMs;
    this.#links = links;
  }

  /** Whether the client has ended all connections. */
  get isClosed(): boolean {
    return this.#links.isClosed;
  }

  /** Whether it is known where a broker is. */
  knows(brokerId: number): boolean {
    return this.#links.known.includes(brokerId);
  }

  /** The connection to one broker; rejects with a `ClientError`. */
  link(brokerId: number): Promise<Caller> {
    return this.#links.to(brokerId);
  }

  /** To who leads a partition. */
  toLeader(topic: string, partition: number): Route {
    return {
      find: () => this.directory.leader(topic, partition),
      forget: () => this.directory.forgetTopic(topic),
    };
  }

  toCoordinator(groupId: string): Route {
    return {
      find: () => this.directory.coordinator(groupId),
      forget: () => this.directory.forgetGroup(groupId),
    };
  }

  /** Does `work` where a route leads to. Rejects with a `ClientError`. */
  async send<T>(route: Route, retry: Retry, options: CallOptions, work: Try<T>): Promise<T> {
    const { timeoutMs = this.timeoutMs, signal } = options;
    const endMs = this.clock.monotonicMs() + timeoutMs;
    for (let tries = 0; ; tries++) {
      let wasAsked = false;
      try {
        const caller = await this.#links.to(await route.find());
        wasAsked = true;
        return await work(caller, this.#limits(endMs, retry, signal));
      } catch (error) {
        const goesOn = error instanceof ClientError && this.#mayTryAgain(error, retry, wasAsked);
        if (!goesOn || this.clock.monotonicMs() >= endMs) throw error;
        route.forget();
      }
      await this.pause(pauseMs(tries), signal);
    }
  }

  /** Makes a request where a route leads to. */
  ask<Request, Answer>(
    route: Route,
    retry: Retry,
    operation: Operation<Request, Answer>,
    request: Request,
    options: CallOptions = {},
    payload: Uint8Array | null = null,
  ): Promise<Answer> {
    return this.send(route, retry, options, (caller, limits) =>
      call(caller, operation, request, limits, payload),
    );
  }

  /** Does `work` at any broker, of which there has to be one. */
  async anywhere<T>(retry: "never" | "away", options: CallOptions, work: Try<T>): Promise<T> {
    let at = 0;
    const find = async () => this.#links.known[at % this.#links.known.length] ?? -1;
    const forget = (): void => {
      at++;
    };
    return await this.send({ find, forget }, retry, options, work);
  }

  /** Does `work` at every broker that is there; see `at`. */
  async everywhere<T>(options: CallOptions, work: Try<T>): Promise<readonly BrokerAnswer<T>[]> {
    const answers = await this.at(await this.directory.brokers(), options, work);
    if (answers.length > 0) return answers;
    throw new ClientError("unreachable", "no broker of the cluster answers");
  }

  /** Does `work` at some brokers at the same time; those that are away give no answer. */
  async at<T>(
    brokerIds: Iterable<number>,
    options: CallOptions,
    work: Try<T>,
  ): Promise<readonly BrokerAnswer<T>[]> {
    const asking = Array.from(brokerIds, async (brokerId): Promise<BrokerAnswer<T>[]> => {
      try {
        return [{ brokerId, answer: await work(await this.#links.to(brokerId), options) }];
      } catch (error) {
        if (error instanceof ClientError && error.again === "away") return [];
        throw error;
      }
    });
    return (await Promise.all(asking)).flat();
  }

  /** Resolves after that time; rejects when nobody waits any more. */
  pause(timeMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const forever = { timeoutMs: Number.POSITIVE_INFINITY, ...(signal && { signal }) };
    const timer = this.clock.after(timeMs, () => {
      waiting.over();
      resolve();
    });
    const waiting = patience(this, "routing", forever, (error) => {
      timer.cancel();
      reject(error);
    });
    return promise;
  }

  #mayTryAgain(error: ClientError, retry: Retry, wasAsked: boolean): boolean {
    if (this.#links.isClosed) return false;
    if (!wasAsked) return error.mayBeDoneElsewhere;
    if (retry === "never") return false;
    if (retry === "away") return error.again === "away";
    if (error.code === "closed") return retry !== "refused";
    if (error.code === "timed-out") return retry === "late";
    return mayGoOnElsewhere(error);
  }

  #limits(endMs: number, retry: Retry, signal: AbortSignal | undefined): CallOptions {
    const leftMs = Math.max(1, endMs - this.clock.monotonicMs());
    const timeoutMs = retry === "late" ? Math.min(leftMs, this.timeoutMs) : leftMs;
    return signal === undefined ? { timeoutMs } : { timeoutMs, signal };
  }
}

/**
 * Whether what a broker refused is to be tried at another one. Of a topic that others know it may
 * not have heard yet.
 */
export function mayGoOnElsewhere({ mayBeDoneElsewhere, code }: ClientError): boolean {
  return mayBeDoneElsewhere || code === "unknown-topic-or-partition";
}

/** How long to wait before a try that follows so many others. */
export function pauseMs(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
}
