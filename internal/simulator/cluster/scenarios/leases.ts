import { ETCD_HOST } from "../../etcd/etcd.ts";
import { clusterScenario } from "../scripted-cluster.ts";

/** What ends with a broker's lease, and what doesn't. */
export const LEASE_SCENARIOS = [
  clusterScenario(
    "a leader whose lease has ended takes nobody out of the ISR, though all are gone",
    async (cluster) => {
      await cluster.clients.make("orders", cluster.brokers[0]);
      await cluster.write("orders");
      await cluster.whole();

      // All leases end. The leader hears that of all others, and of itself, in one moment.
      for (const broker of cluster.brokers) cluster.cut(broker, ETCD_HOST);
      await cluster.until("all are gone", () => !cluster.brokers.some((one) => cluster.known(one)));
      cluster.heal();
    },
  ),
];
