import { kafkaErrors } from "./protocol/error-codes.ts";
import { encodeResponse } from "./protocol/frames.ts";
import { decodeRequestStart } from "./protocol/headers.ts";
import { apiVersions } from "./protocol/messages/18-api-versions.ts";
import { Reader } from "./protocol/reader.ts";
import { Writer } from "./protocol/writer.ts";

/** Clients that ask in an older version may not know the error, and give up for good. */
const LEAST_VERSION = 3;

/** A request's size, and what all requests begin with. */
const SIZE_BYTES = 4;
const START_BYTES = 8;

/**
 * What a client is told for which there is no room. Kafka's protocol has no words for it, and Kafka
 * itself lets clients wait until there is; but nearly all begin with ApiVersions, and log an error
 * in the answer. THROTTLING_QUOTA_EXCEEDED (KIP-599) comes nearest, and clients try again. To other
 * requests nothing is said.
 */
export function turnAwayKafka(first: Uint8Array): Uint8Array | null {
  if (first.length < SIZE_BYTES + START_BYTES) return null;
  const reader = new Reader(first, SIZE_BYTES, SIZE_BYTES + START_BYTES);
  const { apiKey, version, correlationId } = decodeRequestStart(reader);
  if (apiKey !== apiVersions.key || version < LEAST_VERSION) return new Uint8Array(0);
  const writer = new Writer(START_BYTES * 8);
  const { code: errorCode } = kafkaErrors.THROTTLING_QUOTA_EXCEEDED;
  const answer = { errorCode, apiKeys: [], throttleTimeMs: 0 };
  const known = Math.min(version, apiVersions.versions.max);
  encodeResponse(writer, apiVersions, known, correlationId, answer);
  return Buffer.concat(writer.take());
}
