import { ReplicationLeader } from "../../replication/leader.ts";
import type { LedLog } from "../../replication/led-log.ts";
import { copyRules } from "../membership/copy-rules.ts";
import { tellOfFollowers, tellOfLeftOut } from "../membership/follower-events.ts";
import type { ClusterPath } from "./cluster-path.ts";

/** The leader of those logs that etcd says; `wanted` is told when one may want another ISR. */
export function clusterLeader(
  path: ClusterPath,
  isOutdated: () => boolean,
  wanted: (led: LedLog) => void,
): ReplicationLeader {
  const { clock, store, brokerId, lagTimeMaxMs, topics, events } = path;
  const leader: ReplicationLeader = new ReplicationLeader({
    clock,
    store,
    brokerId,
    lagTimeMaxMs,
    fenceAfterMs: 0,
    isOutdated,
    // A copy that nobody has to wait for is one that isn't in sync.
    rulesOf: (log) => {
      const settings = topics.topicOfLog(log.name)?.settings;
      return { ...copyRules(settings, lagTimeMaxMs), mode: "sync", policy: "degrade" };
    },
    find: (name, incarnation, leaderEpoch) => {
      const log = topics.logNamed(name, incarnation);
      const led = log && leader.led(log);
      return led?.epoch === leaderEpoch ? led : null;
    },
    leftOut: (log, range, follower) => tellOfLeftOut(events, log, range, follower),
    changed: (led) => {
      wanted(led);
      topics.usedPartition(led.log.name)?.changed();
    },
  });
  tellOfFollowers(leader, events);
  return leader;
}
