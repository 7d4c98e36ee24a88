import {
  type ConsumerGroup,
  type ConsumerMember,
  type Holding,
  type HoldingState,
  isSettled,
} from "./group-state.ts";
import {
  common,
  isApart,
  isSame,
  NO_PARTITIONS,
  type Partitions,
  united,
  without,
} from "./partitions.ts";

/**
 * The next step of a member towards its target, given what it says that it owns (null: it doesn't
 * say). The same object if there is none.
 *
 *     stable ──the target has changed──> unrevoked, if it has to give partitions up
 *     unrevoked ──it says that it did──> the same again, with what it kept
 *     unreleased ──────────────────────> it is given what others have released meanwhile
 *
 * First a member gives up, in its old epoch, whatever it isn't to have any more; only then it gets
 * the new epoch, and what is free of its target. It is stable when it has all of it.
 */
export function reconciled(
  group: ConsumerGroup,
  memberId: string,
  { target, holding }: ConsumerMember,
  owned: Partitions | null,
): Holding {
  const { epoch, state, assigned, revoking } = holding;
  if (isSettled(holding, group.assignmentEpoch)) return holding;
  if (state === "unrevoked" && stillOwns(owned, revoking)) return holding;
  const kept = common(assigned, target);
  const unwanted = without(assigned, target);
  if (unwanted.size > 0 && stillOwns(owned, unwanted)) {
    // What was to be revoked before has been: that was a step of its own.
    const nextEpoch = state === "unrevoked" ? epoch + 1 : epoch;
    return moved(holding, nextEpoch, "unrevoked", kept, unwanted);
  }
  const wanted = without(target, assigned);
  const free = releasedOf(group, memberId, wanted);
  const next = isSame(free, wanted) ? "stable" : "unreleased";
  return moved(holding, group.assignmentEpoch, next, united(kept, free), NO_PARTITIONS);
}

/** Whether a member holds something that is not free for another yet. */
function stillOwns(owned: Partitions | null, some: Partitions): boolean {
  return owned === null || !isApart(owned, some);
}

/** Those partitions that no other member holds. */
export function releasedOf(
  { members }: ConsumerGroup,
  memberId: string,
  wanted: Partitions,
): Partitions {
  let free = wanted;
  for (const [otherId, { holding }] of members) {
    if (otherId === memberId || free.size === 0) continue;
    const { assigned, revoking } = holding;
    if (!isApart(free, assigned)) free = without(free, assigned);
    if (!isApart(free, revoking)) free = without(free, revoking);
  }
  return free;
}

function moved(
  holding: Holding,
  epoch: number,
  state: HoldingState,
  assigned: Partitions,
  revoking: Partitions,
): Holding {
  const isUnmoved = epoch === holding.epoch && state === holding.state;
  if (isUnmoved && isSame(assigned, holding.assigned) && isSame(revoking, holding.revoking)) {
    return holding;
  }
  return { epoch, previousEpoch: holding.epoch, state, assigned, revoking };
}
