import { savedMember } from "../../broker/cluster/member-file.ts";
import type { EtcdSnapshot } from "../../platform/testing/etcd-model.ts";
import type { SimulatedEtcd } from "../etcd/etcd.ts";
import { must } from "../failure.ts";
import { DATA_DIRECTORY } from "../shared/member.ts";
import type { Stage } from "../stage.ts";
import type { Member } from "./member.ts";

/** By then every broker knows: it has looked for etcd again. */
const NOTICED_MS = 5000;

/**
 * Sets etcd back to what it was. Brokers that run and had read something newer take nothing any
 * more, and refuse to start again; to one that hadn't (it was stopped meanwhile), nothing happened.
 */
export async function restoreEtcd(
  etcd: SimulatedEtcd,
  snapshot: EtcdSnapshot,
  members: readonly Member[],
  stage: Stage,
): Promise<void> {
  if (snapshot.revision === etcd.model.revision) return;
  etcd.trace("restored", snapshot.revision);
  const isNewer = ({ running }: Member) =>
    running !== null && running.parts.metadata.image.revision > snapshot.revision;
  const misled = new Set(members.filter(isNewer));
  etcd.become("down");
  etcd.model.restore(snapshot);
  etcd.become("up");
  await stage.sleep(NOTICED_MS);
  const saved = new Map<Member, number>();
  for (const member of members) {
    const life = member.running;
    if (!life) continue;
    const isFenced = life.cluster.leader.isFenced;
    const isFine = isFenced || !misled.has(member);
    must(isFine, () => `${member.name} takes records, and etcd was restored`);
    saved.set(member, savedMember(life.process.disk, DATA_DIRECTORY)?.revision ?? 0);
    member.crash("kill");
  }
  await stage.sleep(1);
  for (const [member, revision] of saved) {
    if (revision <= etcd.model.revision) continue;
    await member.start(stage);
    // It may have come further meanwhile, by leases that have ended. An empty one is refused, too.
    const isKnown = member.refusal !== null || etcd.model.revision >= revision;
    must(isKnown, () => `${member.name} starts, and etcd was restored`);
  }
}
