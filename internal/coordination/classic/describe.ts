import type { GroupDescription, GroupFilter, GroupListing } from "../api.ts";
import type { SavedGroup } from "../changes.ts";
import type { ClassicGroup } from "./classic-group.ts";
import { metadataOf, NOTHING } from "./member.ts";
import { savedState } from "./saved-group.ts";

/** A group in a list. */
export function listGroup(group: ClassicGroup): GroupListing {
  const { groupId, protocolType, state, members } = group;
  const memberCount = members.size;
  return { groupId, protocolType: protocolType ?? "", state, type: "classic", memberCount };
}

/** Those of the groups that are asked for, in the order of their ids. */
export function filtered(groups: readonly GroupListing[], filter: GroupFilter): GroupListing[] {
  const passing = groups.filter(
    ({ state, type }) => isOneOf(state, filter.states) && isOneOf(type, filter.types),
  );
  return passing.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
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

/** A group in a list, as it was saved when it was last stable or empty. */
export function listSavedGroup(groupId: string, saved: SavedGroup): GroupListing {
  const { protocolType, members } = saved;
  const memberCount = members.length;
  return { groupId, protocolType, state: savedState(saved), type: "classic", memberCount };
}

/** The same with its members. */
export function describeSavedGroup(groupId: string, saved: SavedGroup): GroupDescription {
  const listing = listSavedGroup(groupId, saved);
  const protocolName = listing.state === "Stable" ? (saved.protocolName ?? "") : "";
  const members = saved.members.map(
    ({ memberId, groupInstanceId, clientId, clientHost, metadata, assignment }) => {
      return { memberId, groupInstanceId, clientId, clientHost, metadata, assignment };
    },
  );
  return { ...listing, generation: saved.generation, protocolName, members };
}
