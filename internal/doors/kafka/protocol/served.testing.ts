import { type Client, promptService } from "../service.ts";
import { decodeRequestStart, type RequestStart } from "./headers.ts";
import type { Api } from "./message.ts";
import { Reader } from "./reader.ts";
import type { Decoded, Fields } from "./table.ts";

/** A request as a handler gets it. */
export interface ServedRequest<Q extends Fields> extends RequestStart {
  readonly clientId: string | null;
  readonly body: Decoded<Q>;
}

/** Nothing is asked of it before a handler asks. */
const nobody = {} as Client;

/** Reads a request out of `buffer[from, to)` as one that is served is read. */
export function readServed<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  buffer: Uint8Array,
  from: number,
  to: number,
): ServedRequest<Q> {
  const reader = new Reader(buffer, from, to);
  const start = decodeRequestStart(reader);
  const read: ServedRequest<Q>[] = [];
  const service = promptService(api, (body, { clientId }) => {
    read.push({ ...start, clientId, body });
  });
  service.serve(reader, start, nobody, () => {});
  const [request] = read;
  if (request === undefined) throw new Error("the handler wasn't called");
  return request;
}
