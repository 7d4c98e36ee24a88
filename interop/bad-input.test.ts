/** Tells the compiled broker nonsense: it costs that request or connection, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { kafkaErrors } from "../internal/doors/kafka/protocol/error-codes.ts";
import { produce } from "../internal/doors/kafka/protocol/messages/00-produce.ts";
import { fetch } from "../internal/doors/kafka/protocol/messages/01-fetch.ts";
import { metadata } from "../internal/doors/kafka/protocol/messages/03-metadata.ts";
import { createTopics } from "../internal/doors/kafka/protocol/messages/19-create-topics.ts";
import { ZERO_UUID } from "../internal/doors/kafka/protocol/table.ts";
import { BatchBuilder } from "../internal/record/builder.ts";
import { BATCH_LENGTH_AT, CRC_AT, HEADER_BYTES, MAGIC_AT } from "../internal/record/layout.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";
import { ask, kafkaRequest, rawClient } from "./raw-client.ts";

let fixture: Fixture;
let written = 0;

beforeAll(async () => {
  fixture = await startFixture({ settings: { "socket.request.max.bytes": "4000000" } });
  await fixture.weir(["topic", "create", "good"]);
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

/** A batch with one record of `sizeBytes`, changed by `damage`. */
function batchOf(sizeBytes: number, damage: (batch: Buffer) => void = () => {}): Buffer {
  const builder = new BatchBuilder();
  const value = new Uint8Array(sizeBytes).fill(0x61);
  builder.append({ timestampMs: 1_700_000_000_000, key: null, value, headers: [] });
  const batch = Buffer.from(builder.build("none"));
  damage(batch);
  return batch;
}

const produceVersion = 12;

function produceBody(name: string, records: Uint8Array, index = 0) {
  const topicData = [{ name, topicId: ZERO_UUID, partitionData: [{ index, records }] }];
  return { acks: -1, timeoutMs: 1000, topicData };
}

/** Writes a good record and checks that all good ones are there, once and in order. */
async function expectUndisturbed(): Promise<void> {
  await fixture.weir(["produce", "good"], { input: `${written++}\n` });
  const values = (await consumed(fixture, "good")).map(({ value }) => value);
  expect(values).toEqual(Array.from({ length: written }, (_, i) => String(i)));
}

const readLog = (): string => readFileSync(fixture.broker.logFile, "utf8");

/** Waits until the broker has logged something, since its log was `from` characters long. */
async function logged(text: string, from: number): Promise<void> {
  while (!readLog().slice(from).includes(text)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** A request with `key` and `version`, a correlation id, no client id, and `body`. */
function requestOf(key: number, version: number, body: Uint8Array): Buffer {
  const header = Buffer.from([0, key, 0, version, 0, 0, 0, 7, 0xff, 0xff]);
  return Buffer.concat([int32(header.length + body.length), header, body]);
}

const nonsense: readonly (readonly [what: string, bytes: Uint8Array, logged: string])[] = [
  ["a size of zero", int32(0), "frame-empty"],
  ["a negative size", Buffer.concat([requestOf(18, 0, Buffer.alloc(0)), int32(-5)]), "negative"],
  ["a size beyond the bound", int32(4_000_001), "frame-too-large"],
  ["a request of two bytes", Buffer.from([0, 0, 0, 2, 0, 3]), "kafka-connection-ended"],
  ["an API that isn't there", requestOf(200, 0, Buffer.alloc(9)), "not served"],
  ["a version that isn't there", requestOf(3, 99, Buffer.alloc(9)), "version is not served"],
  ["a list that is longer than its request", requestOf(3, 1, int32(2 ** 31 - 1)), "topics"],
  ["a list of less than nothing", requestOf(3, 1, int32(-7)), "a length of -7"],
  ["a text that is longer than its request", requestOf(10, 0, Buffer.from([0x7f, 0xff])), "key"],
  ["nulls where there may be none", requestOf(10, 0, Buffer.from([0xff, 0xff])), "null"],
  ["TLS", Buffer.from("16030100f8010000f40303", "hex"), "protocol-unknown"],
  ["a native protocol to come", Buffer.from("WEIR\x09rest of it"), "native"],
  ["a native frame that is no CBOR", Buffer.from("WEIR\x01\0\0\0\x06\0\0\0\x02\xff\xff"), "native"],
];

describe("what can't be read ends the connection and is logged:", () => {
  test.each(nonsense)("%s", async (_, bytes, text) => {
    const before = readLog().length;
    using client = await rawClient(fixture.broker.address);
    client.send(bytes);
    await client.hungUp();
    await logged(text, before);
    await expectUndisturbed();
  });

  test.each(nonsense)("%s, a byte at a time", async (_, bytes) => {
    using client = await rawClient(fixture.broker.address);
    for (const byte of bytes) client.send(Uint8Array.of(byte));
    await client.hungUp();
  });
});

test("a request that is torn anywhere leaves nothing behind", async () => {
  const request = kafkaRequest(produce, produceVersion, produceBody("good", batchOf(100)));
  for (let size = 1; size < request.length; size += 7) {
    using client = await rawClient(fixture.broker.address);
    client.send(request.subarray(0, size));
  }
  await expectUndisturbed();
});

test("HTTP is answered, and what is none is told so", async () => {
  using client = await rawClient(fixture.broker.address);
  client.send(Buffer.from("GET metrics\r\nHost: x\r\n\r\n"));
  expect(Buffer.from(await client.hungUp()).toString()).toStartWith("HTTP/1.1 400 ");
  const ready = await globalThis.fetch(`http://${fixture.broker.address}/ready`);
  expect(ready.status).toBe(200);
});

test("ApiVersions in a version to come is answered with the one to ask in", async () => {
  using client = await rawClient(fixture.broker.address);
  client.send(requestOf(18, 99, Buffer.alloc(20)));
  const answer = Buffer.from((await client.answer()) ?? []);
  expect(answer.readInt32BE()).toBe(7);
  expect(answer.readInt16BE(4)).toBe(kafkaErrors.UNSUPPORTED_VERSION.code);
});

const put = (at: number, byte: number) => (batch: Buffer) => batch.writeUInt8(byte, at);

const refused: readonly (readonly [what: string, records: Uint8Array, error: string])[] = [
  ["a wrong CRC", batchOf(10, put(CRC_AT, 0x55)), "CORRUPT_MESSAGE"],
  ["a flipped bit", batchOf(10, put(HEADER_BYTES + 8, 0x55)), "CORRUPT_MESSAGE"],
  ["magic 0", batchOf(10, put(MAGIC_AT, 0)), "INVALID_RECORD"],
  ["magic 1", batchOf(10, put(MAGIC_AT, 1)), "INVALID_RECORD"],
  ["magic 3", batchOf(10, put(MAGIC_AT, 3)), "INVALID_RECORD"],
  ["a length beyond the request", batchOf(10, put(BATCH_LENGTH_AT, 0x7f)), "CORRUPT_MESSAGE"],
  ["a negative length", batchOf(10, put(BATCH_LENGTH_AT, 0xff)), "CORRUPT_MESSAGE"],
  ["half a batch", batchOf(1000).subarray(0, 500), "CORRUPT_MESSAGE"],
  ["half a header", batchOf(10).subarray(0, 20), "CORRUPT_MESSAGE"],
  ["two batches", Buffer.concat([batchOf(10), batchOf(10)]), "INVALID_RECORD"],
  ["no batch", new Uint8Array(0), "INVALID_RECORD"],
  ["a record that is too large", batchOf(1_048_600), "MESSAGE_TOO_LARGE"],
];

describe("a batch that can't be taken is refused:", () => {
  test.each(refused)("%s", async (_, records, error) => {
    const body = produceBody("good", records);
    const { responses } = await ask(fixture.broker.address, produce, produceVersion, body);
    const codes = responses.map(({ partitionResponses }) => partitionResponses[0]?.errorCode);
    expect(codes).toEqual([kafkaErrors[error as keyof typeof kafkaErrors].code]);
    await expectUndisturbed();
  });
});

describe("names and places that can't be are refused:", () => {
  const illegal = ["", ".", "..", "a b", "a/b", "../../etc", "ü", "x".repeat(250), "a\0b"];

  test.each(illegal)("a topic called %j", async (name) => {
    const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
    const created = await ask(fixture.broker.address, createTopics, 7, { topics });
    expect(created.topics).toMatchObject([{ name, errorCode: 17 }]);
    const authorized = {
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    };
    const asked = { topics: [{ topicId: ZERO_UUID, name }], ...authorized };
    const found = await ask(fixture.broker.address, metadata, 9, asked);
    expect(found.topics).toMatchObject([{ name, errorCode: 17 }]);
    const body = produceBody(name, batchOf(10));
    const { responses } = await ask(fixture.broker.address, produce, produceVersion, body);
    expect(responses[0]?.partitionResponses).toMatchObject([{ errorCode: 3 }]);
    expect(await fixture.weir(["topic", "ls", "-o", "ndjson"])).toMatch(/^\{"name":"good",.*\}\n$/);
  });

  test.each([-2, 1_000_000, Number.MAX_SAFE_INTEGER])("offset %d", async (fetchOffset) => {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1000 }];
    const topics = [{ topic: "good", topicId: ZERO_UUID, partitions }];
    const rest = { forgottenTopicsData: [], rackId: "" };
    const body = { maxWaitMs: 5000, minBytes: 1, topics, ...rest };
    const { responses } = await ask(fixture.broker.address, fetch, 12, body);
    expect(responses[0]?.partitions).toMatchObject([{ errorCode: 1 }]);
  });

  test.each([-1, 1, 2 ** 31 - 1])("partition %d", async (index) => {
    const body = produceBody("good", batchOf(10), index);
    const { responses } = await ask(fixture.broker.address, produce, produceVersion, body);
    expect(responses[0]?.partitionResponses).toMatchObject([{ errorCode: 3 }]);
  });
});
