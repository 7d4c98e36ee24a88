import { alone } from "../../replication/lead-terms.ts";
import { ReplicationLeader } from "../../replication/leader.ts";
import { copyRules } from "../membership/copy-rules.ts";
import { tellOfFollowers, tellOfLeftOut } from "../membership/follower-events.ts";
import type { PairPath } from "./pair-path.ts";

/**
 * The leader of all logs of a broker, with what topics ask of their copies. `isOutdated` says
 * whether another broker is known to have taken its place.
 */
export function makeLeader(
  path: PairPath,
  epoch: number,
  isOutdated: () => boolean,
): ReplicationLeader {
  const { clock, store, brokerId, lagTimeMaxMs, fenceAfterMs, metadata, topics, events } = path;
  const leader: ReplicationLeader = new ReplicationLeader({
    clock,
    store,
    brokerId,
    lagTimeMaxMs,
    fenceAfterMs,
    isOutdated,
    rulesOf: (log) => copyRules(topics.topicOfLog(log.name)?.settings, lagTimeMaxMs),
    find: (name, incarnation) => {
      const isMetadata = name === metadata.logName;
      const log = isMetadata ? metadata.log : topics.logNamed(name, incarnation);
      return log && leader.lead(log, alone(epoch));
    },
    leftOut: (log, range, follower) => tellOfLeftOut(events, log, range, follower),
    changed: ({ log }) => topics.usedPartition(log.name)?.changed(),
  });
  tellOfFollowers(leader, events);
  return leader;
}
