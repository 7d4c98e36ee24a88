import { clusterScenario } from "../scripted-cluster.ts";

/** What happens to copies that go from broker to broker. */
export const MOVE_SCENARIOS = [
  clusterScenario(
    "a copy doesn't go for one whose broker has died since it came into the ISR",
    async (cluster) => {
      const { brokers, clients, controller } = cluster;
      await clients.make("orders", brokers[0]);
      await cluster.write("orders");
      const { leader, others } = cluster.rolesOf("orders");
      const [first, second] = others;
      const next = first === controller ? second : first;

      // The only copy moves. Of what is decided all are told late: that the new one is in sync, ...
      for (const broker of brokers) cluster.delay(broker, "watch", 3000);
      await clients.move("orders", leader, [next]);
      const isIn = () => cluster.partitionOf("orders")?.isr.includes(next.id) === true;
      await cluster.until("the new copy is in sync", isIn);

      // ... and that its broker has died, and its lease has ended. The old copy has to stay.
      cluster.kill(next);
      await cluster.until("it is gone", () => !cluster.known(next));
      await cluster.pass(3000);
      for (const broker of brokers) cluster.delay(broker, "watch", 0);
    },
    { "default.replication.factor": 1, "replica.lag.time.max.ms": 10_000 },
  ),
];
