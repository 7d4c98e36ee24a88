import { decodeResponseHeader, encodeRequestHeader, encodeResponseHeader } from "./headers.ts";
import type { Api } from "./message.ts";
import { Reader } from "./reader.ts";
import type { Decoded, Encodable, Fields } from "./table.ts";
import { includes } from "./versions.ts";
import type { Writer } from "./writer.ts";

/*
 * A frame is a size (int32, itself not counted), a header and a message. What is decoded here
 * is the content of a frame, behind the size; what is encoded here has the size in front.
 */

/** Writes the frame of a response. Throws UnencodableField; the writer is of no use then. */
export function encodeResponse<K extends number, Q extends Fields, R extends Fields>(
  writer: Writer,
  api: Api<K, Q, R>,
  version: number,
  correlationId: number,
  body: Encodable<R>,
): void {
  const size = writer.openSize();
  encodeResponseHeader(writer, correlationId, api.key, includes(api.response.flexible, version));
  api.response.encode(writer, version, body);
  writer.closeSize(size);
}

/** Writes the frame of a request. Throws UnencodableField; the writer is of no use then. */
export function encodeRequest<K extends number, Q extends Fields, R extends Fields>(
  writer: Writer,
  api: Api<K, Q, R>,
  version: number,
  { correlationId, clientId }: { readonly correlationId: number; readonly clientId: string | null },
  body: Encodable<Q>,
): void {
  const size = writer.openSize();
  const start = { apiKey: api.key, version, correlationId };
  encodeRequestHeader(writer, start, clientId, includes(api.request.flexible, version));
  api.request.encode(writer, version, body);
  writer.closeSize(size);
}

/**
 * Reads the response to a request of `api` and `version` out of `buffer[from, to)`.
 * Throws MalformedMessage.
 */
export function decodeResponse<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  version: number,
  buffer: Uint8Array,
  from: number,
  to: number,
): { readonly correlationId: number; readonly body: Decoded<R> } {
  const reader = new Reader(buffer, from, to);
  const flexible = includes(api.response.flexible, version);
  const correlationId = decodeResponseHeader(reader, api.key, flexible);
  return { correlationId, body: api.response.decode(reader, version) };
}
