import type { Broker } from "../../../broker/api.ts";
import type { KafkaErrorName } from "../protocol/error-codes.ts";
import type { fetch } from "../protocol/messages/01-fetch.ts";
import type { RequestOf } from "../service.ts";
import type { FetchSession, FetchSessions } from "./sessions.ts";
import { WatchList } from "./watch-list.ts";

type FetchRequest = RequestOf<typeof fetch>;

/** Epochs of a request that lists all partitions: with and without a session to follow. */
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;

/** One fetch: what to poll, and the session that it belongs to, if any. */
export interface OpenFetch {
  readonly list: WatchList;
  readonly session: FetchSession | null;
  /** Whether the answer has all partitions, or only those that changed. */
  readonly full: boolean;
}

/** The fetches of one connection; at most one is open at a time. */
export class ConnectionFetches {
  private readonly broker: Broker;
  private readonly sessions: FetchSessions;
  /** The open one, if it has no session. */
  private plain: WatchList | null = null;

  constructor(broker: Broker, sessions: FetchSessions) {
    this.broker = broker;
    this.sessions = sessions;
  }

  /** Finds or makes what a request is to poll; the name of the error if its session is wrong. */
  open(request: FetchRequest, byId: boolean): OpenFetch | KafkaErrorName {
    const { sessionId, sessionEpoch } = request;
    const session = this.sessions.find(sessionId, this);
    if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
      if (session !== undefined) this.sessions.remove(session);
      return this.openFull(request, byId);
    }
    if (session === undefined) return "FETCH_SESSION_ID_NOT_FOUND";
    if (session.epoch !== sessionEpoch) return "INVALID_FETCH_SESSION_EPOCH";
    if (session.list.byId !== byId) return "FETCH_SESSION_TOPIC_ID_ERROR";
    return this.openNext(request, session);
  }

  /** Notes that a fetch has been answered. */
  done({ list, session }: OpenFetch): void {
    if (session !== null) {
      this.sessions.end(session);
    } else {
      list.close();
      this.plain = null;
    }
  }

  /** Ends all that is open: the connection is gone. */
  close(): void {
    this.plain?.close();
    this.sessions.removeAllOf(this);
  }

  private openFull(request: FetchRequest, byId: boolean): OpenFetch {
    const list = new WatchList(this.broker, byId);
    list.watch(request.topics);
    const wanted = request.sessionEpoch === INITIAL_EPOCH && list.size > 0;
    const session = wanted ? this.sessions.create(this, list) : null;
    if (session === null) this.plain = list;
    return { list, session, full: true };
  }

  private openNext(request: FetchRequest, session: FetchSession): OpenFetch {
    const { list } = session;
    // In this order: a topic that was made anew is forgotten by its old id and added by its new.
    list.forget(request.forgottenTopicsData);
    list.watch(request.topics);
    this.sessions.begin(session);
    if (list.size > 0) return { list, session, full: false };
    // Nothing is left to remember.
    this.sessions.remove(session);
    this.plain = list;
    return { list, session: null, full: false };
  }
}
