import { output } from "../command.ts";
import type { Place } from "./pair.ts";

/** A network of its own for two brokers, beside the machine's, that can be cut between them. */
export interface PairNetwork extends AsyncDisposable {
  readonly places: readonly [one: Place, two: Place];
  /** Nothing gets from one broker to the other; clients, on the machine, reach both. */
  cut(): Promise<void>;
  heal(): Promise<void>;
}

const BRIDGE = "weirbr0";
const CLIENT = "10.77.0.1/24";
const PLACES = [
  { namespace: "weir-one", host: "10.77.0.2" },
  { namespace: "weir-two", host: "10.77.0.3" },
] as const;

/** Makes the network; needs root and iproute2. */
export async function makeNetwork(): Promise<PairNetwork> {
  const ip = (...args: string[]) => output(["ip", ...args]);
  const within = (place: Place, ...args: string[]) => ip("-n", place.namespace, ...args);
  const [one, two] = PLACES;
  const remove = async () => {
    for (const { namespace } of PLACES) await ip("netns", "del", namespace);
    await ip("link", "del", BRIDGE);
  };
  await ip("link", "add", BRIDGE, "type", "bridge");
  await ip("addr", "add", CLIENT, "dev", BRIDGE);
  await ip("link", "set", BRIDGE, "up");
  for (const [index, place] of PLACES.entries()) {
    const outer = `weirv${index}`;
    await ip("netns", "add", place.namespace);
    await ip("link", "add", outer, "type", "veth", "peer", "eth0", "netns", place.namespace);
    await ip("link", "set", outer, "master", BRIDGE, "up");
    await within(place, "addr", "add", `${place.host}/24`, "dev", "eth0");
    await within(place, "link", "set", "eth0", "up");
    await within(place, "link", "set", "lo", "up");
  }
  const route = async (action: "add" | "del") => {
    await within(one, "route", action, "blackhole", `${two.host}/32`);
    await within(two, "route", action, "blackhole", `${one.host}/32`);
  };
  return {
    places: PLACES,
    cut: () => route("add"),
    heal: () => route("del"),
    [Symbol.asyncDispose]: remove,
  };
}
