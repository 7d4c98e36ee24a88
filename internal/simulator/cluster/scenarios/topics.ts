import { must } from "../../failure.ts";
import { clusterScenario } from "../scripted-cluster.ts";

/** How topics are made and deleted, through one broker and another. */
export const TOPIC_SCENARIOS = [
  clusterScenario(
    "a topic isn't made again by a broker that has yet to take it over",
    async (cluster) => {
      const { brokers, clients } = cluster;
      await clients.make("old", brokers[0]);
      await cluster.write("old");
      const { leader, others } = cluster.rolesOf("old");
      const [behind] = others;

      // One broker's disk is slow: while it removes a topic, it takes over nothing that is new.
      cluster.slowSyncs(behind, 2000);
      await clients.delete("old", leader);
      await clients.make("orders", leader);
      await cluster.write("orders");

      // It is asked for a topic that the others have had for a while.
      const answer = await clients.make("orders", behind);
      must(answer === "TOPIC_ALREADY_EXISTS", () => `a topic is made that is there: ${answer}`);
    },
  ),
];
