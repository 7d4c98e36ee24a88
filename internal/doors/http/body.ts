import { append, newOutput, type Output, written } from "../../record/output.ts";
import { badRequest, HttpError } from "./answer.ts";

const MIB = 1024 * 1024;

/** The largest body of a request; a larger one is refused. */
export const MAX_BODY_BYTES = 16 * MIB;
/** All connections' bodies together; beyond it, clients have to try again. */
const MAX_TOTAL_BODY_BYTES = 128 * MIB;
/** A chunk's size with what may stand behind it, or a trailer. */
const MAX_LINE_BYTES = 1024;
const MAX_TRAILERS = 100;

const LINE_FEED = 0x0a;

/** What is held of all requests' bodies. */
export interface HeldBodies {
  bytes: number;
}

/**
 * Gathers the body of a request, which is as long as its head says, or comes in chunks:
 *
 * ```
 *   5\r\n  hello\r\n  3;extension\r\n  you\r\n  0\r\n  Trailer: x\r\n  \r\n
 * ```
 *
 * What it holds counts until `release`. Source: RFC 9112, sections 6 and 7.
 */
export class BodyReader {
  readonly #held: HeldBodies;
  readonly #content: Output = newOutput(0, MAX_BODY_BYTES);
  /** What has to come next. */
  #expects: "data" | "chunk-size" | "chunk-end" | "trailer" | "nothing";
  /** Of the data, in this chunk or at all. */
  #leftBytes = 0;
  #line = "";
  #trailerCount = 0;
  readonly #isChunked: boolean;

  /** Throws `HttpError` for a head that has two ends for its body, or one too far away. */
  constructor(headers: ReadonlyMap<string, string>, held: HeldBodies) {
    this.#held = held;
    const length = headers.get("content-length");
    const coding = headers.get("transfer-encoding");
    this.#isChunked = coding !== undefined;
    this.#expects = this.#isChunked ? "chunk-size" : "nothing";
    if (coding !== undefined && (length !== undefined || coding.toLowerCase() !== "chunked")) {
      throw badRequest("a body ends by its Content-Length, or comes chunked and not otherwise");
    }
    if (length === undefined) return;
    if (!/^\d{1,15}$/.test(length)) throw badRequest("the Content-Length is no number");
    this.#expectData(Number(length));
  }

  get isDone(): boolean {
    return this.#expects === "nothing";
  }

  /** Everything that has come. */
  get bytes(): Uint8Array {
    return written(this.#content);
  }

  /**
   * Takes what is the body's of `bytes`, from `from` on; returns the place behind it. Throws
   * `HttpError` for a body that is too large, malformed, or one too many.
   */
  receive(bytes: Uint8Array, from: number): number {
    let at = from;
    while (!this.isDone && at < bytes.length) {
      at = this.#expects === "data" ? this.#takeData(bytes, at) : this.#takeLine(bytes, at);
    }
    return at;
  }

  /** The body isn't needed any more. */
  release(): void {
    this.#held.bytes -= this.#content.length;
    this.#content.length = 0;
  }

  #expectData(sizeBytes: number): void {
    if (this.#content.length + sizeBytes > MAX_BODY_BYTES) {
      const message = `the body has more than ${MAX_BODY_BYTES} bytes`;
      throw new HttpError("413 Content Too Large", "body-too-large", message);
    }
    this.#leftBytes = sizeBytes;
    if (sizeBytes > 0) this.#expects = "data";
    else this.#expects = this.#isChunked ? "trailer" : "nothing";
  }

  #takeData(bytes: Uint8Array, from: number): number {
    const to = Math.min(bytes.length, from + this.#leftBytes);
    append(this.#content, bytes, from, to);
    this.#held.bytes += to - from;
    if (this.#held.bytes > MAX_TOTAL_BODY_BYTES) {
      const message = "other requests' bodies take all the room that there is for them";
      throw new HttpError("503 Service Unavailable", "too-many-bodies", message);
    }
    this.#leftBytes -= to - from;
    if (this.#leftBytes === 0) this.#expects = this.#isChunked ? "chunk-end" : "nothing";
    return to;
  }

  #takeLine(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end + 1;
    if (this.#line.length + to - from > MAX_LINE_BYTES) throw malformed();
    this.#line += String.fromCharCode(...bytes.subarray(from, to));
    if (end >= 0) {
      const line = this.#line.replace(/\r?\n$/, "");
      this.#line = "";
      this.#lineEnded(line);
    }
    return to;
  }

  #lineEnded(line: string): void {
    if (this.#expects === "chunk-end") {
      if (line !== "") throw malformed();
      this.#expects = "chunk-size";
    } else if (this.#expects === "chunk-size") {
      const [, size] = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(line) ?? [];
      if (size === undefined) throw malformed();
      this.#expectData(Number.parseInt(size, 16));
    } else if (line === "") {
      this.#expects = "nothing";
    } else if (++this.#trailerCount > MAX_TRAILERS) {
      throw malformed();
    }
  }
}

function malformed(): HttpError {
  return badRequest("the body's chunks are malformed");
}
