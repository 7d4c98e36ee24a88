import { assignRange } from "../range-assignor.ts";
import type { Assignee } from "./assignor.ts";
import { type Partitions, partitionsOf } from "./partitions.ts";
import type { GroupTopic } from "./topics.ts";

/**
 * The range assignor for members of the consumer protocol: the rows go to static members in the
 * order of their instance ids, then to the others by member id. So a static member that comes back
 * under another id has the same rows; and members with the same topics have the same numbers of
 * each, so that what belongs together can be joined.
 */
export function assignRanges(assignees: readonly Assignee[]): Map<string, Partitions> {
  const topics = new Map<string, GroupTopic>();
  const subscribers = assignees.map((assignee) => {
    for (const topic of assignee.topics) topics.set(topic.name, topic);
    return { memberId: placeOf(assignee), topics: assignee.topics.map(({ name }) => name) };
  });
  const rows = assignRange(subscribers, (name) => topics.get(name)?.partitionCount ?? 0);
  const targets = assignees.map((assignee) => {
    const row = (rows.get(placeOf(assignee)) ?? []).map(({ topic, partitions }) => {
      return { topicId: topics.get(topic)?.id ?? "", partitions };
    });
    return [assignee.memberId, partitionsOf(row)] as const;
  });
  return new Map(targets);
}

/** Orders static members before the others. */
function placeOf({ instanceId, memberId }: Assignee): string {
  return instanceId === null ? `1${memberId}` : `0${instanceId}`;
}
