import type { Broker } from "../../broker/api.ts";
import type { ConnectionShare } from "../connection-share.ts";
import type { ConnectionFetches } from "./fetch/connection-fetches.ts";
import type { KafkaLimits } from "./limits.ts";
import { encodeResponse } from "./protocol/frames.ts";
import { decodeRequestEnd, type RequestStart } from "./protocol/headers.ts";
import type { Api } from "./protocol/message.ts";
import type { Reader } from "./protocol/reader.ts";
import type { Decoded, Encodable, Fields } from "./protocol/table.ts";
import { includes, type VersionRange } from "./protocol/versions.ts";
import type { Writer } from "./protocol/writer.ts";

/** What the requests of one connection are answered with. */
export interface Client {
  readonly broker: Broker;
  readonly limits: KafkaLimits;
  /** What ApiVersions offers. */
  readonly services: ReadonlyMap<number, Service>;
  /** What it doesn't offer: clients that ask all the same are told why not. */
  readonly refusals: ReadonlyMap<number, Service>;
  readonly fetches: ConnectionFetches;
  /** Where the client connects from: `host:port`. */
  readonly remote: string;
  /** The most records that an answer may have. */
  readonly answerShare: ConnectionShare;
}

/** What a handler is told besides the message. */
export interface RequestContext {
  readonly client: Client;
  readonly version: number;
  readonly clientId: string | null;
}

/** Writes the frame of an answer. */
export type WriteAnswer = (writer: Writer) => void;

/** One API as it is served, whatever its messages are. */
export interface Service {
  readonly key: number;
  readonly name: string;
  readonly versions: VersionRange;
  readonly advertised: VersionRange;
  /**
   * Reads the request behind its start and begins to answer it: what it does first, it does
   * before this returns. Then `answered` is called, once. Throws MalformedMessage.
   */
  serve(reader: Reader, start: RequestStart, client: Client, answered: Answered): void;
}

/**
 * Takes an answer, null where the client expects none; or a failure other than null, for which the
 * connection has to end: `HangUp`, `SentOn`, or a fault of this program.
 */
export type Answered = (write: WriteAnswer | null, failure: unknown) => void;

/** Answers a decoded request; null where the client expects no answer. */
export type Handle<Q extends Fields, R extends Fields> = (
  request: Decoded<Q>,
  context: RequestContext,
) => Promise<Encodable<R> | null>;

/** The request of an API, decoded. */
export type RequestOf<A> =
  A extends Api<number, infer Q extends Fields, Fields> ? Decoded<Q> : never;

/** The answer of an API, to be encoded. */
export type AnswerOf<A> =
  A extends Api<number, Fields, infer R extends Fields> ? Encodable<R> : never;

/** The only way left to tell a client that something went wrong is to end its connection. */
export class HangUp extends Error {
  override readonly name = "HangUp";
}

/** The client had better ask another broker, which it does when its connection ends. */
export class SentOn extends Error {
  override readonly name = "SentOn";
}

/** Binds an API's messages to what answers them. */
export function service<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  handle: Handle<Q, R>,
): Service {
  return promptService(api, (request, context, respond, fail) => {
    handle(request, context).then(respond, fail);
  });
}

/** Like `Handle`, without a promise: calls one of `respond` and `fail` once. */
export type PromptHandle<Q extends Fields, R extends Fields> = (
  request: Decoded<Q>,
  context: RequestContext,
  respond: (answer: Encodable<R> | null) => void,
  fail: (failure: unknown) => void,
) => void;

/** Like `service`, for what is asked so often that promises would show. */
export function promptService<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  handle: PromptHandle<Q, R>,
): Service {
  const { key, name, versions, advertised } = api;
  return {
    key,
    name,
    versions,
    advertised,
    serve(reader, { version, correlationId }, client, answered) {
      const clientId = decodeRequestEnd(reader, includes(api.request.flexible, version));
      const request = api.request.decode(reader, version);
      const respond = (answer: Encodable<R> | null): void => {
        if (answer === null) answered(null, null);
        else
          answered((writer) => encodeResponse(writer, api, version, correlationId, answer), null);
      };
      const fail = (failure: unknown): void => answered(null, failure);
      handle(request, { client, version, clientId }, respond, fail);
    },
  };
}
