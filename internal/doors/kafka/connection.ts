import { FrameAssembler, type FrameError } from "../../platform/frames.ts";
import type { Log, LogFields } from "../../platform/log.ts";
import type { Connection, PartialFrame } from "../../platform/network.ts";
import type { Conversation } from "../entrance.ts";
import { Pipeline, type PipelineOwner, type Shared } from "./pipeline.ts";
import { apiName } from "./protocol/api-keys.ts";
import { MalformedMessage } from "./protocol/errors.ts";
import type { RequestStart } from "./protocol/headers.ts";
import { type Client, HangUp, SentOn } from "./service.ts";

/** What a connection stands on besides the network. */
export interface ConnectionContext {
  readonly client: Client;
  readonly shared: Shared;
  readonly log: Log;
}

/** Bytes that can't be cut into frames; it takes the place of the request that they begin. */
class BadFrame extends Error {
  override readonly name = "BadFrame";
  readonly frame: FrameError;

  constructor(frame: FrameError) {
    super(frame.code);
    this.frame = frame;
  }
}

const NO_BYTES = new Uint8Array(0);

/**
 * A connection that speaks Kafka's protocol: cuts what comes into requests, reads no more while
 * the client has too much under way, and ends with a line in the log when it can't be served.
 */
export class KafkaConnection implements Conversation, PipelineOwner {
  private readonly context: ConnectionContext;
  private readonly connection: Connection;
  private readonly frames: FrameAssembler;
  private readonly pipeline: Pipeline;
  private ended = false;
  /** No more frames can be found in what comes. */
  private broken = false;
  private paused = false;
  /** Someone will tell when there is room in the queue. */
  private roomAsked = false;
  private readonly goOn = (): void => {
    if (this.ended) return;
    this.pipeline.begin();
    this.progressed();
  };
  private readonly lookForRoom = (): void => {
    if (!this.queueFull) this.drained();
  };

  constructor(context: ConnectionContext, connection: Connection) {
    const { client, shared } = context;
    this.context = context;
    this.connection = connection;
    client.answerShare.connections++;
    this.pipeline = new Pipeline(client, shared, this);
    const push = (buffer: Uint8Array, from: number, to: number): void => {
      if (!this.ended) this.pipeline.push(buffer, from, to);
    };
    this.frames = new FrameAssembler(client.limits.maxRequestBytes, push, shared.frameBuffers);
  }

  get partial(): PartialFrame | null {
    return this.frames.partial;
  }

  get mayBeSilent(): boolean {
    return this.pipeline.count > 0;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    if (this.ended || this.broken) return;
    const error = this.frames.receive(chunk, from, to);
    if (error !== null && !this.ended) {
      this.broken = true;
      this.pipeline.push(NO_BYTES, 0, 0, new BadFrame(error));
    }
    this.progressed();
  }

  filled(count: number): void {
    this.frames.filled(count);
    this.progressed();
  }

  drained(): void {
    this.roomAsked = false;
    this.goOn();
  }

  closed(): void {
    this.stop();
  }

  get queueFull(): boolean {
    const { limits, answerShare } = this.context.client;
    const most = Math.min(limits.maxAnswerBytesQueued, answerShare.bytes);
    return this.connection.queuedBytes > most;
  }

  send(buffer: Uint8Array, from: number, to: number): void {
    this.connection.send(buffer, from, to);
  }

  /** Stops reading while the client has too much under way, and goes on when it hasn't. */
  progressed(): void {
    if (this.ended) return;
    const { client, shared } = this.context;
    const { maxRequestsHeld, maxRequestBytesHeld } = client.limits;
    const { count, heldBytes } = this.pipeline;
    const full = this.queueFull;
    const crowded = count > 0 && shared.heldBytes.full;
    const tooMuch = count >= maxRequestsHeld || heldBytes >= maxRequestBytesHeld;
    if (full) this.askForRoom();
    if (crowded) shared.heldBytes.whenRoom(this.goOn);
    this.setPaused(full || crowded || tooMuch);
  }

  failed(failure: unknown, start: RequestStart | null): void {
    const { log } = this.context;
    const api = start === null ? null : apiName(start.apiKey);
    const fields = { remote: this.connection.remote, api, version: start?.version ?? null };
    if (isClientsFault(failure)) {
      log.warn("kafka-connection-ended", { ...fields, ...faultFields(failure) });
    } else if (failure instanceof SentOn) {
      log.info("kafka-client-sent-on", { ...fields, reason: failure.message });
    } else {
      const cause = failure instanceof Error ? (failure.stack ?? failure.message) : `${failure}`;
      log.error("kafka-request-failed", { ...fields, cause });
    }
    this.stop();
    this.connection.end();
  }

  /**
   * Looks again when the network has tried to send what is queued: if all of it left at once,
   * nobody will tell; if not, `drained` does.
   */
  private askForRoom(): void {
    if (this.roomAsked) return;
    this.roomAsked = true;
    this.context.shared.clock.atEndOfTurn(this.lookForRoom);
  }

  private setPaused(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.context.client.broker.refusals.add("reading-paused");
    if (paused) this.connection.pause();
    else this.connection.resume();
  }

  /** Lets go of everything that is held for the connection. */
  private stop(): void {
    if (this.ended) return;
    this.ended = true;
    this.pipeline.stop();
    this.context.client.answerShare.connections--;
    this.context.shared.heldBytes.forget(this.goOn);
    this.context.client.fetches.close();
  }
}

type ClientsFault = BadFrame | MalformedMessage | HangUp;

function isClientsFault(failure: unknown): failure is ClientsFault {
  return (
    failure instanceof BadFrame || failure instanceof MalformedMessage || failure instanceof HangUp
  );
}

/** What the log says of it: for a malformed request, which field, and where it stood. */
function faultFields(failure: ClientsFault): LogFields {
  if (failure instanceof BadFrame) return { ...failure.frame };
  if (failure instanceof HangUp) return { reason: failure.message };
  const { field, reason, offset } = failure;
  return { reason, field, offset };
}
