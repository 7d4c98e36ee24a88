import type { Frame } from "../doors/native/protocol/frame.ts";
import * as messages from "../doors/native/protocol/stream-messages.ts";
import type { CallOptions } from "./api.ts";
import { type Caller, type Patience, patience } from "./call.ts";
import type { Exchange } from "./channel.ts";
import { ClientError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";
import type { BatchStream, StreamEvent, StreamRequest } from "./stream-api.ts";

/** What may be under way from the broker where nothing else is said. */
export const DEFAULT_WINDOW_BYTES = 4 * 1024 * 1024;

/** Opens a stream; rejects with a `ClientError`. */
export function openStream(
  caller: Caller,
  request: StreamRequest,
  options: CallOptions = {},
): Promise<BatchStream> {
  const stream = new ClientStream(caller, request.windowBytes ?? DEFAULT_WINDOW_BYTES);
  return stream.open(request.partitions, options);
}

/** A stream from the client's side: what has come waits here until someone asks for it. */
class ClientStream implements BatchStream, Exchange, AsyncIterator<StreamEvent, undefined> {
  partitions: readonly messages.OpenedPartition[] = [];
  private readonly caller: Caller;
  private readonly windowBytes: number;
  private readonly opening = Promise.withResolvers<BatchStream>();
  private id = 0;
  private limits: Patience | null = null;
  private readonly queue = new EventQueue<StreamEvent>((event) => this.taken(event));
  /** Bytes that were taken from the queue since credit was given for the last time. */
  private takenBytes = 0;

  constructor(caller: Caller, windowBytes: number) {
    this.caller = caller;
    this.windowBytes = windowBytes;
  }

  open(
    partitions: readonly messages.StreamPartition[],
    options: CallOptions,
  ): Promise<BatchStream> {
    if (options.signal?.aborted) {
      return Promise.reject(new ClientError("cancelled", "fetch: cancelled"));
    }
    const opening = patience(this.caller, messages.fetch.name, options, (error) => {
      this.stop();
      this.opening.reject(error);
    });
    this.limits = opening;
    const { fetch } = messages;
    const fields = fetch.request.write({ partitions, creditBytes: this.windowBytes });
    this.id = this.caller.channel.begin(fetch.name, fields, null, this);
    const { signal } = options;
    return this.opening.promise.finally(() => {
      // The time was for the opening; the signal is for as long as the stream lasts.
      opening.over();
      if (signal === undefined || this.queue.ended) return;
      const forever = { signal, timeoutMs: Number.POSITIVE_INFINITY };
      this.limits = patience(this.caller, fetch.name, forever, () => this.stop());
    });
  }

  stop(): void {
    if (this.queue.ended) return;
    this.caller.channel.signal(this.id, messages.stop.name, messages.stop.fields.write({}));
    this.caller.channel.forget(this.id);
    this.queue.clear();
    this.end(null);
  }

  event(frame: Frame): void {
    if (frame.name === messages.opened.name) {
      this.partitions = messages.opened.fields.read(frame.fields).partitions;
      this.opening.resolve(this);
      return;
    }
    const event = readEvent(frame);
    if (event !== null) this.queue.push(event);
  }

  answer(): void {
    this.end(null);
  }

  fail(error: ClientError): void {
    this.opening.reject(error);
    this.end(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent, undefined>> {
    return this.queue.next();
  }

  async return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  private taken(event: StreamEvent): void {
    if (event.kind !== "records") return;
    this.takenBytes += event.batches.length;
    if (this.takenBytes < this.windowBytes / 2) return;
    const fields = messages.credit.fields.write({ bytes: this.takenBytes });
    this.caller.channel.signal(this.id, messages.credit.name, fields);
    this.takenBytes = 0;
  }

  private end(error: ClientError | null): void {
    this.limits?.over();
    this.queue.end(error);
  }
}

/** What an event says; null for one that a newer broker has and we do not know. */
function readEvent({ name, fields, buffer, payloadFrom, payloadTo }: Frame): StreamEvent | null {
  const { records, partitionEnded, partitionFailed } = messages;
  if (name === records.name) {
    const batches = buffer.subarray(payloadFrom, payloadTo);
    return { kind: "records", ...records.fields.read(fields), batches };
  }
  if (name === partitionEnded.name) {
    return { kind: "partition-ended", ...partitionEnded.fields.read(fields) };
  }
  if (name !== partitionFailed.name) return null;
  const { topic, partition, code, message, retriable } = partitionFailed.fields.read(fields);
  const error = new ClientError(code, message, { retriable });
  return { kind: "partition-failed", topic, partition, error };
}
