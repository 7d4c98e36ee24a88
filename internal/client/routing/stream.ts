import { endOffsetOf } from "../../doors/native/pieces.ts";
import type { StreamPartition } from "../../doors/native/protocol/stream-messages.ts";
import type { CallOptions, OpenedPartition } from "../api.ts";
import { type Patience, patience } from "../call.ts";
import { ClientError } from "../errors.ts";
import { EventQueue } from "../event-queue.ts";
import { DEFAULT_WINDOW_BYTES, openStream } from "../stream.ts";
import type {
  BatchesEvent,
  BatchStream,
  PartitionEndedEvent,
  PartitionNews,
  StreamEvent,
  StreamRequest,
} from "../stream-api.ts";
import { mayGoOnElsewhere, pauseMs, type Router } from "./router.ts";

/**
 * A partition that nobody has led, or could be reached, for so long has failed, or is told of as
 * away where it is read without an end.
 */
const PATIENCE_MS = 30_000;

/** A partition that is read, and how far. */
interface Cursor {
  /** Where to go on, and where to stop. */
  wanted: StreamPartition;
  wasOpened: boolean;
  /** Since when it isn't read; null while it is. */
  failingSinceMs: number | null;
  /** Whether it was told of as away. */
  isAway: boolean;
}

const UNOPENED = { wasOpened: false, failingSinceMs: null, isAway: false };

/** An event that somebody has still to ask for, and whom to tell when it is taken. */
interface Held {
  readonly event: StreamEvent;
  readonly taken: () => void;
}

/** Opens a stream of partitions from those who lead them; rejects with a `ClientError`. */
export async function openRoutedStream(
  router: Router,
  request: StreamRequest,
  options: CallOptions = {},
): Promise<BatchStream> {
  const stream = new RoutedStream(router, request);
  return await stream.open(options);
}

/**
 * A stream that is made of one stream for each broker that leads some of its partitions. What a
 * broker doesn't lead any more, or led when it went, is read on from the next one.
 */
class RoutedStream implements BatchStream, AsyncIterator<StreamEvent, undefined> {
  partitions: readonly OpenedPartition[] = [];
  readonly #router: Router;
  readonly #windowBytes: number;
  /** Those that haven't ended or failed, by their places. */
  readonly #cursors = new Map<string, Cursor>();
  readonly #streams = new Set<BatchStream>();
  readonly #queue = new EventQueue<Held>(({ taken }) => taken());
  readonly #opened: OpenedPartition[] = [];
  /** Those that are neither open yet, nor told of as failed or away. */
  readonly #opening: Set<Cursor>;
  readonly #isOpen = Promise.withResolvers<void>();
  /** Those that nobody is asked for now. */
  #lost: Cursor[];
  #seeking: Promise<void> | null = null;
  #patienceMs = PATIENCE_MS;
  #limits: Patience | null = null;

  constructor(router: Router, { partitions, windowBytes = DEFAULT_WINDOW_BYTES }: StreamRequest) {
    this.#router = router;
    this.#windowBytes = windowBytes;
    for (const wanted of partitions) {
      this.#cursors.set(keyOf(wanted), { wanted, ...UNOPENED });
    }
    this.#lost = [...this.#cursors.values()];
    this.#opening = new Set(this.#lost);
  }

  async open({ signal, timeoutMs }: CallOptions): Promise<BatchStream> {
    const forever = { timeoutMs: Number.POSITIVE_INFINITY, ...(signal && { signal }) };
    this.#limits = patience(this.#router, "fetch", forever, () => this.stop());
    if (signal?.aborted) this.stop();
    if (this.#cursors.size === 0) this.#end(null);
    this.#patienceMs = timeoutMs ?? this.#router.timeoutMs;
    await this.#openLost();
    await this.#isOpen.promise;
    if (signal?.aborted) throw new ClientError("cancelled", "fetch: cancelled");
    this.#patienceMs = PATIENCE_MS;
    this.partitions = [...this.#opened];
    return this;
  }

  stop(): void {
    if (this.#queue.ended) return;
    this.#queue.clear();
    this.#end(null);
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    return this;
  }

  async next(): Promise<IteratorResult<StreamEvent, undefined>> {
    const { done, value } = await this.#queue.next();
    return done ? { done, value } : { done: false, value: value.event };
  }

  async return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  /** Looks for what is lost, until nothing is. */
  async #seek(): Promise<void> {
    for (let tries = 0; this.#lost.length > 0 && !this.#queue.ended; tries++) {
      await this.#router.pause(pauseMs(tries));
      await this.#openLost();
    }
    this.#seeking = null;
  }

  /** Opens what is lost at those who lead it now. */
  async #openLost(): Promise<void> {
    const byLeader = await this.#lostByLeader();
    const windowBytes = Math.ceil(this.#windowBytes / (this.#streams.size + byLeader.size));
    const opening = Array.from(byLeader, ([leader, cursors]) => {
      return this.#openAt(leader, cursors, windowBytes);
    });
    await Promise.all(opening);
  }

  async #lostByLeader(): Promise<ReadonlyMap<number, readonly Cursor[]>> {
    const lost = this.#lost;
    this.#lost = [];
    const found = new Map<number, Cursor[]>();
    const failed: (readonly [Cursor, ClientError])[] = [];
    for (const cursor of lost) {
      const { topic, partition } = cursor.wanted;
      try {
        const leader = await this.#router.directory.leader(topic, partition);
        const others = found.get(leader);
        if (others) others.push(cursor);
        else found.set(leader, [cursor]);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        failed.push([cursor, error]);
      }
    }
    for (const [cursor, error] of failed) {
      this.#failed(cursor, error, error.code !== "unknown-topic-or-partition");
    }
    return found;
  }

  /** Opens a stream of what a broker leads. */
  async #openAt(leader: number, cursors: readonly Cursor[], windowBytes: number): Promise<void> {
    const partitions = cursors.map(({ wanted }) => wanted);
    try {
      const caller = await this.#router.link(leader);
      const stream = await openStream(caller, { partitions, windowBytes });
      this.#streams.add(stream);
      for (const opened of stream.partitions) this.#began(opened);
      void this.#pump(stream, new Set(cursors));
      if (this.#queue.ended) stream.stop();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      for (const cursor of cursors) this.#failed(cursor, error, mayGoOnElsewhere(error));
    }
  }

  #began(opened: OpenedPartition): void {
    const cursor = this.#cursors.get(keyOf(opened));
    if (!cursor) return;
    const { topic, partition, startOffset, endOffset } = opened;
    const end = endOffset === null ? null : ({ kind: "offset", offset: endOffset } as const);
    cursor.wanted = { topic, partition, start: { kind: "offset", offset: startOffset }, end };
    cursor.failingSinceMs = null;
    if (cursor.isAway) this.#news({ kind: "partition-back", ...opened });
    else if (!cursor.wasOpened) this.#opened.push(opened);
    cursor.wasOpened = true;
    cursor.isAway = false;
    this.#settled(cursor);
  }

  /** A cursor is open, or it was told why not; `open` waits for that of all. */
  #settled(cursor: Cursor): void {
    this.#opening.delete(cursor);
    if (this.#opening.size === 0) this.#isOpen.resolve();
  }

  /** Hands on what a broker tells, an event at a time, as long as somebody asks. */
  async #pump(stream: BatchStream, cursors: Set<Cursor>): Promise<void> {
    let failure = new ClientError("closed", "the broker has ended the stream");
    try {
      for await (const event of stream) {
        const cursor = this.#cursors.get(keyOf(event));
        if (!cursor) continue;
        if (event.kind !== "records") cursors.delete(cursor);
        if (event.kind === "partition-failed") {
          this.#failed(cursor, event.error, mayGoOnElsewhere(event.error));
          continue;
        }
        if (event.kind === "records" || event.kind === "partition-ended") {
          await this.#tell(event, cursor);
        }
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      failure = error;
    }
    this.#streams.delete(stream);
    for (const cursor of cursors) this.#failed(cursor, failure, mayGoOnElsewhere(failure));
  }

  /** Resolves when the event was taken. */
  #tell(event: BatchesEvent | PartitionEndedEvent, cursor: Cursor): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push({ event, taken: resolve });
    if (event.kind === "records") {
      const offset = endOffsetOf([event.batches]);
      cursor.wanted = { ...cursor.wanted, start: { kind: "offset", offset } };
    } else this.#over(cursor);
    return promise;
  }

  /** A partition isn't read any more; it may be, from another broker. */
  #failed(cursor: Cursor, error: ClientError, mayGoOn: boolean): void {
    if (this.#queue.ended) return;
    if (this.#router.isClosed) {
      this.#end(error);
      return;
    }
    const { topic, partition } = cursor.wanted;
    const nowMs = this.#router.clock.monotonicMs();
    cursor.failingSinceMs ??= nowMs;
    this.#router.directory.forgetTopic(topic);
    const isLate = nowMs - cursor.failingSinceMs >= this.#patienceMs;
    if (!mayGoOn || (isLate && cursor.wanted.end !== null)) {
      this.#news({ kind: "partition-failed", topic, partition, error });
      this.#over(cursor);
      return;
    }
    if (isLate && !cursor.isAway) {
      cursor.isAway = true;
      this.#news({ kind: "partition-away", topic, partition, error });
      this.#settled(cursor);
    }
    this.#lost.push(cursor);
    this.#seeking ??= this.#seek();
  }

  #news(event: PartitionNews): void {
    this.#queue.push({ event, taken() {} });
  }

  #over(cursor: Cursor): void {
    this.#cursors.delete(keyOf(cursor.wanted));
    this.#settled(cursor);
    if (this.#cursors.size === 0) this.#end(null);
  }

  #end(error: ClientError | null): void {
    this.#limits?.over();
    this.#isOpen.resolve();
    this.#queue.end(error);
    for (const stream of this.#streams) stream.stop();
  }
}

/** Topics have no colon in their names, and partitions are numbers. */
function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}:${partition}`;
}
