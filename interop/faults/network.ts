import { output, run } from "../command.ts";
import type { Place } from "../weir.ts";

/** A network beside the machine's own, that can be cut between any of its places. */
export interface TestNetwork extends AsyncDisposable {
  readonly places: readonly Place[];
  /** Nothing gets from one place to the others, or back; clients, on the machine, reach all. */
  cut(one: Place, others: readonly Place[]): Promise<void>;
  /** Takes all cuts back. */
  heal(): Promise<void>;
}

const BRIDGE = "weirbr0";
const CLIENT = "10.77.0.1/24";
/** Nobody has this address: what is sent there is lost without a word, as in a network. */
const NOBODY = "02:00:00:00:00:01";

/** Whether networks can be made here. */
export const hasNetworks = process.getuid?.() === 0 && Bun.which("ip") !== null;

/** Makes a network of so many places; needs root and iproute2. */
export async function makeNetwork(count: number): Promise<TestNetwork> {
  const ip = (...args: string[]) => output(["ip", ...args]);
  const places = Array.from({ length: count }, (_, index) => {
    return { namespace: `weir-${index + 1}`, host: `10.77.0.${index + 2}` };
  });
  const remove = async () => {
    for (const { namespace } of places) await run(["ip", "netns", "del", namespace]);
    await run(["ip", "link", "del", BRIDGE]);
  };
  await remove(); // a run that was killed leaves them
  await ip("link", "add", BRIDGE, "type", "bridge");
  await ip("addr", "add", CLIENT, "dev", BRIDGE);
  await ip("link", "set", BRIDGE, "up");
  for (const [index, { namespace, host }] of places.entries()) {
    const outer = `weirv${index}`;
    await ip("netns", "add", namespace);
    await ip("link", "add", outer, "type", "veth", "peer", "eth0", "netns", namespace);
    await ip("link", "set", outer, "master", BRIDGE, "up");
    await ip("-n", namespace, "addr", "add", `${host}/24`, "dev", "eth0");
    await ip("-n", namespace, "link", "set", "eth0", "up");
    await ip("-n", namespace, "link", "set", "lo", "up");
  }
  const cuts: (readonly [from: Place, to: Place])[] = [];
  const neighbour = ([from, to]: readonly [Place, Place], ...change: string[]) =>
    ip("-n", from.namespace, "neigh", change[0] ?? "", to.host, ...change.slice(1), "dev", "eth0");
  return {
    places,
    cut: async (one, others) => {
      const ways = others.flatMap((other) => [[one, other] as const, [other, one] as const]);
      cuts.push(...ways);
      const nobody = ["replace", "lladdr", NOBODY, "nud", "permanent"];
      await Promise.all(ways.map((way) => neighbour(way, ...nobody)));
    },
    heal: async () => {
      await Promise.all(cuts.splice(0).map((way) => neighbour(way, "del")));
    },
    [Symbol.asyncDispose]: remove,
  };
}
