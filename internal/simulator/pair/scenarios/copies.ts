import { must } from "../../failure.ts";
import { pairScenario } from "../scripted-pair.ts";

const DEGRADE = { config: { "replication.policy": "degrade" } };

/** By then a broker has noticed that its disk has room again. */
const NOTICED_MS = 2000;

/** How copies come to be the same, and who is told so. */
export const COPY_SCENARIOS = [
  pairScenario(
    "what is written behind a cut doesn't pass for damage to who was reading there",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients, controls } = pair;
      await clients.make("orders", one, DEGRADE);
      await clients.write("orders", one);
      await pair.rest();

      // The two don't hear each other. The slave is promoted, and either writes something else.
      pair.cut();
      await pair.pass(1000);
      for (let i = 0; i < 6; i++) await clients.write("orders", one, 5000);
      controls.promote(two);
      await pair.until("the slave leads", () => pair.leads(two));
      for (let i = 0; i < 12; i++) await clients.write("orders", two, 4200);

      // Somebody reads at the old master, from a slow disk, ...
      pair.slowReads(one, 2000);
      const reading = clients.read("orders", one, 2);
      await pair.pass(50);
      pair.slowReads(one, 0);

      // ... while that follows the new one, cuts what that doesn't have, and copies the rest.
      controls.heal();
      await pair.rest();
      await reading;
      const told = await clients.read("orders", one, 2);
      must(told === "NONE", () => `good records are refused: ${told}`);
    },
  ),

  pairScenario(
    "a slave with a new disk isn't told to be in sync by a master that was restarted",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients, controls } = pair;
      await clients.make("orders", one);
      await clients.write("orders", one);
      await pair.rest();

      // Both end. The slave was in sync, and has lost its disk when it is started again.
      one.crash("kill");
      two.crash("kill");
      await pair.pass(100);
      controls.loseDisk(two);
      controls.start(one, null);
      await pair.until("the master leads", () => pair.leads(one));

      // It copies everything anew, to a slow disk, and isn't in sync before it has.
      pair.slowSyncs(two, 1200);
      controls.start(two, one);
      await pair.until("the slave is in sync", () => two.running?.pair.following?.inSync === true);
      const [has, is] = [pair.durableEndOf("orders", two), pair.durableEndOf("orders", one)];
      must(has === is, () => `the slave is told to be in sync, and has ${has} of ${is}`);
    },
    { "replica.lag.time.max.ms": 60_000 },
  ),

  pairScenario(
    "a topic that is made anew doesn't write to a file of the one that was there",
    async (pair) => {
      const [one] = pair.brokers;
      const { clients, controls } = pair;
      await clients.make("orders", one, DEGRADE);
      await pair.rest();

      // The disk has no room for a large batch: the segment that was begun for it is given up.
      pair.leaveRoom(one, 2000);
      await clients.write("orders", one, 5000);
      pair.leaveRoom(one, Number.POSITIVE_INFINITY);
      await pair.pass(NOTICED_MS);
      await clients.delete("orders", one);

      // Another topic of this name gets a large batch, and the master is restarted.
      await clients.make("orders", one, DEGRADE);
      await pair.rest();
      await clients.write("orders", one, 5000);
      one.crash("kill");
      await pair.pass(10);
      controls.start(one, null);
      await pair.until("the master leads", () => pair.leads(one));
    },
  ),
];
