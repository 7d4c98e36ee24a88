import type { LiveBroker, PartitionState } from "./cluster-state.ts";

/** How a leader is chosen. */
export interface ElectionRules {
  /** Whether a copy that isn't in the ISR may lead where no other is there: it loses records. */
  readonly unclean: boolean;
  /** Whether the lead goes back to the first of the replicas, where the leader is well. */
  readonly preferred: boolean;
}

/**
 * What a partition's state has to be, now that these brokers are there; null: what it is.
 *
 * Brokers that aren't there leave the ISR, as long as one is left: it alone is what a leader is
 * chosen from. Each choice of a leader, also of the same one in another life, is a new epoch.
 */
export function nextState(
  state: PartitionState,
  live: ReadonlyMap<number, LiveBroker>,
  rules: ElectionRules,
): PartitionState | null {
  const isr = state.isr.filter((id) => live.has(id));
  const leader = live.get(state.leader);
  const isLed = leader?.session === state.session && isr.includes(state.leader);
  const able = state.replicas.filter((id) => isr.includes(id));
  const staying = able.filter((id) => !live.get(id)?.isStopping);
  if (isLed) {
    const [first] = state.replicas;
    const prefers = rules.preferred && first !== state.leader && first === staying[0];
    const better = leader.isStopping || prefers ? staying[0] : undefined;
    if (better !== undefined) return ledBy(state, live, better, isr);
    return isr.length < state.isr.length ? { ...state, isr } : null;
  }
  const next = staying[0] ?? able[0];
  if (next !== undefined) return ledBy(state, live, next, isr);
  const any = rules.unclean ? state.replicas.find((id) => live.has(id)) : undefined;
  if (any !== undefined) return ledBy(state, live, any, [any]);
  if (state.leader < 0) return null;
  return { ...state, leader: -1, session: "", epoch: state.epoch + 1 };
}

function ledBy(
  { replicas, epoch }: PartitionState,
  live: ReadonlyMap<number, LiveBroker>,
  leader: number,
  isr: readonly number[],
): PartitionState {
  const session = live.get(leader)?.session ?? "";
  return { replicas, isr, leader, session, epoch: epoch + 1 };
}

/** Whether this change of the leader takes one from outside the ISR. */
export function isUnclean(before: PartitionState, after: PartitionState): boolean {
  return after.leader >= 0 && !before.isr.includes(after.leader);
}
