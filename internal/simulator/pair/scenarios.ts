import { must } from "../failure.ts";
import type { Scenario } from "../scenario.ts";
import { pairScenario } from "./scripted-pair.ts";

/** Stories of brokers that are a pair. */
export const PAIR_SCENARIOS: readonly Scenario[] = [
  pairScenario(
    "what is written behind a cut doesn't pass for damage to who was reading there",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients } = pair;
      await clients.make("orders", one, { config: { "replication.policy": "degrade" } });
      await clients.write("orders", one);
      await pair.rest();

      // The two don't hear each other. The slave is promoted, and either writes something else.
      pair.cut();
      await pair.pass(1000);
      for (let i = 0; i < 6; i++) await clients.write("orders", one, 5000);
      pair.controls.promote(two);
      await pair.until("the slave leads", () => two.running?.pair.role === "master");
      for (let i = 0; i < 12; i++) await clients.write("orders", two, 4200);

      // Somebody reads at the old master, from a slow disk, ...
      pair.slowReads(one, 2000);
      const reading = clients.read("orders", one, 2);
      await pair.pass(50);
      pair.slowReads(one, 0);

      // ... while that follows the new one, cuts what that doesn't have, and copies the rest.
      pair.controls.heal();
      await pair.rest();
      await reading;
      const told = await clients.read("orders", one, 2);
      must(told === "NONE", () => `good records are refused: ${told}`);
    },
  ),
];
