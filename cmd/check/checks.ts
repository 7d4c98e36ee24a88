import type { Client, GroupSummary, TopicActivity } from "../../internal/client/api.ts";
import { counted, humanBytes, humanCount, humanDuration } from "../output/numbers.ts";
import { type Measure, type Outcome, worst } from "./outcome.ts";
import { type CheckOptions, inUnit, judgeLeast, judgeMost } from "./thresholds.ts";

/** Lags of some groups, all where none is named: in records, in time, or both. */
export async function checkLag(
  client: Client,
  names: readonly string[],
  options: CheckOptions,
): Promise<Outcome> {
  const groups = await client.listGroups();
  const missing = names.filter((name) => !groups.some(({ groupId }) => groupId === name));
  if (missing.length > 0) {
    return {
      standing: "unknown",
      message: `there is no group ${missing.join(", ")}`,
      measures: [],
    };
  }
  const looked = groups.filter(({ groupId }) => names.length === 0 || names.includes(groupId));
  if (looked.length === 0) return { standing: "ok", message: "there are no groups", measures: [] };
  const found = looked.map((group) => lagOf(group, options));
  const standing = worst(found.map((each) => each.standing));
  const told = found.filter((each) => each.standing === standing).map(({ message }) => message);
  return {
    standing,
    message: told.join("; "),
    measures: found.flatMap(({ measures }) => measures),
  };
}

function lagOf({ groupId, lag, lagMs }: GroupSummary, { warn, crit }: CheckOptions): Outcome {
  const measure = (name: string, value: number, unit: Measure["unit"]): Measure => {
    const of = unit === "s" ? "seconds" : "count";
    return { name, value, unit, warn: inUnit(warn, of), crit: inUnit(crit, of) };
  };
  const inRecords = measure(`${groupId}_lag`, lag, "");
  const known = lagMs >= 0 ? [measure(`${groupId}_lag_time`, lagMs / 1000, "s")] : [];
  const measures = [inRecords, ...known];
  const standings = measures.map((each) => judgeMost(each.value, each.warn, each.crit));
  const wantsTime = warn?.unit === "seconds" || crit?.unit === "seconds";
  if (wantsTime && known.length === 0) standings.push("unknown");
  const behind = lagMs < 0 ? "an unknown time" : humanDuration(lagMs);
  const message = `${groupId} is ${counted(lag, "record")} and ${behind} behind`;
  return { standing: worst(standings), message, measures };
}

/** Partitions whose copies aren't all in sync; critical where writes are refused for that. */
export async function checkIsr(client: Client, options: CheckOptions): Promise<Outcome> {
  const topics = await allTopics(client);
  const count = topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0);
  const value = topics.reduce((sum, { faultCount }) => sum + faultCount, 0);
  const refusing = topics.filter(
    ({ health }) => health === "under-min-isr" || health === "leaderless",
  );
  const warn = inUnit(options.warn, "count") ?? 1;
  const crit = inUnit(options.crit, "count");
  const refusal =
    refusing.length === 0
      ? ""
      : `; refusing acks=all: ${refusing.map(({ name }) => name).join(", ")}`;
  return {
    standing: refusing.length > 0 ? "critical" : judgeMost(value, warn, crit),
    message: `${humanCount(value)} of ${counted(count, "partition")} not in sync${refusal}`,
    measures: [{ name: "under_replicated", value, unit: "", warn, crit }],
  };
}

async function allTopics(client: Client): Promise<TopicActivity[]> {
  const found: TopicActivity[] = [];
  for await (const { topics, incomplete } of client.watch({ topics: true, intervalMs: 1000 })) {
    found.push(...topics);
    if (!incomplete) break;
  }
  return found;
}

/** Free space of the data directory's disk; critical where records are refused for that. */
export async function checkDisk(client: Client, options: CheckOptions): Promise<Outcome> {
  const { diskFreeBytes, writeRefusal, ...status } = await client.status();
  const writable = status.writable || status.replication.fenced; // that is no disk's fault
  const warn = inUnit(options.warn, "bytes") ?? 5e9;
  const crit = inUnit(options.crit, "bytes") ?? 1e9;
  const standing = writable ? judgeLeast(diskFreeBytes, warn, crit) : "critical";
  const refusal = writable ? "" : `; records are refused: ${writeRefusal ?? "unknown"}`;
  const message = `${humanBytes(diskFreeBytes)} are free${refusal}`;
  // Nagios takes a range's lower end for what must not be passed downwards.
  return {
    standing,
    message,
    measures: [{ name: "free", value: diskFreeBytes, unit: "B", warn, crit }],
  };
}

/** Ranges of offsets that can't be read, of all brokers of a cluster; any is critical. */
export async function checkDamage(client: Client, options: CheckOptions): Promise<Outcome> {
  const peers = await client.brokers();
  const statuses = await Promise.all(peers.map((peer) => peer.status()));
  const value = statuses.reduce((sum, { damagedRanges }) => sum + damagedRanges, 0);
  const warn = inUnit(options.warn, "count");
  const crit = inUnit(options.crit, "count") ?? (warn === null ? 1 : null);
  const where = statuses.filter(({ damagedRanges }) => damagedRanges > 0);
  const ids = where.map(({ brokerId }) => brokerId).join(", ");
  const some = `${counted(value, "damaged range")} on broker ${ids}`;
  return {
    standing: judgeMost(value, warn, crit),
    message: value === 0 ? "no damage is known" : `${some}: weir events names them`,
    measures: [{ name: "damaged_ranges", value, unit: "", warn, crit }],
  };
}

/** Whether the broker answers in time, and takes records. */
export async function checkBroker(client: Client, options: CheckOptions): Promise<Outcome> {
  const beganMs = performance.now();
  const { brokerId, version, writable, writeRefusal } = await client.status();
  const value = Math.round((performance.now() - beganMs) * 1000) / 1e6;
  const warn = inUnit(options.warn, "seconds");
  const crit = inUnit(options.crit, "seconds");
  const measures: Measure[] = [{ name: "answer_time", value, unit: "s", warn, crit }];
  if (!writable) {
    const message = `broker ${brokerId} refuses records: ${writeRefusal ?? "unknown"}`;
    return { standing: "critical", message, measures };
  }
  const standing = judgeMost(value, warn, crit);
  const answer = `answers in ${(value * 1000).toFixed(1)}ms and takes records`;
  return { standing, message: `broker ${brokerId}, ${version}, ${answer}`, measures };
}
