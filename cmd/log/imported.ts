import { ArchiveError, noTotals } from "../../internal/client/archive/format.ts";
import type { ArchiveEntry } from "../../internal/client/archive/reader.ts";
import { addBatches } from "../../internal/client/archive/writer.ts";
import { usageError } from "../errors.ts";
import type { Listing } from "../output/listing.ts";
import { humanBytes } from "../output/numbers.ts";
import { listingShape } from "../output/shape.ts";

/** A partition of an archive, and how much of it was read. */
export interface ImportedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  totals: typeof noTotals;
}

/** What an archive tells, with the names that its topics are to have. */
export type Placed =
  | Extract<ArchiveEntry, { kind: "topic" }>
  | { readonly kind: "partition"; readonly place: ImportedPartition }
  | { readonly kind: "batches"; readonly place: ImportedPartition; readonly batches: Uint8Array };

/** What was read of an archive so far. */
export class Imported {
  readonly partitions: ImportedPartition[] = [];
  readonly #as: string | null;
  #topicCount = 0;

  /** With a name, the archive's only topic is called so. */
  constructor(as: string | null) {
    this.#as = as;
  }

  take(entry: ArchiveEntry): Placed {
    if (entry.kind === "topic") {
      this.#topicCount++;
      if (this.#as === null) return entry;
      if (this.#topicCount > 1) throw usageError("--as is for an archive of one topic.");
      return { ...entry, name: this.#as };
    }
    if (entry.kind === "partition") {
      const { topic, partition, startOffset, endOffset } = entry;
      const range = { startOffset, endOffset, totals: noTotals };
      const place = { topic: this.#as ?? topic, partition, ...range };
      this.partitions.push(place);
      return { kind: "partition", place };
    }
    const { index, batches } = entry;
    const place = this.partitions[index];
    if (!place) throw new ArchiveError("damaged-archive", "batches are of no partition");
    place.totals = addBatches(place.totals, batches);
    return { kind: "batches", place, batches };
  }
}

export const importedShape = listingShape("log-import", {
  topic: "text, where the records are now",
  partition: "integer, where the records are now",
  records: "integer, how many",
  batches: "integer, how many",
  bytes: "integer, of the batches",
  start_offset: "integer, the first",
  end_offset: "integer, behind the last",
});

/** The partitions that were imported, or would be. */
export function importedListing({ partitions }: Imported): Listing<ImportedPartition> {
  return {
    shape: importedShape,
    items: partitions.map(({ topic, partition, startOffset, endOffset, totals }) => {
      const { records, batches, bytes } = totals;
      const range = { start_offset: startOffset, end_offset: endOffset };
      return { topic, partition, records, batches, bytes, ...range };
    }),
    rows: partitions,
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      { header: "PARTITION", align: "right", text: ({ partition }) => String(partition) },
      { header: "RECORDS", align: "right", text: ({ totals }) => String(totals.records) },
      {
        header: "BATCHES",
        align: "right",
        text: ({ totals }) => String(totals.batches),
        wideOnly: true,
      },
      { header: "START", align: "right", text: ({ startOffset }) => String(startOffset) },
      { header: "END", align: "right", text: ({ endOffset }) => String(endOffset) },
      {
        header: "SIZE",
        align: "right",
        text: ({ totals }) => humanBytes(totals.bytes),
        plain: ({ totals }) => String(totals.bytes),
      },
    ],
  };
}
