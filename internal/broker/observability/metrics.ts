import { type Clock, nextTurn } from "../../platform/clock.ts";
import type { Broker } from "../api.ts";
import { type GroupProgress, groupLagTime, progressOf } from "../groups/group-status.ts";
import { brokerFamilies, FAMILIES, type FamilyName, type MetricFamily } from "./metric-families.ts";
import { Samples } from "./metric-samples.ts";

/** So many partitions are gone through before others have their turn. */
const STEPS_A_TURN = 2000;

/** What this look has done since others had their turn. */
class Turns {
  readonly #clock: Clock;
  #steps = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async done(steps: number): Promise<void> {
    this.#steps += steps;
    if (this.#steps < STEPS_A_TURN) return;
    this.#steps = 0;
    await nextTurn(this.#clock);
  }
}

/**
 * What there is to measure of a broker, for monitoring. The number of series has a bound, the
 * setting `metrics.series.max`; what doesn't fit is left out whole, a topic or a group, and is
 * counted. Others have their turn in between.
 */
export async function collectMetrics(broker: Broker, clock: Clock): Promise<MetricFamily[]> {
  const { maxMetricSeries, metricsByPartition: byPartition } = broker.settings;
  const samples = new Samples(maxMetricSeries);
  const turns = new Turns(clock);
  await addTopics(broker, samples, turns);
  await addGroups(broker, samples, turns, byPartition);
  if (byPartition) await addPartitions(broker, samples, turns);
  const families = [...samples.byFamily].map(([name, rows]) => ({
    name,
    ...FAMILIES[name],
    samples: rows,
  }));
  return [...brokerFamilies(broker, samples.leftOut), ...families];
}

async function addTopics(broker: Broker, samples: Samples, turns: Turns): Promise<void> {
  for (const { name, traffic, ...activity } of broker.topicActivities()) {
    const labels = [["topic", name]] as const;
    samples.add("topics", [
      ["weir_topic_written_records", labels, traffic.recordsIn],
      ["weir_topic_written_bytes", labels, traffic.bytesIn],
      ["weir_topic_read_bytes", labels, traffic.bytesOut],
      ["weir_topic_size_bytes", labels, activity.sizeBytes],
      ["weir_topic_partitions", labels, activity.partitionCount],
      ["weir_topic_faulty_partitions", labels, activity.faultCount],
    ]);
    await turns.done(1 + activity.partitionCount / 10);
  }
}

type Row = readonly [FamilyName, readonly (readonly [string, string])[], number];

async function addGroups(
  broker: Broker,
  samples: Samples,
  turns: Turns,
  byPartition: boolean,
): Promise<void> {
  await broker.groups.readable(null); // if not, it is told as it was known
  for (const { groupId, memberCount } of broker.groups.listGroups({ states: [], types: [] })) {
    const all = progressOf(broker, null, broker.groups.knownOffsets(groupId));
    const known = all.filter(({ lag }) => lag >= 0);
    const timed = known.map((each) => ({ ...each, ...broker.lagTimes.of(groupId, each) }));
    const group = [["group", groupId]] as const;
    const rows: Row[] = [["weir_group_members", group, memberCount]];
    const { lagMs, drainMs } = groupLagTime(broker, groupId, known);
    rows.push(...lagRows("weir_group", group, known, lagMs));
    if (drainMs >= 0) rows.push(["weir_group_drain_seconds", group, drainMs / 1000]);
    for (const [topic, of] of Map.groupBy(timed, (each) => each.topic)) {
      const furthestMs = Math.max(...of.map((each) => each.lagMs));
      rows.push(...lagRows("weir_group_topic", [...group, ["topic", topic]], of, furthestMs));
    }
    samples.add("groups", rows);
    if (byPartition) {
      for (const each of timed) {
        const place = [
          ["topic", each.topic],
          ["partition", String(each.partition)],
        ] as const;
        const labels = [...group, ...place];
        samples.add("partitions", lagRows("weir_group_partition", labels, [each], each.lagMs));
      }
    }
    await turns.done(1 + all.length);
  }
}

/** How far behind, in records and as time; what isn't known has no row. */
function lagRows(
  prefix: "weir_group" | "weir_group_topic" | "weir_group_partition",
  labels: Row[1],
  progress: readonly GroupProgress[],
  lagMs: number,
): Row[] {
  const lag = progress.reduce((sum, each) => sum + each.lag, 0);
  const rows: Row[] = [[`${prefix}_lag_records`, labels, lag]];
  if (lagMs >= 0) rows.push([`${prefix}_lag_seconds`, labels, lagMs / 1000]);
  return rows;
}

async function addPartitions(broker: Broker, samples: Samples, turns: Turns): Promise<void> {
  for (const { name, partitionCount } of broker.topics()) {
    for (let index = 0; index < partitionCount; index++) {
      const status = broker.partition(name, index);
      if (!status) continue;
      const labels = [
        ["topic", name],
        ["partition", String(index)],
      ] as const;
      samples.add("partitions", [
        ["weir_partition_high_watermark", labels, status.highWatermark],
        ["weir_partition_log_start_offset", labels, status.logStartOffset],
        ["weir_partition_size_bytes", labels, status.sizeBytes],
        ["weir_partition_in_sync_copies", labels, status.isr.length],
      ]);
      await turns.done(1);
    }
  }
}
