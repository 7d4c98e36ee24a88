import { batchSizeBytes, recordCount } from "../../record/batch.ts";
import { putInt32 } from "../../record/big-endian.ts";
import { crc32c } from "../../record/crc32c.ts";
import {
  type ArchivedPartition,
  type ArchivedTopic,
  type ArchiveTotals,
  FrameField,
  FrameKind,
  MAGIC,
  noTotals,
  PREFACE_BYTES,
  VERSION,
} from "./format.ts";

/** Makes the bytes of an archive, piece by piece; whoever calls writes them in order. */
export class ArchiveWriter {
  #frames = 0;
  #totals = noTotals;

  /** What it holds so far. */
  get totals(): ArchiveTotals {
    return this.#totals;
  }

  /** What stands before everything. */
  preface(): Uint8Array {
    const preface = new Uint8Array(PREFACE_BYTES);
    preface.set(MAGIC);
    putInt32(preface, MAGIC.length, VERSION);
    return preface;
  }

  topic(topic: ArchivedTopic): Uint8Array {
    return this.#jsonFrame(FrameKind.topic, topic);
  }

  /** A partition of a topic that was told before; its number in `batches` is its place. */
  partition(partition: ArchivedPartition): Uint8Array {
    const { partitions } = this.#totals;
    this.#totals = { ...this.#totals, partitions: partitions + 1 };
    return this.#jsonFrame(FrameKind.partition, partition);
  }

  /** Whole batches, as they are in the log, of the partition that was told as number `index`. */
  batches(index: number, batches: Uint8Array): Uint8Array {
    const body = new Uint8Array(4 + batches.length);
    putInt32(body, 0, index);
    body.set(batches, 4);
    this.#totals = addBatches(this.#totals, batches);
    return this.#frame(FrameKind.batches, body);
  }

  /** What says that the archive is whole. */
  end(): Uint8Array {
    return this.#jsonFrame(FrameKind.end, this.#totals);
  }

  #jsonFrame(kind: number, body: object): Uint8Array {
    return this.#frame(kind, new TextEncoder().encode(JSON.stringify(body)));
  }

  #frame(kind: number, body: Uint8Array): Uint8Array {
    const frame = new Uint8Array(FrameField.body + body.length);
    putInt32(frame, FrameField.length, frame.length - FrameField.number);
    putInt32(frame, FrameField.number, this.#frames++);
    frame[FrameField.kind] = kind;
    frame.set(body, FrameField.body);
    putInt32(frame, FrameField.crc, crc32c(frame, FrameField.number, frame.length));
    return frame;
  }
}

/** The totals with some batches more. */
export function addBatches(totals: ArchiveTotals, batches: Uint8Array): ArchiveTotals {
  let { batches: count, records } = totals;
  for (let at = 0; at < batches.length; at += batchSizeBytes(batches, at)) {
    count++;
    records += recordCount(batches, at);
  }
  return { ...totals, batches: count, records, bytes: totals.bytes + batches.length };
}
