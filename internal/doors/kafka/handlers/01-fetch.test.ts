import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { lastOffset } from "../../../record/batch.ts";
import {
  batchOf,
  type Fixture,
  makeTopic,
  openFixture,
  type TestClient,
} from "../fixture.testing.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { fetch } from "../protocol/messages/01-fetch.ts";
import { type ByteRange, ZERO_UUID } from "../protocol/table.ts";

let fixture: Fixture;
const ids = new Map<string, string>();

const BATCH = batchOf(["one", "two"]);

beforeAll(async () => {
  fixture = await openFixture({}, { maxFetchBytes: 10_000 });
  for (const name of ["a", "b", "empty"]) ids.set(name, await makeTopic(fixture.broker, name, 2));
  for (const topic of ["a", "b"]) {
    for (let count = 0; count < 3; count++) await append(topic, BATCH);
  }
});

afterAll(() => fixture.close());

function append(topic: string, batch: Uint8Array, partition = 0) {
  const buffer = batch.slice();
  return fixture.broker.produce({ topic, partition, buffer, from: 0, to: buffer.length, acks: -1 });
}

interface Wanted {
  readonly topic: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly maxBytes?: number;
  readonly epoch?: number;
}

interface Options {
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly isolationLevel?: number;
}

function requestOf(version: number, wanted: readonly Wanted[], options: Options = {}) {
  const topics = wanted.map(
    ({ topic, partition = 0, offset = 0, maxBytes = 100_000, epoch = -1 }) => ({
      topic: version < 13 ? topic : "",
      topicId: version < 13 ? ZERO_UUID : (ids.get(topic) ?? "AAAAAAAAAAAAAAAAAAAAAQ"),
      partitions: [
        { partition, fetchOffset: offset, partitionMaxBytes: maxBytes, currentLeaderEpoch: epoch },
      ],
    }),
  );
  return { maxWaitMs: 0, minBytes: 1, ...options, topics, forgottenTopicsData: [], rackId: "" };
}

/** Fetches, and makes the answer flat: a line for each partition. */
async function fetchFlat(
  client: TestClient,
  version: number,
  wanted: readonly Wanted[],
  options: Options = {},
) {
  const answer = await client.call(fetch, version, requestOf(version, wanted, options));
  expect(answer.errorCode).toBe(0);
  return answer.responses.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({
      topic: version < 13 ? topic : [...ids].find(([, id]) => id === topicId)?.[0],
      ...partition,
      offsets: offsetsOf(partition.records),
    })),
  );
}

/** The last offset of each batch. */
function offsetsOf(records: ByteRange | null): number[] {
  const offsets: number[] = [];
  if (records === null) return offsets;
  for (let at = records.from; at < records.to; at += BATCH.length) {
    offsets.push(lastOffset(records.buffer, at));
  }
  return offsets;
}

const versions = Array.from({ length: 15 }, (_, i) => 4 + i);

describe("Fetch", () => {
  test.each(versions)("version %d reads partitions, each by itself", async (version) => {
    const found = await fetchFlat(fixture.connect(), version, [
      { topic: "a", offset: 2 },
      { topic: "b", offset: 5 },
      { topic: "empty", partition: 1 },
      { topic: "a", partition: 7 },
      { topic: "b", partition: 1, offset: 9 },
      { topic: "nowhere" },
    ]);
    const { OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION } = kafkaErrors;
    const byName = (name: string, index: number) =>
      found.find(({ topic, partitionIndex }) => topic === name && partitionIndex === index);
    const ends = { errorCode: 0, highWatermark: 6, lastStableOffset: 6, preferredReadReplica: -1 };
    const logStartOffset = version < 5 ? -1 : 0;
    expect(byName("a", 0)).toMatchObject({ ...ends, logStartOffset, offsets: [3, 5] });
    expect(byName("b", 0)).toMatchObject({ ...ends, offsets: [5] });
    expect(byName("empty", 1)).toMatchObject({ errorCode: 0, highWatermark: 0, offsets: [] });
    expect(byName("a", 7)?.errorCode).toBe(UNKNOWN_TOPIC_OR_PARTITION.code);
    const outside = { errorCode: OFFSET_OUT_OF_RANGE.code, highWatermark: -1, offsets: [] };
    expect(byName("b", 1)).toMatchObject(outside);
    const nowhere = found.find(({ topic }) => topic === (version < 13 ? "nowhere" : undefined));
    const unknown = version < 13 ? UNKNOWN_TOPIC_OR_PARTITION : UNKNOWN_TOPIC_ID;
    expect(nowhere?.errorCode).toBe(unknown.code);
    expect(found).toHaveLength(6);
  });

  test("gives whole batches up to the bounds, and at least one", async () => {
    const client = fixture.connect();
    const two = [{ topic: "a", maxBytes: 2 * BATCH.length + 10 }, { topic: "b" }];
    const found = await fetchFlat(client, 12, two);
    expect(found.map(({ offsets }) => offsets)).toEqual([
      [1, 3],
      [1, 3, 5],
    ]);
    const bounded = await fetchFlat(client, 12, two, { maxBytes: 2 * BATCH.length });
    expect(bounded.flatMap(({ offsets }) => offsets)).toEqual([1, 3]);
    for (const maxBytes of [0, -5, 1]) {
      const least = await fetchFlat(client, 12, two, { maxBytes });
      expect(least.flatMap(({ offsets }) => offsets)).toEqual([1]);
    }
    const none = await fetchFlat(client, 12, [{ topic: "a", maxBytes: -1 }]);
    expect(none.flatMap(({ offsets }) => offsets)).toEqual([1]);
  });

  test("keeps to the broker's own bound, whatever the request allows", async () => {
    await makeTopic(fixture.broker, "large");
    for (let count = 0; count < 5; count++) await append("large", batchOf(["x".repeat(4000)]));
    const request = requestOf(12, [{ topic: "large" }], { maxBytes: 2 ** 31 - 1 });
    const { responses } = await fixture.connect().call(fetch, 12, request);
    const records = responses[0]?.partitions[0]?.records;
    expect((records?.to ?? 0) - (records?.from ?? 0)).toBeWithin(8000, 10_000);
  });

  test("waits for minBytes, up to maxWaitMs", async () => {
    const client = fixture.connect();
    const patient = { maxWaitMs: 500, minBytes: BATCH.length + 1 };
    const answers = fetchFlat(client, 12, [{ topic: "empty" }], patient);
    await append("empty", BATCH);
    await turns(5);
    expect(client.answers).toHaveLength(0);
    await append("empty", BATCH);
    expect((await answers)[0]?.offsets).toEqual([1, 3]);

    const late = fetchFlat(client, 12, [{ topic: "empty", offset: 2 }], patient);
    await turns(5);
    fixture.clock.advance(499);
    await turns(5);
    expect(client.answers).toHaveLength(0);
    fixture.clock.advance(1);
    expect((await late)[0]?.offsets).toEqual([3]);
  });

  test("has nothing to wait for in an empty request, or with an error", async () => {
    const client = fixture.connect();
    const patient = { maxWaitMs: 10_000, minBytes: 1000 };
    expect(await fetchFlat(client, 12, [], patient)).toEqual([]);
    expect(await fetchFlat(client, 13, [{ topic: "nowhere" }], patient)).toHaveLength(1);
    expect(await fetchFlat(client, 12, [{ topic: "nowhere" }], patient)).toHaveLength(1);
  });

  test("takes both isolation levels: nothing is uncommitted", async () => {
    const client = fixture.connect();
    const [uncommitted] = await fetchFlat(client, 12, [{ topic: "a" }], { isolationLevel: 0 });
    const [committed] = await fetchFlat(client, 12, [{ topic: "a" }], { isolationLevel: 1 });
    expect(uncommitted).toMatchObject({ lastStableOffset: 6, abortedTransactions: null });
    expect(committed).toMatchObject({ lastStableOffset: 6, abortedTransactions: [] });
  });

  test.each([9, 12, 16])("version %d compares leader epochs", async (version) => {
    const client = fixture.connect();
    const [known] = await fetchFlat(client, version, [{ topic: "a", epoch: 0 }]);
    expect(known?.errorCode).toBe(0);
    const [future] = await fetchFlat(client, version, [{ topic: "a", epoch: 3 }]);
    expect(future?.errorCode).toBe(kafkaErrors.UNKNOWN_LEADER_EPOCH.code);
  });

  test("stops waiting when its connection ends", async () => {
    const client = fixture.connect();
    client.send(fetch, 12, requestOf(12, [{ topic: "b", partition: 1 }], { maxWaitMs: 60_000 }));
    const timers = fixture.clock.pendingTimers;
    client.receiver.closed(null);
    await turns(3);
    expect(fixture.clock.pendingTimers).toBe(timers - 1);
    expect(client.answers).toHaveLength(0);
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => fixture.clock.atEndOfTurn(resolve));
  }
}
