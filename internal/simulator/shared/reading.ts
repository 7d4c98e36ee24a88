import { fetch } from "../../doors/kafka/protocol/messages/01-fetch.ts";
import { type Decoded, ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { baseOffset, batchSizeBytes, lastOffset, storedCrc } from "../../record/batch.ts";
import { must } from "../failure.ts";
import type { SimulatedRandom } from "../random.ts";
import type { KafkaClient } from "./kafka-client.ts";
import type { Committed, Ledger } from "./ledger.ts";

/** What a broker answers for a partition that is fetched. */
export type FetchedPartition = Decoded<
  typeof fetch.response.fields
>["responses"][number]["partitions"][number];

/** From where a partition is fetched, and in which epoch it is taken to be led; -1: any. */
export interface FetchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly fetchOffset: number;
  readonly currentLeaderEpoch: number;
}

/** Fetches one partition; undefined where no answer comes. */
export async function fetchPartition(
  client: Pick<KafkaClient, "call">,
  random: SimulatedRandom,
  { topic, ...place }: FetchPlace,
): Promise<FetchedPartition | undefined> {
  const partitions = [{ ...place, partitionMaxBytes: random.pick([1, 2000, 100_000]) }];
  const answer = await client.call(fetch, 12, {
    maxWaitMs: random.pick([0, 5, 300]),
    minBytes: 1,
    maxBytes: 1_000_000,
    topics: [{ topic, topicId: ZERO_UUID, partitions }],
    forgottenTopicsData: [],
    rackId: "",
  });
  return answer?.responses[0]?.partitions[0];
}

/** Throws unless every batch that was read had been committed; returns the offset behind them. */
export function checkRead(
  name: string,
  bytes: Uint8Array,
  ledgers: readonly Ledger<Committed>[],
): number {
  let next = 0;
  for (let at = 0; at < bytes.length; at += batchSizeBytes(bytes, at)) {
    const offset = baseOffset(bytes, at);
    const crc = storedCrc(bytes, at);
    const isTrue = ledgers.some((ledger) => ledger.wasCommitted(offset, crc));
    must(isTrue, () => `${name}: ${offset} was read, which never was committed so`);
    next = lastOffset(bytes, at) + 1;
  }
  return next;
}
