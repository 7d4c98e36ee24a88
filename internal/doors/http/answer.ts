import { BrokerError, type BrokerErrorCode, brokerErrors } from "../../broker/errors.ts";
import { RecordLineError } from "../../record/record-line.ts";

/** What a request is answered. */
export interface Answer {
  /** `200 OK` */
  readonly status: string;
  readonly contentType: string;
  /** All of it, or pieces that leave as they come. */
  readonly body: string | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The usual status. */
export const OK = "200 OK";

/** A refusal by the door itself; the broker's are `BrokerError`s. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: string;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: string, code: string, message: string, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What the client asks for makes no sense. */
export function badRequest(message: string): HttpError {
  return new HttpError("400 Bad Request", "invalid-request", message);
}

/** The client has sent something that isn't taken in this form. */
export function unsupported(message: string): HttpError {
  return new HttpError("415 Unsupported Media Type", "unsupported-media-type", message);
}

/** A text that is the same whenever somebody asks. */
export function textAnswer(status: string, body: string): Answer {
  return { status, contentType: "text/plain; charset=utf-8", body };
}

/** An object as JSON. */
export function jsonAnswer(status: string, fields: object): Answer {
  return { status, contentType: "application/json", body: `${JSON.stringify(fields)}\n` };
}

/** What a client is told of a failure: its code and a sentence; throws what is a fault in here. */
export function refusalAnswer(error: unknown): Answer {
  if (error instanceof HttpError) {
    return { ...jsonAnswer(error.status, refusalFields(error)), headers: error.headers };
  }
  if (error instanceof RecordLineError) return refusalAnswer(badRequest(error.message));
  if (!(error instanceof BrokerError)) throw error;
  return jsonAnswer(statusOf(error.code), refusalFields(error));
}

/** A refusal as clients read it. */
export function refusalFields({ code, message }: HttpError | BrokerError) {
  return { error: code, message };
}

const STATUSES: Readonly<Partial<Record<BrokerErrorCode, string>>> = {
  "batch-too-large": "413 Content Too Large",
  "damaged-records": "500 Internal Server Error",
  "internal-topic": "403 Forbidden",
  "not-leader": "421 Misdirected Request",
  "offset-out-of-range": "416 Range Not Satisfiable",
  "storage-full": "507 Insufficient Storage",
  "unknown-topic-or-partition": "404 Not Found",
};

/** The status for a refusal by the broker: 503 where the same may go well when tried again. */
export function statusOf(code: BrokerErrorCode): string {
  const isFinal = brokerErrors[code].again === "never";
  return STATUSES[code] ?? (isFinal ? "400 Bad Request" : "503 Service Unavailable");
}
