import { alive, end, restart } from "../faults/member.ts";
import type { TestNetwork } from "../faults/network.ts";
import type { Place } from "../weir.ts";
import type { ClusterMember, RunningCluster } from "./running-cluster.ts";

/** What may happen on any machine. */
export const MACHINE_FAULTS = ["none", "kill", "stop", "freeze", "etcd", "all"] as const;
/** What may happen where the network can be cut. */
export const NETWORK_FAULTS = ["no-etcd", "no-peers", "alone"] as const;
const FAULTS = [...MACHINE_FAULTS, ...NETWORK_FAULTS];

/** The name of a fault. */
export type FaultName = (typeof FAULTS)[number];

/** Longer than the lease of a broker. */
const LONG_MS = 6000;
const SHORT_MS = 2000;

/** Whether a text names a fault. */
export function isFault(text: string): text is FaultName {
  return FAULTS.some((fault) => fault === text);
}

/** Where a fault happens. */
export interface FaultScene {
  readonly cluster: RunningCluster;
  readonly network: TestNetwork | null;
  /** The broker to whom it happens, where it is one's. */
  readonly victim: ClusterMember;
}

/** Lets a fault happen. Resolves when it has begun, with what makes all well again. */
export async function cause(fault: FaultName, scene: FaultScene): Promise<() => Promise<void>> {
  const { cluster, victim } = scene;
  const { etcd, members } = cluster;
  switch (fault) {
    case "none":
      await Bun.sleep(SHORT_MS);
      return async () => {};
    case "kill":
      await end(victim, "SIGKILL");
      return () => restart(victim);
    case "stop":
      await end(victim, "SIGTERM");
      return () => restart(victim);
    case "freeze": {
      const { pid } = alive(victim);
      process.kill(pid, "SIGSTOP");
      const thaws = Bun.sleep(LONG_MS).then(() => process.kill(pid, "SIGCONT"));
      return async () => void (await thaws);
    }
    case "etcd":
      await etcd.kill();
      await Bun.sleep(Math.random() < 0.5 ? SHORT_MS : LONG_MS);
      await etcd.restart();
      return async () => {};
    case "all":
      await Promise.all(members.map((member) => end(member, "SIGKILL")));
      await Promise.all(members.map(restart));
      return async () => {};
    default:
      return await isolate(fault, scene);
  }
}

/** Cuts a broker off from etcd, from the other brokers, or from both; clients still reach it. */
async function isolate(
  fault: (typeof NETWORK_FAULTS)[number],
  { cluster: { members }, network, victim }: FaultScene,
): Promise<() => Promise<void>> {
  if (!network) throw new Error(`${fault} needs a network that can be cut`);
  const [place, peers, etcd] = [victim.options.place, [] as Place[], network.places.at(-1)];
  for (const member of members) {
    if (member !== victim && member.options.place) peers.push(member.options.place);
  }
  const others = [...(fault === "no-etcd" ? [] : peers)];
  if (etcd && fault !== "no-peers") others.push(etcd);
  if (place) await network.cut(place, others);
  const heals = Bun.sleep(LONG_MS).then(() => network.heal());
  return async () => void (await heals);
}
