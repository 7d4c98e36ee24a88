import type { PartitionState } from "./cluster-state.ts";

/*
 * A partition moves by its replicas (KIP-455). New copies are added to those that there are, catch
 * up outside of the ISR, and come into it as any other; then those that are to go, go at once:
 *
 *     replicas   adding  removing        isr
 *     1 2 3      -       -               1 2 3
 *     4 2 3 1    4       1               1 2 3       asked for: 4 2 3
 *     4 2 3 1    4       1               1 2 3 4     the leader has let 4 in
 *     4 2 3      -       -               2 3 4       the controller ends it: a new epoch
 *
 * Who asks changes these three fields and nothing else: that can't take anything from anyone. A
 * copy that was to be added and isn't wanted any more stays in `adding`, and is in `removing`, too:
 * what the partition had before is known until the end.
 */

/** The copies that a partition is to have. */
export function targetOf({ replicas, removing }: PartitionState): readonly number[] {
  return removing.length === 0 ? replicas : replicas.filter((id) => !removing.includes(id));
}

/** The copies that it had before it was moved. */
export function establishedOf({ replicas, adding }: PartitionState): readonly number[] {
  return replicas.filter((id) => !adding.includes(id));
}

/** Whether copies come or go. */
export function isReassigning({ adding, removing }: PartitionState): boolean {
  return adding.length + removing.length > 0;
}

/** The copies that are on their way, without those that were called off. */
export function comingOf({ adding, removing }: PartitionState): readonly number[] {
  return adding.filter((id) => !removing.includes(id));
}

/** The state in which a partition is on its way to these copies, the preferred leader first. */
export function reassigned<State extends PartitionState>(
  state: State,
  target: readonly number[],
): State {
  const established = establishedOf(state);
  const removing = state.replicas.filter((id) => !target.includes(id));
  const replicas = [...target, ...removing];
  const adding = replicas.filter((id) => !established.includes(id));
  return { ...state, replicas, adding, removing };
}

/** The state in which a move is called off: it goes back to the copies that were before. */
export function calledOff<State extends PartitionState>(state: State): State {
  return reassigned(state, establishedOf(state));
}

/**
 * The state behind a move that can end now, with a leader that may be none of its copies; null if
 * it can't, or there is none. All new copies are in sync, and no fewer are in sync behind it than
 * were of the old ones, as far as there are to be so many. Those in the ISR count that `count`.
 */
export function ended(state: PartitionState, count: readonly number[]): PartitionState | null {
  if (!isReassigning(state)) return null;
  const replicas = targetOf(state);
  const behind = count.filter((id) => replicas.includes(id));
  const before = count.filter((id) => !state.adding.includes(id));
  if (comingOf(state).some((id) => !behind.includes(id))) return null;
  if (behind.length < Math.max(1, Math.min(replicas.length, before.length))) return null;
  const isr = state.isr.filter((id) => replicas.includes(id));
  return { ...state, replicas, adding: [], removing: [], isr };
}
