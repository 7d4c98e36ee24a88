import { must } from "../../failure.ts";
import { pairScenario } from "../scripted-pair.ts";

const DEGRADE = { config: { "replication.policy": "degrade" } };

/** Who leads after a promotion or a switch, and what that may lose. */
export const PROMOTION_SCENARIOS = [
  pairScenario(
    "a promotion that is told of a later one before it is done comes to nothing",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients, controls } = pair;
      await clients.make("orders", one);
      await pair.rest();

      // The two don't hear each other, and the master is started again as a slave: nobody leads.
      pair.cut();
      one.crash("kill");
      await pair.pass(100);
      controls.start(one, two);
      await pair.pass(100);

      // Both are promoted. The first has a slow disk, and a lower epoch than the other.
      pair.slowSyncs(one, 3000);
      controls.promote(one);
      controls.promote(two);
      await pair.until("the second leads", () => pair.leads(two));

      // It hears of that one before its own promotion is done.
      controls.heal();
      await pair.until("the first follows", () => one.running?.pair.following?.inSync === true);
    },
  ),

  pairScenario(
    "a promotion says what may be lost of topics that the slave hasn't heard of",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients, controls } = pair;

      // The slave's disk is so slow that it knows of nothing that is made meanwhile.
      pair.slowSyncs(two, 5000);
      await clients.make("orders", one, DEGRADE);
      await clients.write("orders", one);
      await pair.pass(1000);

      // What was acked there is lost with a promotion, which has to have said that it may be.
      controls.promote(two);
      await pair.until("the slave leads", () => pair.leads(two));
    },
  ),

  pairScenario(
    "a restarted master acks nothing before it has heard its slave, which may lead by now",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients, controls } = pair;
      await clients.make("orders", one, DEGRADE);
      await pair.rest();

      // The master ends, and the slave is promoted.
      one.crash("kill");
      await pair.pass(10);
      controls.promote(two);
      await pair.until("the slave leads", () => pair.leads(two));

      // The old master is started again, and nothing gets from one to the other.
      pair.cut();
      controls.start(one, null);
      await pair.until("the old master believes to lead", () => pair.leads(one));
      const told = await clients.write("orders", one);
      must(told !== "NONE", () => "it acks, and another one leads");
    },
    { "replica.lag.time.max.ms": 100, "replication.fence.after.ms": 2000 },
  ),

  pairScenario(
    "a master that is stopped in the middle of a switch hands over nothing",
    async (pair) => {
      const [one, two] = pair.brokers;
      const { clients, controls } = pair;
      await clients.make("orders", one, DEGRADE);
      await clients.write("orders", one);
      await pair.rest();

      // The slave was away, and has much to copy, over a network that lets little through.
      two.crash("kill");
      await pair.pass(1000);
      for (let i = 0; i < 20; i++) await clients.write("orders", one, 5000);
      pair.slowNetwork(20);
      controls.start(two, null);
      await pair.until("the slave is back", () => two.running?.pair.following?.connected === true);

      // A switch waits for that. The master is stopped meanwhile, which takes a while, too.
      controls.switchOver();
      pair.slowSyncs(one, 1000);
      await pair.pass(200);
      controls.stop(one);
      await pair.pass(3000);
      must(!pair.leads(two), () => "the slave leads without what was acked");
    },
  ),
];
