import type { Clock } from "../../../platform/clock.ts";
import type { KafkaLimits } from "../limits.ts";
import type { WatchList } from "./watch-list.ts";

/** What is remembered of a client's fetches, so that only what changes is sent (KIP-227). */
export interface FetchSession {
  readonly id: number;
  /** The connection that the session was begun on and ends with. */
  readonly owner: object;
  readonly list: WatchList;
  readonly createdMs: number;
  usedMs: number;
  /** What the next request has to carry. */
  epoch: number;
  /** A fetch of the session is under way. */
  busy: boolean;
}

const MAX_INT32 = 2 ** 31 - 1;

/**
 * The fetch sessions of all connections: a bounded number of them.
 *
 * As in Kafka, a new session takes the place of the one that was not used for longest, if that is
 * long; otherwise of the smallest that is no longer new, if the new one is larger: it saves more.
 * Unlike Kafka's, a session ends with its connection. A client that comes back is told that its
 * session is not found and begins another, as it must after a restart of the broker.
 */
export class FetchSessions {
  private readonly clock: Clock;
  private readonly maxSessions: number;
  private readonly safeMs: number;
  private readonly sessions = new Map<number, FetchSession>();
  private lastId = 0;

  constructor(clock: Clock, { maxFetchSessions, fetchSessionSafeMs }: KafkaLimits) {
    this.clock = clock;
    this.maxSessions = maxFetchSessions;
    this.safeMs = fetchSessionSafeMs;
  }

  get size(): number {
    return this.sessions.size;
  }

  /** Begins a session, in its first fetch; null when there is no room for it. */
  create(owner: object, list: WatchList): FetchSession | null {
    if (this.sessions.size >= this.maxSessions && !this.makeRoom(list.size)) return null;
    const nowMs = this.clock.monotonicMs();
    const id = this.nextId();
    const times = { createdMs: nowMs, usedMs: nowMs };
    const session = { id, owner, list, ...times, epoch: 1, busy: true };
    this.sessions.set(id, session);
    return session;
  }

  /** The session `id`, if it is one of `owner`. */
  find(id: number, owner: object): FetchSession | undefined {
    const session = this.sessions.get(id);
    return session?.owner === owner ? session : undefined;
  }

  /** Takes a session on to its next epoch, in a fetch of it. */
  begin(session: FetchSession): void {
    session.busy = true;
    session.epoch = session.epoch === MAX_INT32 ? 1 : session.epoch + 1;
  }

  /** Notes that a fetch is over. */
  end(session: FetchSession): void {
    session.busy = false;
    session.usedMs = this.clock.monotonicMs();
  }

  remove(session: FetchSession): void {
    this.sessions.delete(session.id);
    session.list.close();
  }

  removeAllOf(owner: object): void {
    for (const session of this.sessions.values()) if (session.owner === owner) this.remove(session);
  }

  private makeRoom(newSize: number): boolean {
    const safeSinceMs = this.clock.monotonicMs() - this.safeMs;
    let unused: FetchSession | null = null;
    let smallest: FetchSession | null = null;
    for (const session of this.sessions.values()) {
      if (session.busy) continue;
      if (session.usedMs < (unused?.usedMs ?? safeSinceMs)) unused = session;
      if (session.createdMs >= safeSinceMs) continue;
      if (session.list.size < (smallest?.list.size ?? newSize)) smallest = session;
    }
    const evicted = unused ?? smallest;
    if (evicted !== null) this.remove(evicted);
    return evicted !== null;
  }

  private nextId(): number {
    do this.lastId = this.lastId === MAX_INT32 ? 1 : this.lastId + 1;
    while (this.sessions.has(this.lastId));
    return this.lastId;
  }
}
