/**
 * The frames of the native protocol: what both sides send behind their preface.
 *
 * ```
 *   0          4              8                  8 + head length     4 + length
 *   +----------+--------------+------------------+-------------------+
 *   | length   | head length  | head: CBOR       | payload: as it is |
 *   | uint32   | uint32       | [id, name, {..}] | (record batches)  |
 *   +----------+--------------+------------------+-------------------+
 *              ^ the length counts from here
 * ```
 *
 * The payload stands behind the CBOR and not in it: batches go from the log to the socket, and
 * from the socket to the log, without passing through an encoder, and every CBOR library will do.
 */
import { putInt32, uint32At } from "../../../record/big-endian.ts";
import { CborError, decodeCbor, encodeCbor } from "./cbor.ts";
import { FieldError, int32, text } from "./shapes.ts";

/** What a connection begins with, in both directions: `WEIR` and the version of the framing. */
export const PREFACE: Uint8Array = Uint8Array.of(0x57, 0x45, 0x49, 0x52, 1);

const LENGTH_BYTES = 4;
const HEAD_LENGTH_BYTES = 4;

/** The most that a request's head may have: decoded, CBOR takes up to a hundred times the room. */
export const MAX_REQUEST_HEAD_BYTES = 1024 * 1024;

/** The id of messages that are about the connection and not about one request. */
export const CONNECTION_ID = 0;

/** What stands in a frame's head. */
export interface Message {
  /** Of the request that this is, or belongs to; `CONNECTION_ID` for none. */
  readonly id: number;
  /** An operation, or what the broker has to say about one. */
  readonly name: string;
  /** Not yet looked at: the operation's shape reads it. */
  readonly fields: unknown;
}

/** A message as it came; its payload is `buffer[payloadFrom, payloadTo)`. */
export interface Frame extends Message {
  readonly buffer: Uint8Array;
  readonly payloadFrom: number;
  readonly payloadTo: number;
}

/** A frame whose head can't be read, so that nothing is known of what it asks or answers. */
export class MalformedFrame extends Error {
  override readonly name = "MalformedFrame";
}

const messageId = int32();

/** The bytes of a frame up to its payload of `payloadBytes`, which is sent behind them. */
export function encodeFrame(message: Message, payloadBytes: number): Uint8Array {
  const head = encodeCbor([message.id, message.name, message.fields]);
  const bytes = new Uint8Array(LENGTH_BYTES + HEAD_LENGTH_BYTES + head.length);
  putInt32(bytes, 0, HEAD_LENGTH_BYTES + head.length + payloadBytes);
  putInt32(bytes, LENGTH_BYTES, head.length);
  bytes.set(head, LENGTH_BYTES + HEAD_LENGTH_BYTES);
  return bytes;
}

/**
 * Reads a frame, `buffer[from, to)` without its length.
 *
 * Throws `MalformedFrame`, also for a head of more than `maxHeadBytes`.
 */
export function decodeFrame(
  buffer: Uint8Array,
  from: number,
  to: number,
  maxHeadBytes: number,
): Frame {
  const headFrom = from + HEAD_LENGTH_BYTES;
  const headBytes = headFrom > to ? Number.NaN : uint32At(buffer, from);
  if (!(headBytes <= to - headFrom)) throw new MalformedFrame("the head is longer than the frame");
  if (headBytes > maxHeadBytes) {
    throw new MalformedFrame(`a head of ${headBytes} bytes: ${maxHeadBytes} are allowed`);
  }
  const payloadFrom = headFrom + headBytes;
  const message = decodeHead(buffer.subarray(headFrom, payloadFrom));
  return { ...message, buffer, payloadFrom, payloadTo: to };
}

function decodeHead(bytes: Uint8Array): Message {
  try {
    const head = decodeCbor(bytes);
    if (!Array.isArray(head) || head.length !== 3) {
      throw new MalformedFrame("the head is not a list of id, name and fields");
    }
    return { id: messageId.read(head[0]), name: text.read(head[1]), fields: head[2] };
  } catch (cause) {
    if (!(cause instanceof CborError || cause instanceof FieldError)) throw cause;
    throw new MalformedFrame(`the head can't be read: ${cause.message}`, { cause });
  }
}
