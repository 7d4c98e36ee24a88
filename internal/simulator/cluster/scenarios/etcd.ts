import { ETCD_HOST } from "../../etcd/etcd.ts";
import { must } from "../../failure.ts";
import { clusterScenario } from "../scripted-cluster.ts";

/** Where a lease is longer than usual: so long that calls time out within it. */
const LEASE_MS = 6000;

/** What brokers do where etcd, or what it says, comes late. */
export const ETCD_SCENARIOS = [
  clusterScenario(
    "what is led of a deleted topic ends with its lease, though its log is still there",
    async (cluster) => {
      await cluster.clients.make("orders", cluster.brokers[0]);
      await cluster.write("orders");
      const { leader, others } = cluster.rolesOf("orders");

      // The topic is deleted; its leader's disk is slow, and the log is there for a while yet.
      cluster.slowSyncs(leader, 20_000);
      await cluster.clients.delete("orders", others[0]);

      // The leader's lease ends meanwhile. With the next one it leads nothing that it led before.
      cluster.cut(leader, ETCD_HOST);
      await cluster.until("the lease has ended", () => !cluster.known(leader));
      cluster.heal();
      await cluster.until("there is another", () => cluster.known(leader) !== undefined);
    },
  ),

  clusterScenario(
    "a listing that was long under way takes back nothing that was told since",
    async (cluster) => {
      const [one, , three] = cluster.brokers;
      await cluster.clients.make("orders", one, { partitionCount: 3 });
      await cluster.whole();
      cluster.kill(three);

      // The first broker's lease ends, and it loses its watch.
      cluster.cut(one, ETCD_HOST);
      await cluster.until("both are gone", () => !cluster.known(one) && !cluster.known(three));
      cluster.etcd.model.endWatches();

      // It enters again, and lists what there is: the third isn't. That answer is long under way.
      cluster.delay(one, "list", 1500);
      cluster.heal();
      await cluster.pass(50);
      cluster.delay(one, "list", 0);

      // A new watch tells it that the third is back, and then the listing comes.
      cluster.start(three);
      await cluster.until("the third is back", () => cluster.knows(one, three));
      await cluster.until("the first is back", () => cluster.known(one) !== undefined);
      must(cluster.knows(one, three), () => "the first doesn't know of the third any more");
    },
  ),

  clusterScenario(
    "a broker is heard that was cut off, and is told only then that it had said so",
    async (cluster) => {
      const [one, two, three] = cluster.brokers;
      await cluster.clients.make("orders", one);
      await cluster.whole();

      // The first broker hears no other one. When it would say so, etcd is down ...
      cluster.cut(one, two);
      cluster.cut(one, three);
      await cluster.pass(0.7 * LEASE_MS);
      cluster.etcd.become("down");
      await cluster.pass(LEASE_MS);

      // ... and when that is up again, it hears what the broker says, and isn't heard by it.
      cluster.cutOneWay(ETCD_HOST, one);
      cluster.etcd.become("up");
      await cluster.until("etcd has it", () => cluster.known(one)?.isCutOff === true);

      // The broker hears the others again. It has nothing to take back as long as it isn't told.
      cluster.healBetween(one, two);
      cluster.healBetween(one, three);
      await cluster.pass(LEASE_MS);
      cluster.heal();
      await cluster.until("it takes it back", () => cluster.known(one)?.isCutOff === false);
    },
    { "cluster.lease.ms": LEASE_MS },
  ),

  clusterScenario(
    "a broker whose lease ends before it is told that it has come in comes in again",
    async (cluster) => {
      const [one] = cluster.brokers;
      cluster.kill(one);
      await cluster.until("it is gone", () => !cluster.known(one));

      // It comes in, and isn't told.
      cluster.delay(one, "watch", 4000);
      cluster.start(one);
      await cluster.until("it is back", () => cluster.known(one) !== undefined);

      // Its lease ends, as it can't renew it. It learns that before it is told of either.
      cluster.cut(one, ETCD_HOST);
      await cluster.until("the lease has ended", () => !cluster.known(one));
      cluster.heal();
      await cluster.pass(4000);
      cluster.delay(one, "watch", 0);
      await cluster.until("it is back once more", () => cluster.known(one) !== undefined);
    },
  ),
];
