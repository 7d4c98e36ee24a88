import type { ReplicationStatus } from "../../internal/client/api.ts";
import { counted, humanBytes, humanDuration } from "../output/numbers.ts";

/** One line of the table: what, for people, and for programs. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  readonly plain: string | number | boolean | null | readonly object[];
}

/** Who leads, who follows, and what isn't as it should be. */
export function replicationFacts(status: ReplicationStatus, nowMs: number): Fact[] {
  const { role, leaderId, leaderEpoch } = status;
  if (role === "member") {
    const own = [fact("role", role), fact("controller", leaderId)];
    return [...own, ...leadingFacts(status, "followers", nowMs)];
  }
  const own = [fact("role", role), fact("leader", leaderId), fact("leader_epoch", leaderEpoch)];
  return [
    ...own,
    ...(role === "slave" ? slaveFacts(status) : leadingFacts(status, "slaves", nowMs)),
  ];
}

function fact(name: string, plain: Fact["plain"], text = String(plain ?? "")): Fact {
  return { name, text, plain };
}

/** How far the slave is, and when it will be there. */
function slaveFacts({ connected, leaderSilentMs, inSync, catchUp }: ReplicationStatus): Fact[] {
  const { copiedBytes = null, behindBytes = null } = catchUp ?? {};
  const { bytesPerSecond = null, leftMs = null } = catchUp ?? {};
  const all = (copiedBytes ?? 0) + (behindBytes ?? 0);
  const percent = catchUp ? Math.floor(((copiedBytes ?? 0) * 1000) / all) / 10 : null;
  const of = (name: string, plain: number | null, human: (value: number) => string) =>
    fact(name, plain, plain === null ? "" : human(plain));
  return [
    fact("connected", connected),
    of("leader_silent_ms", leaderSilentMs, humanDuration),
    fact("in_sync", inSync),
    of("copied_bytes", copiedBytes, humanBytes),
    of("behind_bytes", behindBytes, humanBytes),
    of("copied_percent", percent, (value) => `${value}%`),
    of("copied_bytes_per_s", bytesPerSecond, humanBytes),
    of("left_ms", leftMs, humanDuration),
  ];
}

/** How those are that copy from this broker, which are called `what`. */
function leadingFacts(
  { followers, degraded }: ReplicationStatus,
  what: "slaves" | "followers",
  nowMs: number,
): Fact[] {
  const count = (name: string, wanted: (follower: (typeof followers)[number]) => boolean) => {
    const ids = followers.filter(wanted).map(({ brokerId }) => brokerId);
    const who = ids.length === 0 ? "" : ` (broker ${ids.join(", ")})`;
    return fact(name, ids.length, `${ids.length}${who}`);
  };
  const last = degraded.at(-1);
  const spans = degraded.map(({ startMs, endMs, recordsAckedAlone }) => {
    return { start_ms: startMs, end_ms: endMs, records_acked_alone: recordsAckedAlone };
  });
  return [
    count(what, () => true),
    count(`connected_${what}`, ({ connected }) => connected),
    count(`${what}_in_sync`, ({ inSync }) => inSync),
    fact(
      "lag_records",
      followers.reduce((sum, { lagRecords }) => sum + lagRecords, 0),
    ),
    fact("degraded_since_ms", last?.endMs === null ? last.startMs : null),
    fact(
      "acked_alone",
      degraded.reduce((sum, { recordsAckedAlone }) => sum + recordsAckedAlone, 0),
    ),
    fact("degraded", spans, last ? spanText(last, degraded.length, nowMs) : ""),
  ];
}

/** The last time in which acks left without a copy that should have been in sync. */
function spanText(
  { startMs, endMs, recordsAckedAlone }: ReplicationStatus["degraded"][number],
  count: number,
  nowMs: number,
): string {
  const start = new Date(startMs).toISOString();
  const took = humanDuration(Math.max(0, (endMs ?? nowMs) - startMs));
  const during = endMs === null ? `since ${start} (${took})` : `at ${start} for ${took}`;
  const times = count === 1 ? "" : `, the last of ${count} times`;
  return `${during}, ${counted(recordsAckedAlone, "record")} acked by one copy${times}`;
}
