/** What is wrong with the records of a batch, or with the records that should become one. */
export type RecordErrorCode =
  /** The compressed bytes are not what their codec writes. */
  | "bad-compression"
  /** A length, count or varint among the records lies. */
  | "bad-record"
  /** More bytes than the caller allows, or than a batch can hold. */
  | "too-large";

/** Records that cannot be read or written; `at` is the byte position where that showed. */
export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly code: RecordErrorCode;
  readonly at: number;

  constructor(code: RecordErrorCode, at: number, message: string, options?: ErrorOptions) {
    super(`${message} (at byte ${at})`, options);
    this.code = code;
    this.at = at;
  }
}
