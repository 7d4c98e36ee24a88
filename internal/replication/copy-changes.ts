/** The ways of one copy into the ISR and out of it; each tells whether anything changed. */
import type { Copy, IsrAuthority } from "./copy-state.ts";

/** Whether a copy may come into the ISR now. */
export function mayJoin({ brokerId, synchronous }: Copy, authority: IsrAuthority | null): boolean {
  return synchronous && (authority?.mayJoin(brokerId) ?? true);
}

/** It is in sync: so it is in the ISR, or that is proposed. */
export function admit(copy: Copy, authority: IsrAuthority | null): boolean {
  if (!authority) return enter(copy);
  copy.standing = "joining"; // from now on it may be in the ISR any moment
  return propose(copy, "in");
}

/** It isn't in sync any more: so it is out, or that is proposed, and waited for. */
export function drop(copy: Copy, authority: IsrAuthority | null, nowMs: number): boolean {
  if (!authority) return leave(copy, nowMs);
  if (copy.standing === "in") return propose(copy, "out");
  return copy.proposed === null && leave(copy, nowMs);
}

/** What was proposed has been decided: it is in the ISR, or it isn't. */
export function decide(copy: Copy, isIn: boolean, nowMs: number): boolean {
  const { standing, proposed } = copy;
  copy.proposed = null;
  if (isIn) return enter(copy);
  return (standing === "in" || proposed === "in") && leave(copy, nowMs);
}

/** It should be in the ISR, or out of it; null: nothing is to change. */
export function propose(copy: Copy, proposed: Copy["proposed"]): boolean {
  if (copy.proposed === proposed) return false;
  copy.proposed = proposed;
  return true;
}

function enter(copy: Copy): boolean {
  if (copy.standing === "in") return false;
  copy.standing = "in";
  copy.outSinceMs = null;
  copy.wasIn = true;
  return true;
}

function leave(copy: Copy, nowMs: number): boolean {
  if (copy.standing === "out") return false;
  copy.standing = "out";
  copy.outSinceMs ??= nowMs;
  return true;
}
