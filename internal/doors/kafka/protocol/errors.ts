/**
 * Bytes that are not the message that they claim to be. It costs the connection that sent them:
 * after it nobody knows where the next field would start.
 */
export class MalformedMessage extends Error {
  readonly code = "MALFORMED_MESSAGE";
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Bytes from the start of the frame to where decoding stopped. */
  readonly offset: number;
  /** The field, as in `topics[0].partitions[2].records`; empty outside of any field. */
  readonly field: string;

  constructor(reason: string, offset: number, field = "") {
    super(`${field === "" ? "message" : field}: ${reason} (at byte ${offset})`);
    this.name = "MalformedMessage";
    this.reason = reason;
    this.offset = offset;
    this.field = field;
  }
}

/**
 * A value that a message has no place for in the version asked for: null where null cannot be
 * said, or a value for a field that the version lacks and that matters. The caller's mistake.
 */
export class UnencodableField extends Error {
  readonly code = "UNENCODABLE_FIELD";
  readonly reason: string;
  /** The field, as in `topics[0].name`; empty outside of any field. */
  readonly field: string;

  constructor(reason: string, field = "") {
    super(`${field === "" ? "message" : field}: ${reason}`);
    this.name = "UnencodableField";
    this.reason = reason;
    this.field = field;
  }
}

/** The same error seen from one level further out: `name` is a field or an index as `[3]`. */
export function inside(name: string, error: unknown): unknown {
  if (error instanceof MalformedMessage) {
    return new MalformedMessage(error.reason, error.offset, joined(name, error.field));
  }
  if (error instanceof UnencodableField) {
    return new UnencodableField(error.reason, joined(name, error.field));
  }
  return error;
}

function joined(outer: string, inner: string): string {
  if (inner === "") return outer;
  return inner.startsWith("[") ? outer + inner : `${outer}.${inner}`;
}
