import { BrokerError } from "../../broker/errors.ts";
import type { Clock, Timer } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection } from "../../platform/network.ts";
import type { ConnectionShare } from "../connection-share.ts";
import type { Conversation } from "../entrance.ts";
import { Room } from "../room.ts";
import { type Answer, badRequest, HttpError, refusalAnswer } from "./answer.ts";
import { BodyReader, type HeldBodies } from "./body.ts";
import { type HttpHead, type HttpRequest, headEnd, MAX_HEAD_BYTES, parseHead } from "./request.ts";

/** What a connection is served with. */
export interface HttpContext {
  readonly clock: Clock;
  readonly log: Log;
  /** The most that may be queued of a body that comes in pieces. */
  readonly share: ConnectionShare;
  readonly bodies: HeldBodies;
  /** Answers a request; what it throws is a fault in here. */
  readonly answer: (request: HttpRequest) => Promise<Answer>;
}

/** A client that says nothing for so long, while nothing is done for it, is hung up on. */
const SILENT_MS = 60_000;
/** What comes while a request is answered is kept up to here; then no more is read. */
const MAX_AHEAD_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** A connection that speaks HTTP/1: one request after the other, each answered before the next. */
export class HttpConnection implements Conversation {
  readonly partial = null;
  /** It looks after that itself: between requests, a client of HTTP soon has nothing to say. */
  readonly mayBeSilent = true;
  readonly #context: HttpContext;
  readonly #connection: Connection;
  readonly #room: Room;
  readonly #gone = new AbortController();
  readonly #decoder = new TextDecoder("latin1");
  /** What came and hasn't been looked at. */
  #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #head = "";
  /** The request whose body is being read. */
  #begun: { readonly head: HttpHead; readonly body: BodyReader } | null = null;
  #state: "reads" | "answers" | "ends" = "reads";
  #heardAtMs: number;
  #silence: Timer | null = null;

  constructor(context: HttpContext, connection: Connection) {
    const { clock, share } = context;
    this.#context = context;
    this.#connection = connection;
    this.#room = new Room(connection, clock, share);
    this.#heardAtMs = clock.monotonicMs();
    share.connections++;
    this.#watchSilence(SILENT_MS);
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    this.#heardAtMs = this.#context.clock.monotonicMs();
    if (this.#state === "ends") return;
    this.#ahead.push(chunk.subarray(from, to));
    this.#aheadBytes += to - from;
    if (this.#state === "reads") this.#readOn();
    else if (this.#aheadBytes > MAX_AHEAD_BYTES) this.#connection.pause();
  }

  filled(): void {}

  drained(): void {
    this.#room.roomMade();
  }

  closed(): void {
    this.#state = "ends";
    this.#context.share.connections--;
    this.#silence?.cancel();
    this.#begun?.body.release();
    this.#gone.abort();
    this.#room.release();
  }

  #readOn(): void {
    try {
      while (this.#state === "reads") {
        const bytes = this.#ahead.shift();
        if (bytes === undefined) return;
        const read = this.#read(bytes);
        this.#aheadBytes -= read;
        if (read < bytes.length) this.#ahead.unshift(bytes.subarray(read));
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      // Where the next request would begin can't be known.
      this.#begun?.body.release();
      this.#begun = null;
      this.#send("1.1", refusalAnswer(error), false);
      this.#end();
    }
  }

  /** Reads on in a request; returns how much of `bytes` is its. */
  #read(bytes: Uint8Array): number {
    let at = 0;
    if (this.#begun === null) {
      const before = this.#head.length;
      const room = MAX_HEAD_BYTES + 1 - before;
      this.#head += this.#decoder.decode(bytes.subarray(0, room));
      const end = headEnd(this.#head, before);
      if (end < 0 && this.#head.length > MAX_HEAD_BYTES) throw badRequest("the head is too long");
      if (end < 0) return bytes.length;
      this.#begun = this.#begin(this.#head.slice(0, end));
      this.#head = "";
      at = end - before;
    }
    const { head, body } = this.#begun;
    const end = body.receive(bytes, at);
    if (body.isDone) void this.#serve(head, body);
    return end;
  }

  #begin(text: string) {
    const head = parseHead(text);
    if (head === null) throw badRequest("this is no request of HTTP/1.0 or 1.1");
    const body = new BodyReader(head.headers, this.#context.bodies);
    const waits = head.headers.get("expect")?.toLowerCase() === "100-continue";
    if (waits && !body.isDone) this.#connection.send(text100);
    return { head, body };
  }

  async #serve(head: HttpHead, body: BodyReader): Promise<void> {
    const { answer, log } = this.#context;
    this.#begun = null;
    this.#state = "answers";
    try {
      const answered = await answer({ ...head, body: body.bytes, gone: this.#gone.signal });
      await this.#give(head, answered);
    } catch (error) {
      const { remote } = this.#connection;
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error("http-request-failed", { remote, path: head.path, cause });
      this.#connection.destroy();
    } finally {
      body.release();
    }
  }

  async #give({ method, version, headers }: HttpHead, answer: Answer): Promise<void> {
    const isWhole = typeof answer.body === "string";
    const wantsEnd = version === "1.0" || /\bclose\b/i.test(headers.get("connection") ?? "");
    const goesOn = isWhole && !wantsEnd;
    this.#send(version, answer, goesOn, method === "HEAD");
    if (typeof answer.body !== "string" && method !== "HEAD") {
      await this.#stream(answer.body, version);
    } else if (goesOn) {
      await new Promise<void>((resolve) => this.#room.whenRoom(resolve));
      this.#next();
    } else {
      this.#end();
    }
  }

  /** Sends an answer's head, and its body where that is whole. */
  #send(version: HttpHead["version"], answer: Answer, goesOn: boolean, headOnly = false): void {
    const { status, contentType, body, headers = {} } = answer;
    const whole = typeof body === "string" ? encoder.encode(body) : null;
    const lines = [
      `HTTP/1.1 ${status}`,
      `Content-Type: ${contentType}`,
      ...(whole === null ? [] : [`Content-Length: ${whole.length}`]),
      ...(whole === null && version === "1.1" ? ["Transfer-Encoding: chunked"] : []),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "Cache-Control: no-store",
      `Connection: ${goesOn ? "keep-alive" : "close"}`,
    ];
    this.#connection.send(encoder.encode(`${lines.join("\r\n")}\r\n\r\n`));
    if (whole !== null && !headOnly) this.#connection.send(whole);
  }

  /**
   * Sends pieces as there is room for them. Whoever they come from may throw a `BrokerError`: then
   * the end of the last chunk is missing, by which clients know that there was to be more.
   */
  async #stream(pieces: AsyncIterable<string>, version: HttpHead["version"]): Promise<void> {
    // It is read on, so that the end of who listens is noticed; what it says is dropped.
    this.#state = "ends";
    this.#connection.resume();
    const isChunked = version === "1.1";
    try {
      for await (const piece of pieces) {
        const bytes = encoder.encode(piece);
        if (isChunked) this.#connection.send(encoder.encode(`${bytes.length.toString(16)}\r\n`));
        this.#connection.send(bytes);
        if (isChunked) this.#connection.send(lineEnd);
        await new Promise<void>((resolve) => this.#room.whenRoom(resolve));
        if (this.#gone.signal.aborted) return;
      }
      if (isChunked) this.#connection.send(lastChunk);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
    }
    this.#end();
  }

  #next(): void {
    if (this.#state === "ends") return;
    this.#state = "reads";
    this.#connection.resume();
    if (this.#silence === null) this.#watchSilence(SILENT_MS);
    this.#readOn();
  }

  #end(): void {
    this.#state = "ends";
    this.#connection.end();
  }

  #watchSilence(delayMs: number): void {
    const { clock } = this.#context;
    this.#silence = clock.after(delayMs, () => {
      this.#silence = null;
      if (this.#state !== "reads") return;
      const leftMs = this.#heardAtMs + SILENT_MS - clock.monotonicMs();
      if (leftMs > 0) this.#watchSilence(leftMs);
      else this.#end();
    });
  }
}

const text100 = encoder.encode("HTTP/1.1 100 Continue\r\n\r\n");
const lineEnd = encoder.encode("\r\n");
const lastChunk = encoder.encode("0\r\n\r\n");
