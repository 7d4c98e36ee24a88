import { BrokerError, type BrokerErrorCode } from "../../broker/errors.ts";
import { FieldError, nullable, record, text } from "./shapes.ts";

/** Refusals of the protocol itself, besides those of the broker's operations. */
export type ProtocolErrorCode =
  /** A frame whose head can't be read; the connection ends. */
  | "malformed-frame"
  /** A frame longer than the greeting allows, or a negative length; the connection ends. */
  | "frame-too-large"
  /** None of the versions offered is spoken here; the connection ends. */
  | "unsupported-version"
  | "unknown-operation"
  /** As many streams are open on the connection as may be. */
  | "too-many-streams"
  /** The broker has as many connections as it may; this one ends. */
  | "too-many-connections"
  /** A fault in the broker, which its log has. */
  | "internal-error";

/** Why a request is refused, as it is sent. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** The field of the request that is wrong, where it is about one. */
  readonly field: string | null;
}

/** The fields of an `error`. */
export const refusal = record<Refusal>({ code: text, message: text, field: nullable(text) });

/** A refusal by the door, before any operation of the broker's was asked. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode | BrokerErrorCode;

  constructor(code: ProtocolErrorCode | BrokerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a client is told of a failure; null for a fault that only the log should have. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof BrokerError || error instanceof ProtocolError) {
    return { code: error.code, message: error.message, field: null };
  }
  if (error instanceof FieldError) {
    return { code: "invalid-request", message: error.message, field: error.field };
  }
  return null;
}
