import type { GroupDescription, GroupFilter, GroupListing } from "./api.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { metadataOf, NOTHING } from "./member.ts";

/** A group in a list. */
export function listGroup(group: ClassicGroup): GroupListing {
  const { groupId, protocolType, state, members } = group;
  const memberCount = members.size;
  return { groupId, protocolType: protocolType ?? "", state, type: "classic", memberCount };
}

/** Whether a group is one of those asked for. */
export function passes({ state, type }: GroupListing, filter: GroupFilter): boolean {
  return isOneOf(state, filter.states) && isOneOf(type, filter.types);
}

function isOneOf(name: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  return wanted.some((each) => each.toLowerCase() === name.toLowerCase());
}

/** A group with its members. */
export function describeGroup(group: ClassicGroup): GroupDescription {
  const isStable = group.state === "Stable";
  const protocolName = isStable ? (group.protocolName ?? "") : "";
  const members = Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.terms.clientId,
    clientHost: member.terms.clientHost,
    metadata: isStable ? metadataOf(member, protocolName) : NOTHING,
    assignment: isStable ? member.assignment : NOTHING,
  }));
  return { ...listGroup(group), generation: group.generation, protocolName, members };
}
