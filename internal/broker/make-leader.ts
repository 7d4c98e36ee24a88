import { ReplicationLeader } from "../replication/leader.ts";
import { copyRules } from "./copy-rules.ts";
import type { PairPath } from "./pair-path.ts";

/** The leader of all logs of a broker, with what topics ask of their copies. */
export function makeLeader(path: PairPath, epoch: number): ReplicationLeader {
  const { clock, store, brokerId, lagTimeMaxMs, fenceAfterMs, metadata, topics, events } = path;
  const leader = new ReplicationLeader({
    clock,
    store,
    brokerId,
    epoch,
    lagTimeMaxMs,
    fenceAfterMs,
    rulesOf: (log) => copyRules(topics.topicOfLog(log.name)?.settings, lagTimeMaxMs),
    find: (name, incarnation) => {
      return name === metadata.logName ? metadata.log : topics.logNamed(name, incarnation);
    },
    changed: (log) => topics.usedPartition(log.name)?.changed(),
  });
  leader.degraded.onChange = ({ endMs, recordsAckedAlone }) => {
    if (endMs === null) {
      const message = "a synchronous slave is out of sync: acks go on without it";
      events.add("warning", "degraded", { subject: "", message });
      return;
    }
    const message = `no more is acked alone; ${recordsAckedAlone} records were`;
    events.add("info", "degraded-ended", { subject: "", message }, { recordsAckedAlone });
  };
  return leader;
}
