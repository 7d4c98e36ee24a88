import { assignRanges } from "./assign-range.ts";
import { assignUniformly } from "./assign-uniform.ts";
import type { Partitions } from "./partitions.ts";
import type { GroupTopic } from "./topics.ts";

/** A member as an assignor sees it. */
export interface Assignee {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** The topics that it reads. */
  readonly topics: readonly GroupTopic[];
  /** What it was to have until now. */
  readonly target: Partitions;
}

/** Who shall have what, by member id: each partition of a topic that is read goes to one member. */
export type Assignor = (assignees: readonly Assignee[]) => Map<string, Partitions>;

/** The assignors by Kafka's names. */
export const ASSIGNORS = {
  uniform: assignUniformly,
  range: assignRanges,
} as const satisfies Readonly<Record<string, Assignor>>;

/** The name of an assignor. */
export type AssignorName = keyof typeof ASSIGNORS;

/** The assignor's name, if that is what the text is. */
export function assignorName(text: string): AssignorName | null {
  return text === "uniform" || text === "range" ? text : null;
}
