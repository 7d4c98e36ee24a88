import type { Clock } from "../../platform/clock.ts";
import { FrameAssembler, type FrameError } from "../../platform/frames.ts";
import type { Log, LogFields } from "../../platform/log.ts";
import type { Connection, PartialFrame, Receiver } from "../../platform/network.ts";
import { Fifo } from "./fifo.ts";
import { answerUnknownVersion } from "./handlers/18-api-versions.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { apiKeys, apiName } from "./protocol/api-keys.ts";
import { MalformedMessage } from "./protocol/errors.ts";
import { decodeRequestStart, type RequestStart } from "./protocol/headers.ts";
import { Reader } from "./protocol/reader.ts";
import { includes } from "./protocol/versions.ts";
import type { Writer } from "./protocol/writer.ts";
import { type Client, HangUp, type WriteAnswer } from "./service.ts";

/** What all connections of the door share. */
export interface Shared {
  readonly clock: Clock;
  readonly log: Log;
  readonly heldBytes: HeldBytes;
  /** Empty between turns: an answer is written and handed to its connection at one go. */
  readonly writer: Writer;
}

/** A request from when its frame has come until its answer is handed to the network. */
interface HeldRequest {
  readonly buffer: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** What is known of it once it has been begun. */
  start: RequestStart | null;
  done: boolean;
  /** Set when it is done, unless it failed or its client expects no answer. */
  write: WriteAnswer | null;
  /** Why the connection has to end in place of an answer; null for no reason. */
  failure: unknown;
}

/** Bytes that can't be cut into frames; it stands where their first request would. */
class BadFrame extends Error {
  readonly frame: FrameError;

  constructor(frame: FrameError) {
    super(frame.code);
    this.frame = frame;
  }
}

const NO_BYTES = new Uint8Array(0);

/**
 * A connection that speaks Kafka's protocol.
 *
 * Answers leave in the order of the requests. Kafka handles a connection's requests one after the
 * other; here produces overlap with produces, since they meet again in one write to the disk, and
 * every other request is begun when all before it have been answered. So a client can't tell the
 * difference, and one that does not read costs no more than one answer above the bound.
 *
 * ```
 * requests   | begun, produces only, or one of another kind | waiting |
 *              ^ answered first                               ^ begun next
 * ```
 */
export class KafkaConnection implements Receiver {
  private readonly client: Client;
  private readonly shared: Shared;
  private readonly connection: Connection;
  private readonly frames: FrameAssembler;
  private readonly requests = new Fifo<HeldRequest>();
  private begunCount = 0;
  private heldBytes = 0;
  /** Everything is let go of; nothing is read or sent any more. */
  private ended = false;
  /** A request could not be read: when those before it are answered, the connection ends. */
  private doomed = false;
  /** No more frames can be found. */
  private broken = false;
  private paused = false;
  private settleAsked = false;
  private roomAsked = false;
  private readonly settleProduces = (): void => {
    this.settleAsked = false;
    this.settle();
  };
  private readonly goOn = (): void => {
    this.beginWaiting();
    this.pauseOrResume();
  };
  private readonly roomMade = (): void => {
    this.roomAsked = false;
    this.goOn();
  };

  constructor(client: Client, shared: Shared, connection: Connection) {
    this.client = client;
    this.shared = shared;
    this.connection = connection;
    this.frames = new FrameAssembler(client.limits.maxRequestBytes, (buffer, from, to) =>
      this.take(buffer, from, to),
    );
  }

  get partial(): PartialFrame | null {
    return this.frames.partial;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    const error = this.frames.receive(chunk, from, to);
    if (error !== null) this.refuseFrame(error);
    this.pauseOrResume();
  }

  filled(count: number): void {
    this.frames.filled(count);
    this.pauseOrResume();
  }

  drained(): void {
    this.goOn();
  }

  closed(): void {
    this.stop();
  }

  private take(buffer: Uint8Array, from: number, to: number, failure: unknown = null): void {
    if (this.ended) return;
    this.hold(to - from);
    this.requests.push({ buffer, from, to, start: null, done: false, write: null, failure });
    this.beginWaiting();
  }

  /** Ends the connection when what came before has been answered. */
  private refuseFrame(error: FrameError): void {
    if (this.broken) return;
    this.take(NO_BYTES, 0, 0, new BadFrame(error));
    this.broken = true;
  }

  private beginWaiting(): void {
    for (;;) {
      const next = this.requests.at(this.begunCount);
      if (this.ended || next === undefined || !this.mayBegin(next)) return;
      this.begunCount++;
      this.begin(next);
    }
  }

  private mayBegin(request: HeldRequest): boolean {
    if (this.queueFull || this.doomed) return false;
    if (this.begunCount === 0) return true;
    const first = this.requests.at(0);
    return first !== undefined && isProduce(first) && isProduce(request);
  }

  private begin(request: HeldRequest): void {
    const { buffer, from, to } = request;
    try {
      if (request.failure !== null) throw request.failure;
      const reader = new Reader(buffer, from, to);
      request.start = decodeRequestStart(reader);
      this.serve(reader, request.start).then(
        (write) => this.answered(request, write, null),
        (failure) => this.answered(request, null, failure),
      );
    } catch (failure) {
      this.doomed = true;
      this.answered(request, null, failure);
    }
  }

  private serve(reader: Reader, start: RequestStart): Promise<WriteAnswer | null> {
    const service = this.client.services.get(start.apiKey);
    if (service === undefined) throw new HangUp("this API is not served");
    if (!includes(service.versions, start.version)) {
      if (start.apiKey !== apiKeys.ApiVersions) throw new HangUp("this version is not served");
      return Promise.resolve(answerUnknownVersion(start.correlationId));
    }
    const { maxPlainRequestBytes } = this.client.limits;
    if (start.apiKey !== apiKeys.Produce && reader.remaining > maxPlainRequestBytes) {
      throw new HangUp(`a request without records has up to ${maxPlainRequestBytes} bytes`);
    }
    return service.serve(reader, start, this.client);
  }

  /** Answers of produces leave together at the end of the turn; another has nothing to wait for. */
  private answered(request: HeldRequest, write: WriteAnswer | null, failure: unknown): void {
    request.done = true;
    request.write = write;
    request.failure = failure;
    if (!isProduce(request)) {
      this.settle();
    } else if (!this.settleAsked) {
      this.settleAsked = true;
      this.shared.clock.atEndOfTurn(this.settleProduces);
    }
  }

  /** Hands the answers that are due to the network, and begins what has waited for that. */
  private settle(): void {
    const { writer } = this.shared;
    let settledBytes = 0;
    let failed: HeldRequest | null = null;
    for (let first = this.requests.at(0); first?.done && !failed; first = this.requests.at(0)) {
      this.requests.shift();
      this.begunCount--;
      settledBytes += first.to - first.from;
      if (!this.write(writer, first)) failed = first;
    }
    for (const chunk of writer.take()) this.connection.send(chunk);
    this.release(settledBytes);
    if (failed === null) this.goOn();
    else this.fail(failed);
  }

  /** Writes an answer; false when the request has failed. */
  private write(writer: Writer, request: HeldRequest): boolean {
    if (request.failure !== null) return false;
    try {
      request.write?.(writer);
      return true;
    } catch (error) {
      writer.take(); // half an answer, and those before it: what is wrong is this program
      request.failure = error;
      return false;
    }
  }

  private get queueFull(): boolean {
    return this.connection.queuedBytes > this.client.limits.maxAnswerBytesQueued;
  }

  private pauseOrResume(): void {
    if (this.ended) return;
    const { maxRequestsHeld, maxRequestBytesHeld } = this.client.limits;
    const count = this.requests.length;
    const full = this.queueFull;
    const crowded = count > 0 && this.shared.heldBytes.full;
    const tooMuch = count >= maxRequestsHeld || this.heldBytes >= maxRequestBytesHeld;
    if (full) this.askForRoom();
    if (crowded) this.shared.heldBytes.whenRoom(this.goOn);
    const paused = full || crowded || tooMuch;
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.connection.pause();
    else this.connection.resume();
  }

  /**
   * Looks again when the network has tried to send what is queued: if all of it left at once,
   * nobody will tell; if not, `drained` does.
   */
  private askForRoom(): void {
    if (this.roomAsked) return;
    this.roomAsked = true;
    this.shared.clock.atEndOfTurn(this.roomMade);
  }

  private hold(sizeBytes: number): void {
    this.heldBytes += sizeBytes;
    this.shared.heldBytes.hold(sizeBytes);
  }

  private release(sizeBytes: number): void {
    this.heldBytes -= sizeBytes;
    this.shared.heldBytes.release(sizeBytes);
  }

  private fail({ start, failure }: HeldRequest): void {
    const api = start === null ? null : apiName(start.apiKey);
    const request = { api, version: start?.version ?? null };
    if (failure instanceof BadFrame) {
      const { code, sizeBytes, maxBytes } = failure.frame;
      this.hangUp("kafka-frame-refused", { code, sizeBytes, maxBytes });
    } else if (failure instanceof MalformedMessage) {
      const { field, reason, offset } = failure;
      this.hangUp("kafka-request-malformed", { ...request, field, reason, offset });
    } else if (failure instanceof HangUp) {
      this.hangUp("kafka-request-refused", { ...request, reason: failure.message });
    } else {
      const cause = failure instanceof Error ? (failure.stack ?? failure.message) : `${failure}`;
      this.shared.log.error("kafka-request-failed", {
        remote: this.connection.remote,
        ...request,
        cause,
      });
      this.end();
    }
  }

  private hangUp(event: string, fields: LogFields): void {
    this.shared.log.warn(event, { remote: this.connection.remote, ...fields });
    this.end();
  }

  private end(): void {
    this.stop();
    this.connection.end();
  }

  /** Lets go of everything that is held for the connection. */
  private stop(): void {
    if (this.ended) return;
    this.ended = true;
    this.requests.clear();
    this.release(this.heldBytes);
    this.shared.heldBytes.forget(this.goOn);
    this.client.fetches.close();
  }
}

/** Whether a frame's API key, its first two bytes, is that of Produce, 0. */
function isProduce({ buffer, from, to }: HeldRequest): boolean {
  return to - from >= 2 && buffer[from] === 0 && buffer[from + 1] === 0;
}
