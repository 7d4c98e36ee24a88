import type { LiveBroker, PartitionState } from "./cluster-state.ts";
import { ended } from "./reassign.ts";

/** How a leader is chosen. */
export interface ElectionRules {
  /** Whether a copy that isn't in the ISR may lead where no other is there: it loses records. */
  readonly unclean: boolean;
  /** Whether the lead goes back to the first of the replicas, where the leader is well. */
  readonly preferred: boolean;
  /** Brokers that lead only where nobody else can. */
  readonly drained: ReadonlySet<number>;
}

/**
 * What a partition's state has to be, now that these brokers are there; null: what it is.
 *
 * A leader is chosen from those in the ISR that are there, and of these from those that are well,
 * as long as there are any. The ISR itself stays as it is: whoever is chosen may be gone by now
 * with all that it has, and then another one has to be able to lead. Who leads takes those out of
 * it that aren't there or aren't well (`mayStay`). Each choice of a leader, also of the same one in
 * another life, is a new epoch.
 *
 * A move of copies ends while there is a leader; those that go may have been it. Where copies go,
 * that is a new epoch, too: their brokers delete them, and may be given the partition anew before
 * the leader has seen that they were gone; it would believe that they have what they had.
 */
export function nextState(
  state: PartitionState,
  live: ReadonlyMap<number, LiveBroker>,
  rules: ElectionRules,
): PartitionState | null {
  const present = state.isr.filter((id) => live.has(id));
  const well = present.filter((id) => isWell(live.get(id)));
  const eligible = well.length > 0 ? well : present;
  const isEligible = eligible.includes(state.leader);
  const isLed = isEligible && live.get(state.leader)?.session === state.session;
  const moved = isLed ? ended(state, eligible) : null;
  const now = moved ?? state;
  const able = now.replicas.filter((id) => eligible.includes(id));
  // Of those that can lead all are well, or none is.
  const reluctance = (id: number): number => (well.includes(id) && rules.drained.has(id) ? 1 : 0);
  const best = first(able, reluctance);
  if (isLed && best !== undefined && able.includes(state.leader)) {
    const isFirst = best === now.replicas[0] && well.includes(best);
    const prefers = rules.preferred && isFirst && best !== state.leader;
    const isBetter = reluctance(best) < reluctance(state.leader);
    if (isBetter || prefers) return ledBy(now, live, best);
    return moved && state.removing.length > 0 ? ledBy(now, live, state.leader) : moved;
  }
  if (best !== undefined) return ledBy(now, live, best);
  // One that is being added may have nothing at all.
  const rank = (id: number): number => (state.adding.includes(id) ? 1 : 0);
  const there = state.replicas.filter((id) => live.has(id));
  const any = rules.unclean ? first(there, rank) : undefined;
  if (any !== undefined) return ledBy({ ...state, isr: [any] }, live, any);
  if (state.leader < 0) return null;
  return { ...state, leader: -1, session: "", epoch: state.epoch + 1 };
}

/**
 * Whether a broker may stay in the ISR of what `leader` leads: it is there, and well, too, unless
 * the leader isn't. Nobody waits then for the copies of those that are about to go.
 */
export function mayStay(
  id: number,
  leader: number,
  live: ReadonlyMap<number, LiveBroker>,
): boolean {
  return isWell(live.get(leader)) ? isWell(live.get(id)) : live.has(id);
}

/** Whether a broker is there, and is to lead and to be in ISRs. */
export function isWell(broker: LiveBroker | undefined): boolean {
  if (broker === undefined) return false;
  return !(broker.isStopping || broker.isCutOff || broker.hasFailed);
}

/** The first of those with the least rank. */
function first(ids: readonly number[], rank: (id: number) => number): number | undefined {
  return [...ids].sort((one, other) => rank(one) - rank(other))[0];
}

function ledBy(
  state: PartitionState,
  live: ReadonlyMap<number, LiveBroker>,
  leader: number,
): PartitionState {
  const session = live.get(leader)?.session ?? "";
  return { ...state, leader, session, epoch: state.epoch + 1 };
}

/** Whether this change of the leader takes one from outside the ISR. */
export function isUnclean(before: PartitionState, after: PartitionState): boolean {
  return after.leader >= 0 && !before.isr.includes(after.leader);
}
