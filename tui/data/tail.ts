import type {
  Client,
  PartitionStatus,
  StreamPartition,
  StreamPosition,
} from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import type { LogRecord, Reader, RecordsEvent } from "../../internal/client/reader-api.ts";
import type { MessagesFrom } from "../app/screen.ts";
import { clamp } from "../list/window.ts";
import type { Clock } from "./session.ts";

/** A record that was read; its bytes are its own. */
export interface TailRecord extends LogRecord {
  readonly topic: string;
  readonly partition: number;
}

/** What to read. */
export interface TailTarget {
  readonly topic: string;
  /** null: all of them. */
  readonly partition: number | null;
  readonly from: MessagesFrom;
}

/** What a tail needs. */
export interface TailPath {
  readonly clock: Clock;
  /** The connection; throws a `ClientError` where there is none. */
  readonly client: () => Client;
  /** Told when there is something else to show. */
  readonly changed: () => void;
}

/** Records that are kept, and their bytes; the oldest go. */
const MAX_RECORDS = 2000;
const MAX_BYTES = 16 * 1024 * 1024;
/** How many of the last records a tail begins with, all partitions together. */
const FIRST_RECORDS = 200;
/** What is read at a time, and how often: so a fast topic costs no more than a slow one. */
const ROUND_MS = 200;
const MAX_ROUND_RECORDS = 1000;
/** A tail that falls behind by more goes on at the end. */
const MAX_BEHIND_RECORDS = 5000;
const WINDOW_BYTES = 512 * 1024;

/**
 * Reads a topic for someone who watches. It commits nothing, keeps only the last records, and
 * takes so many a second at the most: what a tail has left out it says.
 */
export class Tail {
  readonly target: TailTarget;
  /** The records in the order in which they came. */
  records: readonly TailRecord[] = [];
  /** Whether the newest record is to stay in sight. */
  following: boolean;
  /** Records that were left out because there were too many to watch. */
  skippedCount = 0;
  /** Why nothing comes (any more); null while something may. */
  failure: string | null = null;
  /** Whether nothing new is to be read for now. */
  paused = false;
  /** Whether the one who reads is near the newest record; if not, enough has been read. */
  nearEnd = true;
  readonly #path: TailPath;
  #reader: Reader | null = null;
  #stopped = false;
  /** What was read in this round, and isn't shown yet. */
  #gathered: TailRecord[] = [];
  #sizeBytes = 0;
  /** The next offset of each partition, and its end as far as is known. */
  readonly #next = new Map<number, number>();
  readonly #ends = new Map<number, number>();
  #roundOver = Promise.withResolvers<void>();

  constructor(target: TailTarget, path: TailPath) {
    this.target = target;
    this.following = target.from.kind === "tail" || target.from.kind === "end";
    this.#path = path;
  }

  /** Reads until it is stopped. Rejects with what is a bug. */
  async run(): Promise<void> {
    this.#nextRound();
    try {
      let partitions = await this.#places();
      while (!this.#stopped) partitions = await this.#read(partitions);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.failure = error.message;
      this.#path.changed();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#reader?.stop();
    this.#roundOver.resolve();
  }

  /** Where each partition is to be read from. */
  async #places(): Promise<StreamPartition[]> {
    const { topic, partition, from } = this.target;
    const { partitions } = await this.#path.client().describeTopic(topic);
    const wanted = partitions.filter((one) => partition === null || one.partition === partition);
    const share = Math.ceil(FIRST_RECORDS / Math.max(1, wanted.length));
    return wanted.map((one) => {
      this.#ends.set(one.partition, one.highWatermark);
      return { topic, partition: one.partition, start: startOf(from, share, one), end: null };
    });
  }

  /** Reads from these places on; returns where to go on when it has fallen too far behind. */
  async #read(partitions: readonly StreamPartition[]): Promise<StreamPartition[]> {
    const reader = await this.#path.client().openReader({ partitions, windowBytes: WINDOW_BYTES });
    this.#reader = reader;
    for (const { partition, startOffset } of reader.partitions) {
      this.#next.set(partition, startOffset);
    }
    if (this.#stopped) reader.stop();
    for await (const event of reader) {
      if (event.kind === "partition-failed") throw event.error;
      if (event.kind === "records") this.#gather(event);
      while (!this.#stopped && !this.#wantsMore()) await this.#roundOver.promise;
      if (this.following && !this.paused && this.#behind() > MAX_BEHIND_RECORDS) {
        reader.stop();
        return this.#skip(partitions);
      }
    }
    if (this.#stopped) return [];
    throw new ClientError("closed", "the broker has ended the stream of records");
  }

  #wantsMore(): boolean {
    if (this.paused || this.#gathered.length >= MAX_ROUND_RECORDS) return false;
    return this.following || this.nearEnd || this.records.length < MAX_RECORDS;
  }

  #gather({ topic, partition, highWatermark, records }: RecordsEvent): void {
    for (const record of records) this.#gathered.push({ topic, partition, ...copyOf(record) });
    this.#ends.set(partition, highWatermark);
    this.#next.set(partition, (records.at(-1)?.offset ?? -1) + 1);
  }

  /** Records that are there and have not been read, as far as is known. */
  #behind(): number {
    let count = 0;
    for (const [partition, end] of this.#ends) {
      count += Math.max(0, end - (this.#next.get(partition) ?? end));
    }
    return count;
  }

  /** The places of the last records of each partition, instead of all that is in between. */
  #skip(partitions: readonly StreamPartition[]): StreamPartition[] {
    const share = Math.ceil(FIRST_RECORDS / partitions.length);
    return partitions.map((one) => {
      const next = this.#next.get(one.partition) ?? 0;
      const offset = Math.max(next, (this.#ends.get(one.partition) ?? 0) - share);
      this.skippedCount += offset - next;
      return { ...one, start: { kind: "offset", offset } };
    });
  }

  /** Shows what a round has brought, and begins the next. */
  #nextRound(): void {
    this.#path.clock.after(ROUND_MS, () => {
      if (this.#stopped) return;
      this.#show();
      this.#roundOver.resolve();
      this.#roundOver = Promise.withResolvers();
      this.#nextRound();
    });
  }

  #show(): void {
    if (this.#gathered.length === 0) return;
    // What came together from several partitions reads best in the order of its times.
    const gathered = this.#gathered.sort((a, b) => a.timestampMs - b.timestampMs);
    this.#gathered = [];
    const records = [...this.records, ...gathered];
    for (const record of gathered) this.#sizeBytes += sizeOf(record);
    let surplus = Math.max(0, records.length - MAX_RECORDS);
    for (const record of records.slice(0, surplus)) this.#sizeBytes -= sizeOf(record);
    while (this.#sizeBytes > MAX_BYTES && surplus < records.length - 1) {
      const oldest = records[surplus++];
      if (oldest) this.#sizeBytes -= sizeOf(oldest);
    }
    this.records = records.slice(surplus);
    this.#path.changed();
  }
}

function startOf(
  from: MessagesFrom,
  share: number,
  { logStartOffset, highWatermark }: PartitionStatus,
): StreamPosition {
  const last = (count: number): StreamPosition => ({
    kind: "offset",
    offset: Math.max(logStartOffset, highWatermark - count),
  });
  switch (from.kind) {
    case "tail":
      return last(share);
    case "last":
      return last(from.count);
    case "start":
      return { kind: "offset", offset: logStartOffset };
    case "end":
      return { kind: "offset", offset: highWatermark };
    case "offset":
      return { kind: "offset", offset: clamp(from.offset, logStartOffset, highWatermark) };
    case "time":
      return { kind: "at-time", timestampMs: from.timestampMs };
  }
}

/** A record whose bytes don't hold on to the batch that it came in. */
export function copyOf({ key, value, headers, ...rest }: LogRecord): LogRecord {
  return {
    ...rest,
    key: key?.slice() ?? null,
    value: value?.slice() ?? null,
    headers: headers.map(([name, text]) => [name, text?.slice() ?? null]),
  };
}

function sizeOf({ key, value, headers }: LogRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers) bytes += name.length + (text?.length ?? 0);
  return bytes;
}
