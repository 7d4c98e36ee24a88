import { alive, type Member, type RunningCluster, restart } from "./running-cluster.ts";

/** What may happen. */
export const FAULTS = ["kill", "stop", "freeze", "etcd", "all"] as const;

/** The name of a fault. */
export type FaultName = (typeof FAULTS)[number];

/** Longer than the lease of a broker. */
const FROZEN_MS = 6000;

/** Whether a text names a fault. */
export function isFault(text: string): text is FaultName {
  return FAULTS.some((fault) => fault === text);
}

/**
 * Lets a fault happen, to the broker `victim` where it is one broker's. Resolves when it has begun,
 * with what makes all well again.
 */
export async function cause(
  { etcd, members }: RunningCluster,
  fault: FaultName,
  victim: Member,
): Promise<() => Promise<void>> {
  switch (fault) {
    case "kill":
      await victim.broker?.end("SIGKILL");
      return () => restart(victim);
    case "stop":
      await victim.broker?.end("SIGTERM");
      return () => restart(victim);
    case "freeze": {
      const { pid } = alive(victim);
      process.kill(pid, "SIGSTOP");
      const thaws = Bun.sleep(FROZEN_MS).then(() => process.kill(pid, "SIGCONT"));
      return async () => void (await thaws);
    }
    case "etcd":
      await etcd.kill();
      await Bun.sleep(Math.random() < 0.5 ? 2000 : FROZEN_MS);
      await etcd.restart();
      return async () => {};
    case "all":
      await Promise.all(members.map(({ broker }) => broker?.end("SIGKILL")));
      await Promise.all(members.map(restart));
      return async () => {};
  }
}
