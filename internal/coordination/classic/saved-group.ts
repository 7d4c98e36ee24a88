import type { SavedGroup } from "../changes.ts";
import { ClassicGroup, type GroupContext } from "./classic-group.ts";
import { metadataOf, NOTHING } from "./member.ts";
import { sessionEnded } from "./session.ts";
import { topicsReadBy } from "./subscription.ts";

/** What is kept of a group that is empty, or stable with these assignments by member id. */
export function savedGroup(
  group: ClassicGroup,
  assignments: ReadonlyMap<string, Uint8Array>,
): SavedGroup {
  const { generation, protocolType, protocolName, leaderId, stateSinceMs } = group;
  const members = Array.from(group.members.values(), (member) => {
    const { memberId, groupInstanceId, terms } = member;
    const { clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs } = terms;
    return {
      memberId,
      groupInstanceId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      sessionTimeoutMs,
      metadata: metadataOf(member, protocolName),
      assignment: assignments.get(memberId) ?? NOTHING,
    };
  });
  return {
    protocolType: protocolType ?? "",
    generation,
    protocolName,
    leaderId,
    stateSinceMs,
    members,
  };
}

/** The state that a group was saved in. */
export function savedState({ members }: SavedGroup): "Empty" | "Stable" {
  return members.length === 0 ? "Empty" : "Stable";
}

/** The group that was saved; its members' sessions begin now. */
export function restoredGroup(
  groupId: string,
  saved: SavedGroup,
  context: GroupContext,
): ClassicGroup {
  const group = new ClassicGroup(groupId, context);
  const { protocolName, stateSinceMs } = saved;
  group.generation = saved.generation;
  group.protocolType = saved.protocolType === "" ? null : saved.protocolType;
  group.protocolName = protocolName;
  group.leaderId = saved.leaderId;
  for (const member of saved.members) {
    const { memberId, groupInstanceId, metadata, assignment, ...others } = member;
    const { sessionTimeoutMs } = others;
    const end = () => sessionEnded(group, memberId);
    group.members.add({
      memberId,
      groupInstanceId,
      terms: { ...others, protocols: [{ name: protocolName ?? "", metadata }] },
      assignment,
      isNew: false,
      session: context.deadlines.after(sessionTimeoutMs, end),
      joining: null,
      syncing: null,
    });
  }
  group.restore(savedState(saved), stateSinceMs);
  const { protocolType, members } = group;
  group.subscribedTopics = topicsReadBy(members.values(), protocolType, protocolName);
  return group;
}
