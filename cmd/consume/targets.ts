import type {
  Client,
  PartitionStatus,
  StreamPartition,
  StreamPosition,
} from "../../internal/client/api.ts";
import type { Place } from "../../internal/client/place.ts";
import { noPartition, unknownEnds } from "../errors.ts";

/** What of some topics is to be read. */
export interface Target {
  readonly topics: readonly string[];
  /** Those that were named; all if none was. */
  readonly partitions: readonly number[];
  readonly from: Place;
  /** null: the end that a partition has now. */
  readonly until: Place | null;
  /** Whether to wait for what is produced later. */
  readonly follow: boolean;
}

/**
 * The partitions of a target with their first and last places. Where a partition ends is looked at
 * once, here: a busy topic does not keep a reader for ever.
 */
export async function findPartitions(client: Client, target: Target): Promise<StreamPartition[]> {
  const topics = [...new Set(target.topics)];
  const described = await Promise.all(topics.map((topic) => client.describeTopic(topic)));
  return described.flatMap(({ name, partitions }) => {
    const wanted = target.partitions.length === 0 ? null : new Set(target.partitions);
    for (const number of wanted ?? []) {
      if (number >= partitions.length) throw noPartition(name, number, partitions.length);
    }
    return partitions
      .filter(({ partition }) => wanted === null || wanted.has(partition))
      .map((status) => ({
        topic: name,
        partition: status.partition,
        start: startOf(status, target.from),
        end: endOf(status, target),
      }));
  });
}

function startOf(status: PartitionStatus, from: Place): StreamPosition {
  const { logStartOffset, highWatermark } = status;
  if (!areEndsKnown(status)) return unknownStart(status, from);
  switch (from.kind) {
    case "start":
      return { kind: "offset", offset: logStartOffset };
    case "end":
      return { kind: "offset", offset: highWatermark };
    case "offset":
      return from;
    case "last":
      return { kind: "offset", offset: Math.max(logStartOffset, highWatermark - from.count) };
    case "time":
      return { kind: "at-time", timestampMs: from.timestampMs };
  }
}

/** Whether its leader could be asked where a partition begins and ends. */
function areEndsKnown({ highWatermark }: PartitionStatus): boolean {
  return highWatermark >= 0;
}

/** Whoever leads it when it is read knows where it begins, but not what its last records are. */
function unknownStart({ topic, partition }: PartitionStatus, from: Place): StreamPosition {
  if (from.kind === "last") throw unknownEnds(topic, partition);
  if (from.kind === "offset") return from;
  if (from.kind === "time") return { kind: "at-time", timestampMs: from.timestampMs };
  return { kind: from.kind === "start" ? "earliest" : "latest" };
}

function endOf(status: PartitionStatus, { until, follow }: Target): StreamPosition | null {
  const { highWatermark } = status;
  if (!areEndsKnown(status) && until?.kind !== "time" && !follow) return { kind: "latest" };
  const now = { kind: "offset", offset: highWatermark } as const;
  if (until === null) return follow ? null : now;
  switch (until.kind) {
    case "offset":
      return {
        kind: "offset",
        offset: follow ? until.offset : Math.min(until.offset, highWatermark),
      };
    case "time":
      return { kind: "at-time", timestampMs: until.timestampMs };
    default:
      return now;
  }
}
