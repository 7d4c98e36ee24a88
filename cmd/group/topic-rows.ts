import type { GroupStatus } from "../../internal/client/api.ts";
import type { Column } from "../output/table.ts";

/** A topic that a group reads. */
interface TopicRow {
  readonly groupId: string;
  readonly topic: string;
  readonly partitionCount: number;
  readonly memberCount: number;
  readonly lag: number;
}

/** A row for each topic of a group. */
export function topicsOf({ groupId, partitions }: GroupStatus): TopicRow[] {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return [...topics].map(([topic, of]) => ({
    groupId,
    topic,
    partitionCount: of.length,
    memberCount: new Set(of.flatMap(({ memberId }) => memberId ?? [])).size,
    lag: of.reduce((sum, { lag }) => sum + Math.max(lag, 0), 0),
  }));
}

export const topicColumns: readonly Column<TopicRow>[] = [
  { header: "GROUP", align: "left", text: ({ groupId }) => groupId },
  { header: "TOPIC", align: "left", text: ({ topic }) => topic },
  { header: "PARTITIONS", align: "right", text: (row) => String(row.partitionCount) },
  { header: "MEMBERS", align: "right", text: ({ memberCount }) => String(memberCount) },
  { header: "LAG", align: "right", text: ({ lag }) => String(lag) },
];
