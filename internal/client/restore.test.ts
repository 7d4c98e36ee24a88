/** Batches that are put back with their own offsets, on a broker and on its slave. */
import { expect, test } from "bun:test";
import { producerId, stampBatch } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { gapBatches } from "../record/gap-batch.ts";
import type { Codec } from "../record/layout.ts";
import type { Client } from "./api.ts";
import { ClientError } from "./errors.ts";
import { settled, testPair, valuesOf } from "./pair.testing.ts";

const TOPIC = "orders";

async function startedPair(config: Readonly<Record<string, string>> = {}) {
  const pair = testPair();
  await pair.one.start();
  await pair.two.start(pair.one);
  const client = await pair.one.connect();
  const request = { name: TOPIC, partitionCount: 1, replicationFactor: null };
  const made = client.createTopic({ ...request, config: new Map(Object.entries(config)) });
  await settled(pair, made, "the topic");
  return { pair, client };
}

/** A batch at that offset, of a producer with an id. */
function batchAt(offset: number, values: readonly string[], codec: Codec = "none"): Uint8Array {
  const builder = new BatchBuilder();
  for (const value of values) {
    const bytes = new TextEncoder().encode(value);
    builder.append({ timestampMs: 1_700_000_000_000, key: null, value: bytes, headers: [] });
  }
  const batch = builder.build(codec, {
    producerId: 4,
    producerEpoch: 0,
    baseSequence: 100,
    transactional: false,
  });
  stampBatch(batch, 0, offset, 9);
  return batch;
}

const restore = (client: Client, batch: Uint8Array) =>
  client.restore({ topic: TOPIC, partition: 0, batch }, { timeoutMs: 60_000 });

test("keeps its offsets, on both copies", async () => {
  const { pair, client } = await startedPair();
  for (const gap of gapBatches(0, 3e9, -1)) await settled(pair, restore(client, gap), "a gap");
  for (const batch of [batchAt(3e9, ["a", "b"]), batchAt(3e9 + 7, ["c"], "gzip")]) {
    const receipt = await settled(pair, restore(client, batch), "an ack");
    expect(receipt).toMatchObject({ copies: 2, duplicate: false });
  }
  const expected = new Map([
    [3e9, "a"],
    [3e9 + 1, "b"],
    [3e9 + 7, "c"],
  ]);
  const ends = () => pair.two.broker?.partition(TOPIC, 0)?.highWatermark === 3e9 + 8;
  await pair.until(ends, "the slave's mark");
  expect(await valuesOf(pair, pair.one, TOPIC)).toEqual(expected);
  expect(await valuesOf(pair, pair.two, TOPIC)).toEqual(expected);
  await settled(pair, client.deleteRecords(TOPIC, 0, 3e9), "the start");
  const begins = () => pair.two.broker?.partition(TOPIC, 0)?.logStartOffset === 3e9;
  await pair.until(begins, "the slave's start, though nothing more is written");
  await pair.close();
});

test("knows nothing of the producer that it was of", async () => {
  const { pair, client } = await startedPair();
  await settled(pair, restore(client, batchAt(0, ["then"])), "an ack");
  expect(pair.one.broker?.producers(TOPIC, 0)).toEqual([]);
  const builder = new BatchBuilder();
  builder.append({ timestampMs: 1, key: null, value: new Uint8Array(1), headers: [] });
  const batch = builder.build("none", {
    producerId: 4,
    producerEpoch: 0,
    baseSequence: 0,
    transactional: false,
  });
  expect(producerId(batch, 0)).toBe(4);
  const sent = client.produce({ topic: TOPIC, partition: 0, batch, acks: -1 });
  expect(await settled(pair, sent, "a new producer's ack")).toMatchObject({ baseOffset: 1 });
  await pair.close();
});

test("keeps its times and codec, whatever the topic asks of new records", async () => {
  const config = { "message.timestamp.type": "LogAppendTime", "compression.type": "zstd" };
  const { pair, client } = await startedPair({ ...config, "max.message.bytes": "80" });
  const batch = batchAt(0, ["a".repeat(200)], "gzip");
  const receipt = await settled(pair, restore(client, batch), "an ack");
  expect(receipt).toMatchObject({ logAppendTimeMs: -1 });
  const found = await settled(pair, client.findOffset(TOPIC, 0, { kind: "max-timestamp" }), "it");
  expect(found).toMatchObject({ timestampMs: 1_700_000_000_000 });
  await pair.close();
});

test.each([
  ["before the end", () => batchAt(0, ["again"]), "offset-out-of-range"],
  ["too far behind it", () => batchAt(3e9, ["far"]), "offset-out-of-range"],
  ["that is damaged", () => batchAt(5, ["bad"]).fill(1, 70), "corrupt-batch"],
  ["cut off", () => batchAt(5, ["cut"]).slice(0, 65), "corrupt-batch"],
  [
    "with another behind it",
    () => Buffer.concat([batchAt(5, ["a"]), batchAt(6, ["b"])]),
    "invalid",
  ],
])("is refused %s", async (_, batch, code) => {
  const { pair, client } = await startedPair();
  await settled(pair, restore(client, batchAt(0, ["first"])), "an ack");
  const refused = await settled(pair, restore(client, batch()), "a refusal");
  expect(refused).toBeInstanceOf(ClientError);
  expect(refused).toMatchObject({ code: expect.stringContaining(code) });
  await pair.close();
});
