import type { ClusterImage } from "../../metadata/cluster/cluster-image.ts";
import type { PartitionState } from "../../metadata/cluster/cluster-state.ts";
import { comingOf, isReassigning } from "../../metadata/cluster/reassign.ts";
import { must } from "../failure.ts";

/** A change of a partition that somebody has made in etcd. */
export interface Decision {
  readonly topicId: string;
  /** The name of the broker that has made it. */
  readonly by: string;
  readonly before: PartitionState;
  readonly after: PartitionState;
}

/** The brokers that were to have a copy, and aren't any more. */
export function leftOf({ before, after }: Pick<Decision, "before" | "after">): readonly number[] {
  return before.replicas.filter((id) => !after.replicas.includes(id));
}

/**
 * Throws unless the broker that made a decision may make it, of what was there; `text` makes a
 * message of what is wrong.
 */
export function checkDecision(
  image: ClusterImage,
  decision: Decision,
  text: (what: string) => () => string,
): void {
  const { by, before, after } = decision;
  checkMove(image, decision, text);
  const isOther = after.leader !== before.leader || after.session !== before.session;
  const isNew = isOther || leftOf(decision).length > 0;
  must(after.epoch === before.epoch + (isNew ? 1 : 0), text("the epoch is wrong"));
  const added = after.isr.filter((id) => !before.isr.includes(id));
  const gone = before.isr.filter((id) => after.replicas.includes(id) && !after.isr.includes(id));
  if (!isOther) {
    const isOwn = [...added, ...gone].every((id) => by === nameOf(id) && gone.includes(id));
    const isThere = image.live.get(before.leader)?.session === before.session;
    const isLeader = by === nameOf(before.leader) && isThere;
    must(isOwn || isLeader, text("its leader changes the ISR, while it is there"));
    return;
  }
  must(by === nameOf(image.controllerId), text("the controller chooses leaders"));
  if (after.leader < 0) return;
  must(after.isr.includes(after.leader), text("a leader is in the ISR"));
  if (before.isr.includes(after.leader)) {
    must(added.length === 0, text("who isn't in the ISR can't be chosen into it"));
    must(gone.length === 0, text("who chooses a leader takes nobody out of the ISR"));
    return;
  }
  const { config } = image.topicsById.get(decision.topicId) ?? {};
  const isAllowed = config?.get("unclean.leader.election.enable") === "true";
  must(isAllowed && after.isr.length === 1, text("a leader comes out of the ISR"));
}

/** Who asks for a move takes nothing from anyone; the controller ends it, when all is copied. */
function checkMove(
  image: ClusterImage,
  decision: Decision,
  text: (what: string) => () => string,
): void {
  const { by, before, after } = decision;
  const named = [...after.isr, ...after.adding, ...after.removing];
  must(
    named.every((id) => after.replicas.includes(id)),
    text("who is named has a copy"),
  );
  const left = leftOf(decision);
  const come = before.adding.filter((id) => after.replicas.includes(id));
  const isGoing = left.length > 0;
  const isEnd = isGoing || come.some((id) => !after.adding.includes(id));
  if (!isEnd) {
    const isAsked = (["replicas", "adding", "removing"] as const).some(
      (field) => after[field].join() !== before[field].join(),
    );
    const isMore = after.isr.join() !== before.isr.join() || after.epoch !== before.epoch;
    must(!isAsked || !isMore, text("a move is asked for, no more"));
    return;
  }
  must(
    by === nameOf(image.controllerId) && !isReassigning(after),
    text("the controller ends moves"),
  );
  must(
    left.every((id) => before.removing.includes(id)),
    text("those go that are to go"),
  );
  must(
    comingOf(before).every((id) => after.isr.includes(id) && (!isGoing || image.live.has(id))),
    text("all that come are in the ISR, and are there where others go"),
  );
}

function nameOf(brokerId: number): string {
  return `broker-${brokerId}`;
}
