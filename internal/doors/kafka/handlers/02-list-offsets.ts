import type { Broker, OffsetPosition } from "../../../broker/api.ts";
import { Refusal, refused } from "../errors.ts";
import { ledPartition } from "../leader-epoch.ts";
import { listOffsets } from "../protocol/messages/02-list-offsets.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";
import { repeated } from "../topics.ts";

type RequestedPartition = RequestOf<typeof listOffsets>["topics"][number]["partitions"][number];
type AnsweredPartition = AnswerOf<typeof listOffsets>["topics"][number]["partitions"][number];

/** Timestamps that stand for a place, and the version that brought each. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const sinceVersion: ReadonlyMap<number, number> = new Map([
  [LATEST, 1],
  [EARLIEST, 1],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
]);

/**
 * ListOffsets 1-11.
 *
 * - The latest offset is the high watermark, at both isolation levels: there are no transactions.
 * - Nothing is in tiered storage: the earliest local offset is the earliest, and the offsets that
 *   are about tiers are -1.
 * - Without a record that late: offset, timestamp and epoch are -1, without an error.
 * - A special timestamp in a version before it existed: UNSUPPORTED_VERSION for that partition.
 * - A partition that stands twice in a topic's list: INVALID_REQUEST.
 * - The epoch that a client knows is compared with the leader's.
 */
export const listOffsetsService = service(listOffsets, async ({ topics }, { client, version }) => ({
  throttleTimeMs: 0,
  topics: await Promise.all(
    topics.map(async ({ name, partitions }) => {
      const twice = repeated(partitions.map(({ partitionIndex }) => partitionIndex));
      const answers = partitions.map((partition) =>
        find(client.broker, name, partition, version, twice),
      );
      return { name, partitions: await Promise.all(answers) };
    }),
  ),
}));

async function find(
  broker: Broker,
  topic: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: RequestedPartition,
  version: number,
  twice: ReadonlySet<number>,
): Promise<AnsweredPartition> {
  try {
    if (twice.has(partitionIndex)) throw new Refusal("INVALID_REQUEST");
    if (timestamp < 0 && version < (sinceVersion.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
      throw new Refusal("UNSUPPORTED_VERSION");
    }
    ledPartition(broker, topic, partitionIndex, currentLeaderEpoch);
    const position = positionOf(timestamp);
    if (position === null) return { partitionIndex, errorCode: 0 };
    const { offset, timestampMs, leaderEpoch } = await broker.findOffset(
      topic,
      partitionIndex,
      position,
    );
    if (offset < 0) return { partitionIndex, errorCode: 0 };
    const epoch = version < EPOCH_VERSION ? {} : { leaderEpoch };
    return { partitionIndex, errorCode: 0, offset, timestamp: timestampMs, ...epoch };
  } catch (error) {
    return { partitionIndex, errorCode: refused(error).errorCode };
  }
}

const EPOCH_VERSION = 4;

/** null for a place in storage that there is not. */
function positionOf(timestampMs: number): OffsetPosition | null {
  switch (timestampMs) {
    case LATEST:
      return { kind: "latest" };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { kind: "earliest" };
    case MAX_TIMESTAMP:
      return { kind: "max-timestamp" };
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return null;
    default:
      return { kind: "at-time", timestampMs };
  }
}
