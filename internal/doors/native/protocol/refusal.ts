import {
  BrokerError,
  type BrokerErrorCode,
  brokerErrors,
  type ErrorMeaning,
  errorsOf,
} from "../../../broker/errors.ts";
import { FieldError, flag, nullable, record, text } from "./shapes.ts";

/** Refusals of the protocol itself, besides those of the broker's operations. */
export const protocolErrors = {
  ...errorsOf("away", {
    "too-many-connections": "`max.connections` are open",
  }),
  ...errorsOf("never", {
    "malformed-frame": "a head that isn't the CBOR described above",
    "frame-too-large": "a frame longer than `maxFrameBytes`, or an empty one",
    "unknown-operation": "this broker is older than the client, or the name is misspelled",
    "too-many-streams": "as many streams are open on the connection as may be: stop one",
    "internal-error": "a fault in the broker, which its log describes",
  }),
};

/** One of those codes. */
export type ProtocolErrorCode = keyof typeof protocolErrors;

/** A code that a client may be sent. */
export type RefusalCode = ProtocolErrorCode | BrokerErrorCode;

/** Every code that a client may be sent, and what it stands for. */
export const refusals: Readonly<Record<RefusalCode, ErrorMeaning>> = {
  ...protocolErrors,
  ...brokerErrors,
};

/** Why a request is refused, as it is sent. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** The field of the request that is wrong, where it is about one. */
  readonly field: string | null;
  /** Whether the same may go well when it is tried again; null: not told. */
  readonly retriable: boolean | null;
}

/** The fields of an `error`. */
export const refusal = record<Refusal>({
  code: text,
  message: text,
  field: nullable(text),
  retriable: nullable(flag),
});

/** A refusal by the door, before any operation of the broker's was asked. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is sent of a code. */
export function refusalFor(
  code: RefusalCode,
  message: string,
  field: string | null = null,
): Refusal {
  return { code, message, field, retriable: refusals[code].again !== "never" };
}

/** What a client is told of a failure; null for a fault that only the log should have. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof BrokerError || error instanceof ProtocolError) {
    return refusalFor(error.code, error.message);
  }
  if (!(error instanceof FieldError)) return null;
  return refusalFor("invalid-request", error.message, error.field);
}
