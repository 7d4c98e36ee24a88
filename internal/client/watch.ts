import { type InView, NOTHING_WATCHED } from "../broker/observability/watch-api.ts";
import type { Frame } from "../doors/native/protocol/frame.ts";
import { stop } from "../doors/native/protocol/stream-messages.ts";
import { update, watch, watchCredit } from "../doors/native/protocol/watch-messages.ts";
import type { Watch, WatchOptions, WatchUpdate } from "./api.ts";
import type { Channel, Exchange } from "./channel.ts";
import type { ClientError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";

/** One update waits here, the next is on its way. */
const UPDATES_AHEAD = 2;

/** Opens a stream of changes. */
export function openWatch(channel: Channel, options: WatchOptions): Watch {
  return new ClientWatch(channel, options);
}

class ClientWatch implements Watch, Exchange, AsyncIterator<WatchUpdate, undefined> {
  private readonly channel: Channel;
  private readonly queue = new EventQueue<WatchUpdate>(() => this.grant());
  private readonly id: number;
  private readonly inView: () => InView | null;

  constructor(channel: Channel, { intervalMs, inView, ...asked }: WatchOptions) {
    this.channel = channel;
    this.inView = inView ?? (() => null);
    const watched = { ...NOTHING_WATCHED, ...asked };
    const fields = watch.request.write({ ...watched, intervalMs, credit: UPDATES_AHEAD });
    this.id = channel.begin(watch.name, fields, null, this);
  }

  stop(): void {
    if (this.queue.ended) return;
    this.channel.signal(this.id, stop.name, stop.fields.write({}));
    this.channel.forget(this.id);
    this.queue.clear();
    this.queue.end(null);
  }

  event({ name, fields }: Frame): void {
    if (name !== update.name) return;
    const { events, ...told } = update.fields.read(fields);
    const { brokerId } = told.broker;
    const traced = events.map((event) => ({ ...event, brokerId }));
    this.queue.push({ ...told, events: traced, others: [] });
  }

  answer(): void {
    this.queue.end(null);
  }

  fail(error: ClientError): void {
    this.queue.end(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchUpdate, undefined> {
    return this;
  }

  next(): Promise<IteratorResult<WatchUpdate, undefined>> {
    return this.queue.next();
  }

  async return(): Promise<IteratorResult<WatchUpdate, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  private grant(): void {
    const granted = { updates: 1, inView: this.inView() };
    this.channel.signal(this.id, watchCredit.name, watchCredit.fields.write(granted));
  }
}
