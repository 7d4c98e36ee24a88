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
 * chosen from. Those that are there but not well leave it, too, and with it what they lead, as long
 * as one is left that is: nobody waits for their copies then when they go. Each choice of a leader,
 * also of the same one in another life, is a new epoch.
 */
export function nextState(
  state: PartitionState,
  live: ReadonlyMap<number, LiveBroker>,
  rules: ElectionRules,
): PartitionState | null {
  const present = state.isr.filter((id) => live.has(id));
  const well = present.filter((id) => isWell(live.get(id)));
  const isr = well.length > 0 ? well : present;
  const isLed = live.get(state.leader)?.session === state.session && isr.includes(state.leader);
  const [next] = state.replicas.filter((id) => isr.includes(id));
  if (isLed) {
    const isFirst = next !== undefined && next === state.replicas[0] && isWell(live.get(next));
    const prefers = rules.preferred && isFirst && next !== state.leader;
    if (!prefers) return isr.length < state.isr.length ? { ...state, isr } : null;
  }
  if (next !== undefined) return ledBy(state, live, next, isr);
  const any = rules.unclean ? state.replicas.find((id) => live.has(id)) : undefined;
  if (any !== undefined) return ledBy(state, live, any, [any]);
  if (state.leader < 0) return null;
  return { ...state, leader: -1, session: "", epoch: state.epoch + 1 };
}

/** Whether a broker is there, and is to lead and to be in ISRs. */
export function isWell(broker: LiveBroker | undefined): boolean {
  return broker !== undefined && !broker.isStopping && !broker.isCutOff;
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
