import path from "node:path";
import type { BatchInfo } from "../../internal/record/batch-info.ts";
import { timestampText } from "../../internal/record/timestamp-text.ts";
import type { Dumped } from "../../internal/storage/inspect/dump.ts";
import { listingShape } from "../output/shape.ts";
import type { StreamedListing } from "../output/stream.ts";
import type { Column } from "../output/table.ts";

/** A column of numbers that only batches have; one that is -1 is none. */
function number(header: string, of: (info: BatchInfo) => number): Column<Dumped> {
  const text = (row: Dumped): string => {
    const value = row.kind === "batch" ? of(row.info) : -1;
    return value < 0 ? "" : String(value);
  };
  return { header, align: "right", text };
}

const placed = (row: Dumped) =>
  row.kind === "batch" ? { ...row, sizeBytes: row.info.sizeBytes } : placeOf(row.range);

function placeOf(range: { path: string; position: number; endPosition: number }) {
  const { position, endPosition } = range;
  return { path: range.path, position, sizeBytes: endPosition - position };
}

const firstOffset = (row: Dumped): number =>
  row.kind === "batch" ? row.info.baseOffset : row.range.fromOffset;

const lastOffset = (row: Dumped): number =>
  row.kind === "batch" ? row.info.lastOffset : row.range.toOffset - 1;

const columns: readonly Column<Dumped>[] = [
  { header: "OFFSET", align: "right", text: (row) => String(firstOffset(row)) },
  { header: "LAST", align: "right", text: (row) => String(lastOffset(row)) },
  { header: "POSITION", align: "right", text: (row) => String(placed(row).position) },
  { header: "SIZE", align: "right", text: (row) => String(placed(row).sizeBytes) },
  number("RECORDS", (info) => info.recordCount),
  {
    header: "CODEC",
    align: "left",
    text: (row) => (row.kind === "batch" ? (row.info.codec ?? "unknown") : ""),
  },
  {
    header: "TIME",
    align: "left",
    text: (row) => (row.kind === "batch" ? (timestampText(row.info.maxTimestampMs) ?? "") : ""),
  },
  number("PRODUCER", (info) => info.producerId),
  { ...number("PRODUCER-EPOCH", (info) => info.producerEpoch), wideOnly: true },
  number("SEQUENCE", (info) => info.baseSequence),
  number("EPOCH", (info) => info.leaderEpoch),
  { header: "FLAGS", align: "left", text: flagsOf, wideOnly: true },
  { header: "FILE", align: "left", text: (row) => path.basename(placed(row).path), wideOnly: true },
  { header: "CRC", align: "left", text: (row) => (row.kind === "batch" ? "ok" : row.range.fault) },
];

function flagsOf(row: Dumped): string {
  if (row.kind === "damage") return "";
  const { transactional, control } = row.info;
  const flags = [
    ...(transactional ? ["transactional"] : []),
    ...(control ? ["control"] : []),
    ...(row.inJournal ? ["journal"] : []),
  ];
  return flags.join(",");
}

function itemOf(row: Dumped): object {
  const { path: file, position, sizeBytes } = placed(row);
  const place = { file, position, size_bytes: sizeBytes };
  const offsets = { offset: firstOffset(row), last_offset: lastOffset(row) };
  if (row.kind === "damage") return { ...offsets, ...place, crc_ok: false, fault: row.range.fault };
  const { info, inJournal } = row;
  return {
    ...offsets,
    ...place,
    crc_ok: true,
    fault: null,
    in_journal: inJournal,
    records: info.recordCount,
    codec: info.codec,
    max_timestamp_ms: info.maxTimestampMs < 0 ? null : info.maxTimestampMs,
    producer_id: info.producerId < 0 ? null : info.producerId,
    producer_epoch: info.producerId < 0 ? null : info.producerEpoch,
    sequence: info.producerId < 0 ? null : info.baseSequence,
    leader_epoch: info.leaderEpoch,
    transactional: info.transactional,
    control: info.control,
  };
}

/** The batches of a log, and what stands between them that can't be read. */
export const batchListing: StreamedListing<Dumped> = {
  shape: listingShape("log-batches", {
    offset: "integer, of the first record",
    last_offset: "integer, of the last record",
    file: "text, where it is",
    position: "integer, where it begins in the file",
    size_bytes: "integer, in the file",
    crc_ok: "boolean, whether it is as it was written",
    fault: "text or null, what is wrong with it; then the fields below are absent",
    in_journal: "boolean or absent, whether it isn't in its segment yet",
    records: "integer or absent, how many it has",
    codec: "text or null or absent, how it is compressed; null: unknown",
    max_timestamp_ms: "integer or null or absent, the latest of its records",
    producer_id: "integer or null or absent, of an idempotent producer",
    producer_epoch: "integer or null or absent, of an idempotent producer",
    sequence: "integer or null or absent, of its first record",
    leader_epoch: "integer or absent, the leadership that wrote it",
    transactional: "boolean or absent, whether it is part of a transaction",
    control: "boolean or absent, whether it is a mark rather than records",
  }),
  columns,
  item: itemOf,
};
