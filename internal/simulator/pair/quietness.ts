import type { Member } from "./member.ts";

/** Whether both lead: one of them doesn't know yet that it was replaced. */
export function isDisputed(members: readonly Member[]): boolean {
  return members.every(({ running }) => running?.pair.role === "master");
}

/** Whether one leads and the other one follows it, with all that there is. */
export function isQuiet(members: readonly Member[]): boolean {
  const lives = members.map(({ running }) => running);
  const master = lives.find((life) => life?.pair.role === "master");
  const slave = lives.find((life) => life?.pair.role === "slave");
  if (!master || !slave?.pair.following?.connected) return false;
  for (const log of master.parts.store.logs.values()) {
    const copy = slave.parts.store.logs.get(log.name);
    const isEmpty = log.endOffset === 0 && !copy;
    if (!isEmpty && copy?.durableOffset !== log.endOffset) return false;
    if (copy && copy.highWatermark !== log.highWatermark) return false;
    if (log.highWatermark !== log.endOffset) return false;
  }
  // A topic that only the slave had is about to go.
  const { logs } = master.parts.store;
  const isStray = [...slave.parts.store.logs.values()].some(
    ({ name, incarnation, endOffset }) =>
      endOffset > 0 && logs.get(name)?.incarnation !== incarnation,
  );
  return slave.pair.following.inSync && !isStray;
}
