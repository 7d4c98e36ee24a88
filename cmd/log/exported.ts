import type { Listing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";

/** A partition that an archive has, and which of its offsets. */
export interface Exported {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

export const exportShape = listingShape("log-export", {
  topic: "text, the topic",
  partition: "integer, its number",
  start_offset: "integer, of the first record that the archive has",
  end_offset: "integer, behind the last one",
});

/** What an archive has, a partition a line. */
export function exportListing(written: readonly Exported[]): Listing<Exported> {
  return {
    shape: exportShape,
    items: written.map(({ topic, partition, startOffset, endOffset }) => {
      return { topic, partition, start_offset: startOffset, end_offset: endOffset };
    }),
    rows: written,
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      { header: "PARTITION", align: "right", text: ({ partition }) => String(partition) },
      { header: "START", align: "right", text: ({ startOffset }) => String(startOffset) },
      { header: "END", align: "right", text: ({ endOffset }) => String(endOffset) },
    ],
  };
}
