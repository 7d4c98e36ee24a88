import type { Client, PartitionStatus } from "../../internal/client/api.ts";
import { partitionOfKey } from "../../internal/client/producer-api.ts";
import { copyOf, type TailRecord } from "./tail.ts";

/** Records that are looked through at the most, and how many at a time. */
export const MAX_SEARCHED = 2_000_000;
const FIRST_WINDOW = 2000;
const MAX_WINDOW = 100_000;
const WINDOW_BYTES = 4 * 1024 * 1024;

/** What a search has found, and how far it has looked. */
export interface FoundLast {
  readonly record: TailRecord | null;
  readonly searchedCount: number;
}

/**
 * The newest record of a topic with this key. It reads backwards from the ends: first the partition
 * to which clients put the key, then, if it isn't there, the others. Rejects with a `ClientError`.
 */
export async function findLast(
  client: Client,
  topic: string,
  key: Uint8Array,
  progress: (searchedCount: number) => void,
): Promise<FoundLast> {
  const { partitions } = await client.describeTopic(topic);
  const home = partitionOfKey(key, partitions.length);
  let searchedCount = 0;
  const searchIn = async (place: PartitionStatus): Promise<TailRecord | null> => {
    let until = place.highWatermark;
    for (let size = FIRST_WINDOW; until > place.logStartOffset; size *= 2) {
      if (searchedCount >= MAX_SEARCHED) return null;
      const from = Math.max(place.logStartOffset, until - Math.min(size, MAX_WINDOW));
      const found = await lastBetween(client, place, from, until, key);
      searchedCount += until - from;
      if (found) return found;
      progress(searchedCount);
      until = from;
    }
    return null;
  };
  const own = partitions.find(({ partition }) => partition === home);
  let record = own ? await searchIn(own) : null;
  for (const place of record ? [] : partitions) {
    const other = place === own ? null : await searchIn(place);
    if (other && other.timestampMs >= (record?.timestampMs ?? -1)) record = other;
  }
  return { record, searchedCount };
}

async function lastBetween(
  client: Client,
  { topic, partition }: PartitionStatus,
  from: number,
  until: number,
  key: Uint8Array,
): Promise<TailRecord | null> {
  const start = { kind: "offset", offset: from } as const;
  const end = { kind: "offset", offset: until } as const;
  const partitions = [{ topic, partition, start, end }];
  const reader = await client.openReader({ partitions, windowBytes: WINDOW_BYTES });
  let found: TailRecord | null = null;
  for await (const event of reader) {
    if (event.kind === "partition-failed") throw event.error;
    if (event.kind !== "records") continue;
    const record = event.records.findLast((one) => one.key !== null && isSame(one.key, key));
    if (record) found = { topic, partition, ...copyOf(record) };
  }
  return found;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
