import { ETCD_HOST } from "../../etcd/etcd.ts";
import { must } from "../../failure.ts";
import type { Member } from "../member.ts";
import { clusterScenario, type ScriptedCluster } from "../scripted-cluster.ts";

const GROUP = "readers";

/** Commits an offset of the group, with whoever coordinates it, and returns who that is. */
async function commit(cluster: ScriptedCluster, offset: number, by: Member): Promise<Member> {
  for (;;) {
    const id = await cluster.clients.coordinatorOf(GROUP, by);
    const coordinator = cluster.brokers.find((broker) => broker.id === id);
    const told =
      coordinator && (await cluster.clients.commit(GROUP, "orders", offset, coordinator));
    if (coordinator && told === "NONE") return coordinator;
    await cluster.pass(50);
  }
}

/** What coordinators know of groups that others have coordinated meanwhile. */
export const GROUP_SCENARIOS = [
  clusterScenario(
    "a coordinator that leads again knows what another one has committed since",
    async (cluster) => {
      const { brokers, clients } = cluster;
      await clients.make("orders", brokers[0]);
      const first = await commit(cluster, 1, brokers[0]);
      const other = brokers.find((broker) => broker !== first) ?? first;

      // The coordinator's lease ends, and another one commits for the group.
      cluster.cut(first, ETCD_HOST);
      await cluster.until("the lease has ended", () => !cluster.known(first));
      await commit(cluster, 2, other);

      // It is the first of the copies, and leads again after a while.
      cluster.heal();
      const leader = () => cluster.partitionOf("__consumer_offsets")?.leader;
      await cluster.until("it leads again", () => leader() === first.id);
      let found: number | null = null;
      while (found === null) {
        await cluster.pass(50);
        found = await clients.committed(GROUP, "orders", first);
      }
      must(found === 2, () => `2 was committed, and ${found} is known`);
    },
  ),
];
