import type { FollowerChange } from "../../replication/follower-news.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { DamagedRange } from "../../storage/segments/damaged-range.ts";
import type { EventLog } from "../observability/event-log.ts";

/** Writes down what happens to a leader's followers. */
export function tellOfFollowers(leader: ReplicationLeader, events: EventLog): void {
  leader.degraded.onChange = ({ endMs, recordsAckedAlone }) => {
    if (endMs === null) {
      const message = "a synchronous copy is out of sync: acks go on without it";
      events.add("warning", "degraded", { subject: "", message });
      return;
    }
    const message = `no more is acked alone; records that were: ${recordsAckedAlone}`;
    events.add("info", "degraded-ended", { subject: "", message }, { recordsAckedAlone });
  };
  leader.onFollower = (change) => noteFollower(events, change);
  let wasFenced = false;
  leader.onFenced = (isFenced) => {
    if (isFenced !== wasFenced) noteFence(events, isFenced);
    wasFenced = isFenced;
  };
}

/** Writes down when nothing is acked any more because another broker may lead, and when it is. */
function noteFence(events: EventLog, isFenced: boolean): void {
  const why = "others haven't been heard, or the lease may have ended: another broker may lead";
  const message = isFenced ? `nothing is acked: ${why}` : "this broker acks again";
  if (isFenced) events.add("warning", "writes-fenced", { subject: "", message });
  else events.add("info", "writes-unfenced", { subject: "", message });
}

/** Writes down what a follower can't have. */
export function tellOfLeftOut(
  events: EventLog,
  { name }: PartitionLog,
  range: DamagedRange,
  follower: number,
): void {
  const { fromOffset, toOffset, path: file, position } = range;
  const offsets = `offsets ${fromOffset} to ${toOffset - 1}`;
  const what = `${offsets} are missing in the copy of broker ${follower}`;
  const message = `${what}: they can't be read here (${file}, position ${position})`;
  const where = { fromOffset, toOffset, file, position };
  events.add("error", "records-not-copied", { subject: name, message }, where);
}

/** Writes down what happened to a follower. */
function noteFollower(events: EventLog, change: FollowerChange): void {
  const { severity, kind, what } = eventOf(change);
  events.add(severity, kind, { subject: "", message: `broker ${change.brokerId} ${what}` });
}

function eventOf(change: FollowerChange) {
  switch (change.kind) {
    case "disconnected": {
      const what = "follows no longer: its connection is gone";
      return { severity: "warning", kind: "follower-disconnected", what } as const;
    }
    case "out-of-sync": {
      const what = `fell out of the ISR of ${logsText(change.logs)}`;
      return { severity: "warning", kind: "isr-shrunk", what } as const;
    }
    case "in-sync": {
      const seconds = Math.round(change.outMs / 1000);
      const what = `is in the ISR of all partitions again, after ${seconds} s`;
      return { severity: "info", kind: "isr-expanded", what } as const;
    }
  }
}

/** The first that people know, and how many more. */
function logsText(logs: readonly string[]): string {
  const [first = "", ...others] = [...logs].sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)));
  if (others.length === 0) return first;
  return `${first} and ${others.length} more ${others.length === 1 ? "partition" : "partitions"}`;
}

function isOwn(log: string): boolean {
  return log.startsWith("__");
}
