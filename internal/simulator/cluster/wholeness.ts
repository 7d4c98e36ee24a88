import { isReassigning } from "../../metadata/cluster/reassign.ts";
import type { Member } from "./member.ts";
import type { Witness } from "./witness.ts";

/** Why a cluster isn't whole; null: every partition is led, and all copies are in sync. */
export function lackOf(
  members: readonly Member[],
  { registry, lostDisks }: Witness,
): string | null {
  for (const { topicId, index, state } of registry.image.partitions()) {
    const topic = registry.image.topicsById.get(topicId);
    if (!topic || lostDisks.isLost(`${topicId}/${index}`, state.isr)) continue;
    const name = `${topic.name}-${index}`;
    if (state.leader < 0) return `${name} has no leader`;
    if (isReassigning(state)) return `${name} is still on its way to ${state.adding}`;
    if (state.isr.length < state.replicas.length) return `${name} has ${state.isr} in sync`;
    const left = members.find(({ id, running }) => {
      const log = running?.parts.store.logs.get(name);
      const isThere = log?.incarnation === topicId && log.recorded;
      return isThere && !state.replicas.includes(id);
    });
    if (left) return `${name} is still at ${left.name}, which was to have it no longer`;
    for (const id of state.replicas) {
      const member = members.find((each) => each.id === id);
      const leader = members.find((each) => each.id === state.leader);
      const log = member?.running?.parts.store.logs.get(name);
      const led = leader?.running?.parts.store.logs.get(name);
      if (!log || !led) return `${name} isn't open at ${member?.name} or ${leader?.name}`;
      if (log.durableOffset !== led.endOffset) return `${name}: ${member?.name} is behind`;
      if (log.highWatermark !== led.endOffset) return `${name}: ${member?.name} isn't told`;
    }
  }
  return null;
}
