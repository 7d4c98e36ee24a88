import { ASSIGNORS, type Assignee, type AssignorName, assignorName } from "./assignor.ts";
import type { GroupRules } from "./group-rules.ts";
import type { ConsumerGroup, ConsumerMember } from "./group-state.ts";
import { isSame, NO_PARTITIONS } from "./partitions.ts";
import { topicsHash, topicsOf, topicsRead } from "./topics.ts";

/**
 * The group with a new epoch, if its members or what they read have changed; and with new targets,
 * if those it has are of an older epoch. The same object if neither is so.
 */
export function assign(
  group: ConsumerGroup,
  haveMembersChanged: boolean,
  rules: GroupRules,
): ConsumerGroup {
  const current = renewed(group, haveMembersChanged, rules);
  if (current.epoch === current.assignmentEpoch) return current;
  const assignees = Array.from(current.members, ([memberId, { terms, target }]): Assignee => {
    const { instanceId } = terms;
    return { memberId, instanceId, target, topics: topicsOf(terms, rules.view) };
  });
  const targets = ASSIGNORS[chosenAssignor(current, rules.assignors)](assignees);
  const members = new Map<string, ConsumerMember>();
  for (const [memberId, member] of current.members) {
    const target = targets.get(memberId) ?? NO_PARTITIONS;
    members.set(memberId, isSame(target, member.target) ? member : { ...member, target });
  }
  return { ...current, members, assignmentEpoch: current.epoch };
}

function renewed(
  group: ConsumerGroup,
  haveMembersChanged: boolean,
  { view, haveTopicsChanged }: GroupRules,
): ConsumerGroup {
  if (!haveMembersChanged && !haveTopicsChanged) return group;
  const hash = topicsHash(topicsRead(group, view));
  if (!haveMembersChanged && hash === group.topicsHash) return group;
  return { ...group, epoch: group.epoch + 1, topicsHash: hash };
}

/** The assignor that most members ask for; the first of the broker's if none does. */
export function chosenAssignor(
  { members }: ConsumerGroup,
  assignors: readonly AssignorName[],
): AssignorName {
  const votes = new Map<AssignorName, number>();
  for (const { terms } of members.values()) {
    const name = assignorName(terms.assignor ?? "");
    if (name !== null) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const ranked = [...votes].sort((a, b) => b[1] - a[1]);
  return ranked[0]?.[0] ?? assignors[0] ?? "uniform";
}
