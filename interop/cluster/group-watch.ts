import { OFFSETS_TOPIC, partitionOf } from "../../internal/coordination/offsets-topic.ts";
import { type GroupMembers, hasMembers, openMembers } from "../faults/group-members.ts";
import { brokenGroupPromises, readGroupLog } from "../faults/group-promises.ts";
import { addressOf, until } from "../faults/member.ts";
import { anyOf, leaderOf, partitionsOf, type RunningCluster } from "./running-cluster.ts";

const GROUP = "watched";
const MEMBERS = ["one", "two", "three"];

/** A group that reads a topic, and commits what it has read. */
export async function startGroup(cluster: RunningCluster, topic: string): Promise<GroupMembers> {
  if (!hasMembers) throw new Error("the members' program is missing: run interop/install.sh");
  const settings = { broker: cluster.bootstrap, topic, group: GROUP } as const;
  const members = openMembers({ ...settings, strategy: "range" });
  for (const name of MEMBERS) await members.start(name);
  return members;
}

/**
 * What was promised to the group and isn't so, in words: all records were read, no commit went
 * further than that, and none that was acked is lost or went back. Ends the members.
 */
export async function brokenOfGroup(
  cluster: RunningCluster,
  topic: string,
  members: GroupMembers,
): Promise<string[]> {
  const { ledger } = members;
  const ends = (await partitionsOf(anyOf(cluster.members), topic)).map((row) => row.high_watermark);
  const broken: string[] = [];
  await until("the group has read all", async () => {
    return ends.every((end, partition) => (ledger.reads.get(partition)?.end ?? 0) >= end);
  }).catch((error: unknown) => broken.push(String(error)));
  for (const name of members.names) await members.leave(name);
  await members.end();
  const count = (await partitionsOf(anyOf(cluster.members), OFFSETS_TOPIC)).length;
  const partition = partitionOf(GROUP, count);
  const leader = await leaderOf(cluster, OFFSETS_TOPIC, partition);
  if (!leader) return [...broken, "nobody coordinates the group"];
  const changes = await readGroupLog(addressOf(leader), partition);
  return [...broken, ...ledger.skips, ...brokenGroupPromises(changes, GROUP, ledger.ackedCommits)];
}
