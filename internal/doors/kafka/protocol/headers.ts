import { skipTags } from "./decoder.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/*
 * Headers, between the frame's size and the message:
 *
 *   request v1   key int16 | version int16 | correlation id int32 | client id string or null
 *   request v2   the same, and tags; the client id keeps its old form, so that a broker can
 *                read the header before it knows whether the version is flexible
 *   response v0  correlation id int32
 *   response v1  the same, and tags
 */

const API_VERSIONS_KEY = 18;

/** What can be read of any request, also of one whose key or version is not known. */
export interface RequestStart {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
}

/** Reads the eight bytes that every request starts with. Throws MalformedMessage. */
export function decodeRequestStart(reader: Reader): RequestStart {
  return {
    apiKey: reader.int16(),
    version: reader.int16(),
    correlationId: reader.int32(),
  };
}

/** Reads the rest of a request header and returns the client id. Throws MalformedMessage. */
export function decodeRequestEnd(reader: Reader, flexible: boolean): string | null {
  const size = reader.int16();
  if (size < -1) throw reader.malformed(`a client id of ${size} bytes`);
  const clientId = size === -1 ? null : reader.utf8(size);
  if (flexible) skipTags(reader);
  return clientId;
}

/** Writes a request's header: version 2 where the message is flexible, else 1. */
export function encodeRequestHeader(
  writer: Writer,
  { apiKey, version, correlationId }: RequestStart,
  clientId: string | null,
  flexible: boolean,
): void {
  writer.int16(apiKey);
  writer.int16(version);
  writer.int32(correlationId);
  if (clientId === null) {
    writer.int16(-1);
  } else {
    const size = Buffer.byteLength(clientId);
    writer.int16(size);
    writer.utf8(clientId, size);
  }
  if (flexible) writer.unsignedVarint(0);
}

/** Writes a response's header, which for ApiVersions is never flexible. */
export function encodeResponseHeader(
  writer: Writer,
  correlationId: number,
  apiKey: number,
  flexible: boolean,
): void {
  writer.int32(correlationId);
  if (hasTags(apiKey, flexible)) writer.unsignedVarint(0);
}

/** Reads a response header and returns the correlation id. Throws MalformedMessage. */
export function decodeResponseHeader(reader: Reader, apiKey: number, flexible: boolean): number {
  const correlationId = reader.int32();
  if (hasTags(apiKey, flexible)) skipTags(reader);
  return correlationId;
}

/**
 * The response to ApiVersions has the old header in every version: a client that asked in a
 * version that the broker lacks must be able to read the answer (KIP-511).
 */
function hasTags(apiKey: number, flexible: boolean): boolean {
  return flexible && apiKey !== API_VERSIONS_KEY;
}
