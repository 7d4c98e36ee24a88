import type { AssignorName } from "./assignor.ts";
import type { TopicView } from "./topics.ts";

/** What decides about groups besides their members. */
export interface GroupRules {
  /** Members of one group. */
  readonly maxSize: number;
  /** The assignors that members may ask for; the first for those who don't. */
  readonly assignors: readonly AssignorName[];
  readonly view: TopicView;
  /** Whether topics may be others than when this group was last looked at. */
  readonly haveTopicsChanged: boolean;
}
