import type { Clock } from "../../platform/clock.ts";
import type { FrameBuffers } from "../../platform/frame-buffers.ts";
import { Fifo } from "./fifo.ts";
import { answerUnknownVersion } from "./handlers/18-api-versions.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { apiKeys } from "./protocol/api-keys.ts";
import { decodeRequestStart, type RequestStart } from "./protocol/headers.ts";
import { Reader } from "./protocol/reader.ts";
import { includes } from "./protocol/versions.ts";
import type { TakeRange, Writer } from "./protocol/writer.ts";
import { type Answered, type Client, HangUp, type WriteAnswer } from "./service.ts";

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

/** What the pipelines of all connections share. */
export interface Shared {
  readonly clock: Clock;
  readonly heldBytes: HeldBytes;
  /** Requests lie in them until they are answered. */
  readonly frameBuffers: FrameBuffers;
  /** Empty between calls: answers are written and handed to their connection at one go. */
  readonly writer: Writer;
}

/** The connection that a pipeline serves. */
export interface PipelineOwner {
  /** Whether as many answers wait to leave as may: then no request is begun. */
  readonly queueFull: boolean;
  send(buffer: Uint8Array, from: number, to: number): void;
  /** Requests were answered, and others may have been begun. */
  progressed(): void;
  /** All before it is answered; the connection has to end. `start` is null if it can't be read. */
  failed(failure: unknown, start: RequestStart | null): void;
}

/**
 * The requests of one connection, answered in their order.
 *
 * Kafka handles a connection's requests one after the other; here produces overlap with produces,
 * since they meet again in one write to the disk, and every other request is begun when all before
 * it have been answered. So a client can't tell the difference, and one that does not read costs
 * no more than one answer above the bound.
 *
 * ```
 * requests   | begun: some produces, or one of another kind | waiting |
 *              ^ answered first                               ^ begun next
 * ```
 */
export class Pipeline {
  /** Bytes of the requests that are not answered. */
  heldBytes = 0;
  private readonly client: Client;
  private readonly shared: Shared;
  private readonly owner: PipelineOwner;
  private readonly requests = new Fifo<HeldRequest>();
  private begunCount = 0;
  /** A request could not be read: nothing behind it is begun. */
  private broken = false;
  private settleAsked = false;
  private readonly sendAnswer: TakeRange = (buffer, from, to) => this.owner.send(buffer, from, to);
  private readonly settleProduces = (): void => {
    this.settleAsked = false;
    this.settle();
  };

  constructor(client: Client, shared: Shared, owner: PipelineOwner) {
    this.client = client;
    this.shared = shared;
    this.owner = owner;
  }

  /** Requests that are not answered. */
  get count(): number {
    return this.requests.length;
  }

  /** Takes a request, `buffer[from, to)`; with a `failure`, the end of what can be read. */
  push(buffer: Uint8Array, from: number, to: number, failure: unknown = null): void {
    this.hold(to - from);
    this.requests.push({ buffer, from, to, start: null, done: false, write: null, failure });
    this.begin();
  }

  /** Begins what may be begun. */
  begin(): void {
    for (;;) {
      const next = this.requests.at(this.begunCount);
      if (next === undefined || !this.mayBegin(next)) return;
      this.begunCount++;
      this.beginOne(next);
    }
  }

  /** Lets go of everything: the connection has ended. */
  stop(): void {
    this.broken = true;
    this.requests.clear();
    this.begunCount = 0;
    this.hold(-this.heldBytes);
  }

  private mayBegin(request: HeldRequest): boolean {
    if (this.owner.queueFull || this.broken) return false;
    if (this.begunCount === 0) return true;
    const first = this.requests.at(0);
    return first !== undefined && isProduce(first) && isProduce(request);
  }

  private beginOne(request: HeldRequest): void {
    const { buffer, from, to } = request;
    try {
      if (request.failure !== null) throw request.failure;
      const reader = new Reader(buffer, from, to);
      request.start = decodeRequestStart(reader);
      this.serve(reader, request.start, (write, failure) => this.answered(request, write, failure));
    } catch (failure) {
      this.broken = true;
      this.answered(request, null, failure);
    }
  }

  private serve(reader: Reader, start: RequestStart, answered: Answered): void {
    const { services, refusals, limits } = this.client;
    const service = services.get(start.apiKey) ?? refusals.get(start.apiKey);
    if (service === undefined) throw new HangUp("this API is not served");
    if (!includes(service.versions, start.version)) {
      if (start.apiKey !== apiKeys.ApiVersions) throw new HangUp("this version is not served");
      void Promise.resolve(answerUnknownVersion(start.correlationId)).then((write) =>
        answered(write, null),
      );
      return;
    }
    if (start.apiKey !== apiKeys.Produce && reader.remaining > limits.maxPlainRequestBytes) {
      const most = `${limits.maxPlainRequestBytes} bytes are allowed without records`;
      throw new HangUp(`${reader.remaining} bytes; ${most}`);
    }
    service.serve(reader, start, this.client, answered);
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
      if (this.write(writer, first)) this.shared.frameBuffers.give(first.buffer);
      else failed = first;
    }
    writer.handOut(this.sendAnswer);
    this.hold(-settledBytes);
    if (failed !== null) {
      this.owner.failed(failed.failure, failed.start);
    } else {
      this.begin();
      this.owner.progressed();
    }
  }

  /** Writes an answer; false when the request has failed. */
  private write(writer: Writer, request: HeldRequest): boolean {
    if (request.failure !== null) return false;
    try {
      request.write?.(writer);
      return true;
    } catch (error) {
      // Half an answer, and those before it: what is wrong is this program.
      writer.handOut(() => {});
      request.failure = error;
      return false;
    }
  }

  private hold(sizeBytes: number): void {
    this.heldBytes += sizeBytes;
    this.shared.heldBytes.add(sizeBytes);
  }
}

/** Whether a frame's API key, its first two bytes, is that of Produce, 0. */
function isProduce({ buffer, from, to }: HeldRequest): boolean {
  return to - from >= 2 && buffer[from] === 0 && buffer[from + 1] === 0;
}
