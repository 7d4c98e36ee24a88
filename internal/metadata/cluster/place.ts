import type { LiveBroker, PartitionState } from "./cluster-state.ts";

/** What a broker has already: of how many partitions it is the preferred leader, or has copies. */
interface Load {
  readonly broker: LiveBroker;
  leads: number;
  copies: number;
}

/**
 * Places the copies of `count` new partitions: each partition's on different brokers, on different
 * racks as far as there are, with leads and copies spread evenly over the brokers, counting what
 * they have already. The first of a partition's brokers is to lead it.
 */
export function place(
  count: number,
  copies: number,
  live: Iterable<LiveBroker>,
  existing: Iterable<Pick<PartitionState, "replicas">>,
): readonly (readonly LiveBroker[])[] {
  const loads = new Map([...live].map((broker) => [broker.id, { broker, leads: 0, copies: 0 }]));
  for (const { replicas } of existing) {
    replicas.forEach((id, at) => {
      const load = loads.get(id);
      if (load) add(load, at === 0);
    });
  }
  return Array.from({ length: count }, () => placeOne(copies, [...loads.values()]));
}

function add(load: Load, leads: boolean): void {
  load.copies++;
  if (leads) load.leads++;
}

function placeOne(copies: number, loads: readonly Load[]): readonly LiveBroker[] {
  const chosen: Load[] = [];
  while (chosen.length < Math.min(copies, loads.length)) {
    const racks = new Set(chosen.map(({ broker }) => broker.rack));
    const isFirst = chosen.length === 0;
    const cost = (load: Load): readonly number[] => [
      racks.has(load.broker.rack) && load.broker.rack !== null ? 1 : 0,
      isFirst ? load.leads : load.copies,
      isFirst ? load.copies : load.leads,
      load.broker.id,
    ];
    const free = loads.filter((load) => !chosen.includes(load));
    const best = free.reduce((one, other) => (isLess(cost(other), cost(one)) ? other : one));
    add(best, isFirst);
    chosen.push(best);
  }
  return chosen.map(({ broker }) => broker);
}

/** Compares the first numbers, and where these are the same the next. */
function isLess(one: readonly number[], other: readonly number[]): boolean {
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? 0;
    if (value !== against) return value < against;
  }
  return false;
}
