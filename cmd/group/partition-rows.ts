import type { GroupStatus, TimedProgress } from "../../internal/client/api.ts";
import type { Column } from "../output/table.ts";
import { lagTimeColumns } from "./lag-columns.ts";

/** A partition that a group reads. */
export interface PartitionRow extends TimedProgress {
  readonly groupId: string;
}

/** A row for each partition of a group. */
export function partitionsOf({ groupId, partitions }: GroupStatus): PartitionRow[] {
  return partitions.map((progress) => ({ groupId, ...progress }));
}

/** Unknown offsets are left out. */
function offset(header: string, value: (row: PartitionRow) => number): Column<PartitionRow> {
  const text = (row: PartitionRow) => (value(row) < 0 ? "" : String(value(row)));
  return { header, align: "right", text };
}

export const partitionColumns: readonly Column<PartitionRow>[] = [
  { header: "GROUP", align: "left", text: ({ groupId }) => groupId },
  { header: "TOPIC", align: "left", text: ({ topic }) => topic },
  offset("PARTITION", ({ partition }) => partition),
  offset("COMMITTED", ({ committedOffset }) => committedOffset),
  offset("END", ({ highWatermark }) => highWatermark),
  offset("LAG", ({ lag }) => lag),
  ...lagTimeColumns,
  { header: "MEMBER", align: "left", text: ({ memberId }) => memberId ?? "" },
  { ...offset("START", ({ logStartOffset }) => logStartOffset), wideOnly: true },
  { header: "METADATA", align: "left", text: ({ metadata }) => metadata, wideOnly: true },
];
