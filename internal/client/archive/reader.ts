import { endOffsetOf } from "../../record/batch.ts";
import { uint32At } from "../../record/big-endian.ts";
import { scanBatches } from "../../record/check.ts";
import {
  type ArchivedPartition,
  type ArchivedTopic,
  ArchiveError,
  type ArchiveTotals,
  FrameKind,
  noTotals,
} from "./format.ts";
import { type ArchiveFrame, FrameSplitter } from "./frames.ts";
import { addBatches } from "./writer.ts";

/** What an archive tells, in its order; `batches` are views that hold until the next `feed`. */
export type ArchiveEntry =
  | ({ readonly kind: "topic" } & ArchivedTopic)
  | ({ readonly kind: "partition"; readonly index: number } & ArchivedPartition)
  | { readonly kind: "batches"; readonly index: number; readonly batches: Uint8Array };

/** How far a partition has come. */
interface Progress {
  readonly told: ArchivedPartition;
  lastOffset: number;
}

/**
 * Reads an archive that comes in any pieces. Whatever it gives has been checked: frames, batches,
 * their order and their place in the partition; `end` throws unless all of it was there.
 */
export class ArchiveReader {
  readonly #frames = new FrameSplitter();
  readonly #topics = new Map<string, ArchivedTopic>();
  readonly #partitions: Progress[] = [];
  #totals = noTotals;
  #ended = false;

  /** What was read so far. */
  get totals(): ArchiveTotals {
    return this.#totals;
  }

  /** Takes the next bytes; they are copied. */
  feed(bytes: Uint8Array): void {
    this.#frames.feed(bytes);
  }

  /** What comes next; null if more has to come first. Throws `ArchiveError`. */
  next(): ArchiveEntry | null {
    const frame = this.#ended ? null : this.#frames.next();
    if (frame === null) return null;
    switch (frame.kind) {
      case FrameKind.topic:
        return this.#topic(frame);
      case FrameKind.partition:
        return this.#partition(frame);
      case FrameKind.batches:
        return this.#batches(frame);
      case FrameKind.end:
        this.#checkEnd(frame);
        return null;
      default:
        throw damage(frame, `there is no kind ${frame.kind} of frame`);
    }
  }

  /** Nothing more comes. Throws `ArchiveError` if something is missing, or too much. */
  end(): void {
    const { position, leftBytes } = this.#frames;
    if (!this.#ended) {
      const message = `it ends at byte ${position + leftBytes}, before its end: it isn't whole`;
      throw new ArchiveError("damaged-archive", message);
    }
    if (leftBytes === 0) return;
    const message = `something stands behind its end, from byte ${position} on`;
    throw new ArchiveError("damaged-archive", message);
  }

  #topic(frame: ArchiveFrame): ArchiveEntry {
    const { name, partitionCount, config } = fieldsOf(frame);
    const isWhole = typeof name === "string" && isCount(partitionCount) && isTexts(config);
    if (!isWhole || this.#topics.has(name)) throw damage(frame, "a topic is told wrongly");
    const topic = { name, partitionCount, config };
    this.#topics.set(name, topic);
    return { kind: "topic", ...topic };
  }

  #partition(frame: ArchiveFrame): ArchiveEntry {
    const { topic, partition, startOffset, endOffset } = fieldsOf(frame);
    const known = typeof topic === "string" ? this.#topics.get(topic) : undefined;
    const isWhole = isCount(partition) && isCount(startOffset) && isCount(endOffset);
    if (!known || !isWhole || partition >= known.partitionCount || startOffset > endOffset) {
      throw damage(frame, "a partition is told wrongly");
    }
    const told = { topic: known.name, partition, startOffset, endOffset };
    const index = this.#partitions.push({ told, lastOffset: -1 }) - 1;
    this.#totals = { ...this.#totals, partitions: index + 1 };
    return { kind: "partition", index, ...told };
  }

  #batches(frame: ArchiveFrame): ArchiveEntry {
    const { body } = frame;
    const index = body.length < 4 ? -1 : uint32At(body, 0);
    const progress = this.#partitions[index];
    if (!progress) throw damage(frame, "batches are of no partition");
    const batches = body.subarray(4);
    const { fault, end } = scanBatches(batches, 0, batches.length, progress.lastOffset);
    if (fault !== undefined) throw damage(frame, `a batch ${end} bytes into it is bad: ${fault}`);
    const endOffset = endOffsetOf(batches);
    if (endOffset > progress.told.endOffset) throw damage(frame, "a batch is behind the last one");
    if (endOffset > 0) progress.lastOffset = endOffset - 1;
    this.#totals = addBatches(this.#totals, batches);
    return { kind: "batches", index, batches };
  }

  #checkEnd(frame: ArchiveFrame): void {
    const told = fieldsOf(frame);
    for (const [name, count] of Object.entries(this.#totals)) {
      if (told[name] !== count) throw damage(frame, `${told[name]} ${name} are told, not ${count}`);
    }
    this.#ended = true;
  }
}

function damage({ position }: ArchiveFrame, what: string): ArchiveError {
  return new ArchiveError("damaged-archive", `at byte ${position}: ${what}`);
}

/** The fields of a frame that has JSON. */
function fieldsOf(frame: ArchiveFrame): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(frame.body),
    );
    if (isRecord(fields)) return fields;
  } catch {} // no UTF-8, or no JSON
  throw damage(frame, "there should be JSON");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
