import { type Again, brokerErrors, type ErrorMeaning, errorsOf } from "../broker/errors.ts";
import { protocolErrors } from "../doors/native/protocol/refusal.ts";

/** What goes wrong on the client's side of the connection. */
export const clientErrors = {
  ...errorsOf("away", {
    unreachable: "no connection: refused, no such host, no route, or not in time",
    "timed-out": "no answer in time; whether the broker did what was asked is unknown",
    closed: "the connection ended before the answer; whether it was done is unknown",
  }),
  ...errorsOf("never", {
    "not-weir": "the other side speaks another protocol, or no version of this one that we know",
    cancelled: "the caller's signal was aborted",
    "protocol-violation": "the broker sent what the protocol does not allow",
    "bad-records": "records that can't be decoded: damaged, or in an unknown compression",
  }),
};

/** One of those codes. */
export type ClientErrorCode = keyof typeof clientErrors;

const known: ReadonlyMap<string, ErrorMeaning> = new Map(
  Object.entries({ ...brokerErrors, ...protocolErrors, ...clientErrors }),
);

/** What an error may say besides its code and sentence. */
export interface ClientErrorOptions extends ErrorOptions {
  readonly field?: string | null;
  /** What the broker says of a code that isn't known here; null: nothing. */
  readonly retriable?: boolean | null;
}

/**
 * Why a call on the client failed.
 *
 * `code` is a `ClientErrorCode`, or the broker's own code, passed through as it came: a
 * `BrokerErrorCode`, a `ProtocolErrorCode`, or one that a newer broker has and we do not know.
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;
  /** The field of the request that the broker refused, where it is about one. */
  readonly field: string | null;
  readonly again: Again;

  constructor(code: string, message: string, options: ClientErrorOptions = {}) {
    const { field = null, retriable = null, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.field = field;
    this.again = known.get(code)?.again ?? (retriable ? "later" : "never");
  }

  /** Whether trying again may help. After `timed-out` and `closed` a retry may do a thing twice. */
  get retriable(): boolean {
    return this.again !== "never";
  }

  /** Whether another broker may do what was asked, or this one when it is back. */
  get mayBeDoneElsewhere(): boolean {
    return this.again === "away" || this.again === "elsewhere";
  }
}
