/** What went wrong on the client's side of the connection. */
export type ClientErrorCode =
  /** No connection: refused, no such host, no route, or not in time. */
  | "unreachable"
  /** The other side speaks, but not this protocol or none of the versions of it that we know. */
  | "not-weir"
  /** No answer in time; whether the broker did what was asked is unknown. */
  | "timed-out"
  /** The connection ended, by either side, before the answer. */
  | "closed"
  /** The caller's signal was aborted. */
  | "cancelled"
  /** The broker sent what the protocol does not allow. */
  | "protocol-violation"
  /** Records that cannot be decoded: damaged, or in a compression that we do not know. */
  | "bad-records";

/** Codes after which the same call may succeed later, or at another broker. */
const retriableCodes: ReadonlySet<string> = new Set([
  "unreachable",
  "timed-out",
  "closed",
  "not-leader",
  "fenced-leader-epoch",
  "unknown-leader-epoch",
  "storage-full",
  "shutting-down",
  "too-many-connections",
]);

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

  constructor(code: string, message: string, options?: ErrorOptions & { field?: string | null }) {
    super(message, options);
    this.code = code;
    this.field = options?.field ?? null;
  }

  /** Whether trying again may help. After `timed-out` and `closed` a retry may do a thing twice. */
  get retriable(): boolean {
    return retriableCodes.has(this.code);
  }
}
