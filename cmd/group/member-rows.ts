import type { GroupMemberStatus, GroupStatus } from "../../internal/client/api.ts";
import type { Column } from "../output/table.ts";

/** A member of a group. */
interface MemberRow extends GroupMemberStatus {
  readonly groupId: string;
  readonly lag: number;
}

/** A row for each member of a group. */
export function membersOf({ groupId, members, partitions }: GroupStatus): MemberRow[] {
  return members.map((member) => {
    const own = partitions.filter(({ memberId }) => memberId === member.memberId);
    const lag = own.reduce((sum, each) => sum + Math.max(each.lag, 0), 0);
    return { groupId, lag, ...member };
  });
}

export const memberColumns: readonly Column<MemberRow>[] = [
  { header: "GROUP", align: "left", text: ({ groupId }) => groupId },
  { header: "MEMBER", align: "left", text: ({ memberId }) => memberId },
  { header: "CLIENT", align: "left", text: ({ clientId }) => clientId },
  { header: "HOST", align: "left", text: ({ clientHost }) => clientHost },
  { header: "PARTITIONS", align: "right", text: (row) => String(row.partitionCount) },
  { header: "LAG", align: "right", text: ({ lag }) => String(lag) },
  { header: "INSTANCE", align: "left", text: (row) => row.groupInstanceId ?? "", wideOnly: true },
];
