import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  batchOf,
  type Fixture,
  makeTopic,
  openFixture,
  type TestClient,
} from "./fixture.testing.ts";
import type { KafkaLimits } from "./limits.ts";
import { decodeResponse, encodeRequest } from "./protocol/frames.ts";
import { produce } from "./protocol/messages/00-produce.ts";
import { fetch } from "./protocol/messages/01-fetch.ts";
import { metadata } from "./protocol/messages/03-metadata.ts";
import { findCoordinator } from "./protocol/messages/10-find-coordinator.ts";
import { apiVersions } from "./protocol/messages/18-api-versions.ts";
import { ZERO_UUID } from "./protocol/table.ts";
import { Writer } from "./protocol/writer.ts";

let fixture: Fixture;

const limits: Partial<KafkaLimits> = {
  maxRequestBytes: 10_000,
  maxPlainRequestBytes: 2000,
  maxRequestsHeld: 10,
  maxRequestBytesHeld: 8000,
  maxTotalBytesHeld: 12_000,
  maxAnswerBytesQueued: 1000,
};

beforeEach(async () => {
  fixture = await openFixture({}, limits);
  await makeTopic(fixture.broker, "orders");
});

afterEach(() => fixture.close());

const ASK = { topics: null, includeTopicAuthorizedOperations: false };
const ASK_ALL = { ...ASK, includeClusterAuthorizedOperations: false };

function produceOf(text: string, acks = -1) {
  const partitionData = [{ index: 0, records: batchOf([text]) }];
  const topicData = [{ name: "orders", topicId: ZERO_UUID, partitionData }];
  return { acks, timeoutMs: 1000, topicData };
}

function fetchOf(fetchOffset: number, maxWaitMs = 0) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 100_000 }];
  const topics = [{ topic: "orders", topicId: ZERO_UUID, partitions }];
  return { maxWaitMs, minBytes: 1, topics, forgottenTopicsData: [], rackId: "" };
}

/** Puts a size in front. */
function framed(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeInt32BE(bytes.length);
  frame.set(bytes, 4);
  return frame;
}

function header(apiKey: number, version: number, correlationId: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeInt16BE(apiKey, 0);
  bytes.writeInt16BE(version, 2);
  bytes.writeInt32BE(correlationId, 4);
  bytes.writeInt16BE(-1, 8);
  return bytes;
}

async function nextId(client: TestClient): Promise<number> {
  return Buffer.from(await client.answer()).readInt32BE();
}

describe("the order of answers", () => {
  test("is that of the requests, also when the first produce is the slowest", async () => {
    const slow = Promise.withResolvers<void>();
    const begun: number[] = [];
    fixture.beforeProduce = ({ from }) => {
      begun.push(from);
      return begun.length === 1 ? slow.promise : undefined;
    };
    const client = fixture.connect();
    const sent = [1, 2, 3].map((n) => client.send(produce, 9, produceOf(`${n}`)));
    sent.push(client.send(metadata, 12, ASK_ALL));
    sent.push(client.send(produce, 9, produceOf("4")));
    expect(begun).toHaveLength(3); // produces overlap; metadata and what follows waits for them
    expect(client.answers).toHaveLength(0);
    slow.resolve();
    for (const id of sent) expect(await nextId(client)).toBe(id);
    expect(begun).toHaveLength(4);
  });

  test("keeps a produce behind a fetch that waits", async () => {
    const client = fixture.connect();
    const waiting = client.send(fetch, 11, fetchOf(0, 500));
    const next = client.send(produce, 9, produceOf("1"));
    expect(fixture.broker.partition("orders", 0)?.logEndOffset).toBe(0);
    fixture.clock.advance(500);
    expect(await nextId(client)).toBe(waiting);
    expect(await nextId(client)).toBe(next);
  });

  test("holds for bytes that come one at a time, and for frames across chunks", async () => {
    const client = fixture.connect();
    const writer = new Writer();
    for (const correlationId of [1, 2, 3]) {
      const place = { correlationId, clientId: null };
      encodeRequest(writer, produce, 13, place, {
        ...produceOf("x"),
        topicData: [],
      });
      encodeRequest(writer, metadata, 9, { ...place, correlationId: correlationId + 3 }, ASK_ALL);
    }
    const bytes = Buffer.concat(writer.take());
    for (const chunkBytes of [1, 7, bytes.length]) {
      client.sendBytes(bytes, chunkBytes);
      for (const id of [1, 4, 2, 5, 3, 6]) expect(await nextId(client)).toBe(id);
    }
  });
});

describe("what can't be served", () => {
  const endings: [string, Uint8Array, string][] = [
    ["an API that isn't known", framed(header(999, 0, 7)), '"API 999"'],
    ["an API that isn't offered", framed(header(57, 0, 7)), '"UpdateFeatures"'],
    ["a version that isn't known", framed(header(3, 14, 7)), '"version":14'],
    ["Produce 2, which is only offered", framed(header(0, 2, 7)), '"version":2'],
    ["a request of one byte", framed(Uint8Array.of(0)), '"api":null'],
    ["a negative size", Buffer.from([255, 255, 255, 255]), "frame-negative"],
    ["an empty frame", Buffer.from([0, 0, 0, 0]), "frame-empty"],
    ["a frame above the bound", Buffer.from([0, 0, 39, 17]), "frame-too-large"],
    [
      "a long request without records",
      framed(Buffer.concat([header(3, 1, 7), Buffer.alloc(3000)])),
      "2000 bytes",
    ],
    [
      "a count that lies",
      framed(Buffer.concat([header(3, 1, 7), Buffer.from([0, 0, 9, 9])])),
      '"field":"topics"',
    ],
    [
      "a torn field",
      framed(Buffer.concat([header(0, 3, 7), Buffer.from([0, 9])])),
      "transactionalId",
    ],
    [
      "a client id that lies",
      framed(Buffer.concat([header(3, 1, 7).subarray(0, 8), Buffer.from([9, 9])])),
      "Metadata",
    ],
  ];
  test.each(endings)("%s ends the connection, with one line", async (_, bytes, why) => {
    const client = fixture.connect();
    client.sendBytes(bytes);
    await client.whenEnded();
    expect(client.answers).toHaveLength(0);
    expect(fixture.logged).toHaveLength(1);
    expect(fixture.logged[0]).toStartWith("warn kafka-connection-ended");
    expect(fixture.logged[0]).toContain(why);
    client.sendBytes(framed(header(18, 0, 8)));
    expect(fixture.logged).toHaveLength(1);
  });

  test.each(endings)("%s still lets the answers before it leave", async (_, bytes) => {
    const slow = Promise.withResolvers<void>();
    fixture.beforeProduce = () => slow.promise;
    const client = fixture.connect();
    const id = client.send(produce, 9, produceOf("1"));
    client.sendBytes(bytes);
    client.send(produce, 9, produceOf("behind it"));
    expect(client.ended).toBe(false);
    slow.resolve();
    expect(await nextId(client)).toBe(id);
    await client.whenEnded();
    expect(fixture.broker.partition("orders", 0)?.logEndOffset).toBe(1);
  });

  test("a fault of the broker itself ends the connection, with an error in the log", async () => {
    fixture.beforeProduce = () => {
      throw new TypeError("a bug");
    };
    const client = fixture.connect();
    client.send(produce, 9, produceOf("1"));
    await client.whenEnded();
    expect(fixture.logged).toHaveLength(1);
    expect(fixture.logged[0]).toStartWith("error kafka-request-failed");
    expect(fixture.logged[0]).toContain("a bug");
    expect((await fixture.connect().call(metadata, 12, ASK_ALL)).topics).toHaveLength(1);
  });

  test("random bytes cost their connection, and no one else's", async () => {
    const healthy = fixture.connect();
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 300; round++) {
      const client = fixture.connect();
      const noise = Uint8Array.from({ length: 60 }, () => Math.floor(random() * 256));
      const apiKey = Math.floor(random() * 80);
      client.sendBytes(
        framed(Buffer.concat([header(apiKey, Math.floor(random() * 14), 1), noise])),
      );
      client.receiver.closed(null);
    }
    expect((await healthy.call(metadata, 12, ASK_ALL)).clusterId).toHaveLength(22);
    expect(fixture.logged.filter((line) => line.startsWith("error"))).toEqual([]);
  });
});

describe("an ApiVersions request", () => {
  test.each([5, 99, -1])("of the unknown version %d is answered in version 0", async (version) => {
    const client = fixture.connect();
    client.sendBytes(framed(header(18, version, 77)));
    const frame = await client.answer();
    const { correlationId, body } = decodeResponse(apiVersions, 0, frame, 0, frame.length);
    expect(correlationId).toBe(77);
    expect(body.errorCode).toBe(35);
    expect(body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
    const answer = await client.call(apiVersions, 0, NO_SOFTWARE);
    expect(answer.errorCode).toBe(0);
  });

  test("is answered as often as it is asked, however many wait", async () => {
    const client = fixture.connect();
    const one = framed(header(18, 99, 1));
    client.sendBytes(Buffer.concat(Array.from({ length: 20_000 }, () => one)));
    for (let count = 0; count < 20_000; count++) await client.answer();
  });
});

const NO_SOFTWARE = { clientSoftwareName: "", clientSoftwareVersion: "" };

describe("a client that has too much under way", () => {
  test("is read no more, by the count of its requests", async () => {
    const slow = Promise.withResolvers<void>();
    fixture.beforeProduce = () => slow.promise;
    const client = fixture.connect();
    for (let count = 1; count <= 9; count++) client.send(produce, 9, produceOf("x"));
    expect(client.paused).toBe(false);
    client.send(produce, 9, produceOf("x"));
    expect(client.paused).toBe(true);
    slow.resolve();
    for (let count = 0; count < 10; count++) await client.answer();
    expect(client.paused).toBe(false);
  });

  test("is read no more, by their bytes, its own or everyone's", async () => {
    const slow = Promise.withResolvers<void>();
    fixture.beforeProduce = () => slow.promise;
    const [first, second, third] = [fixture.connect(), fixture.connect(), fixture.connect()];
    first.send(produce, 9, produceOf("x".repeat(8000)));
    expect(first.paused).toBe(true);
    second.send(produce, 9, produceOf("x".repeat(4000)));
    expect(second.paused).toBe(true); // it holds little, all of them together hold too much
    expect(third.paused).toBe(false); // it may still send one
    third.send(produce, 9, produceOf("x"));
    expect(third.paused).toBe(true);
    slow.resolve();
    for (const client of [first, second, third]) await client.answer();
    for (const client of [first, second, third]) expect(client.paused).toBe(false);
  });

  test("frees its share when it goes away", async () => {
    fixture.beforeProduce = () => new Promise(() => {});
    const [first, second] = [fixture.connect(), fixture.connect()];
    second.send(produce, 9, produceOf("x"));
    first.send(produce, 9, produceOf("x".repeat(9000)));
    first.send(produce, 9, produceOf("x".repeat(9000)));
    second.send(produce, 9, produceOf("x"));
    expect(second.paused).toBe(true);
    first.receiver.closed(null);
    expect(second.paused).toBe(false);
  });
});

test("a client may be silent that waits for an answer, not one amid a request", async () => {
  const slow = Promise.withResolvers<void>();
  fixture.beforeProduce = () => slow.promise;
  const client = fixture.connect();
  client.sendBytes(Uint8Array.of(0, 0, 20, 0, 1, 2));
  expect(client.receiver.mayBeSilent).toBe(false);
  const other = fixture.connect();
  other.send(produce, 9, produceOf("1"));
  expect(other.receiver.mayBeSilent).toBe(true);
  slow.resolve();
  await other.answer();
  await turns(1);
  expect(other.receiver.mayBeSilent).toBe(false);
});

describe("a client that doesn't read", () => {
  test("is begun nothing for while its answers wait", async () => {
    const writer = fixture.connect();
    await writer.call(produce, 9, produceOf("x".repeat(3000)));
    const client = fixture.connect();
    client.stalled = true;
    for (let count = 0; count < 5; count++) client.send(fetch, 11, fetchOf(0));
    await turns(20);
    expect(client.paused).toBe(true);
    client.drain();
    client.stalled = true;
    await turns(20);
    expect(client.answers).toHaveLength(1); // one answer is above the bound: the next waited for it
    client.drain();
    for (let count = 0; count < 5; count++) {
      const frame = await client.answer();
      const { body } = decodeResponse(fetch, 11, frame, 0, frame.length);
      expect(body.responses[0]?.partitions[0]?.records).not.toBeNull();
    }
    expect(client.paused).toBe(false);
  });

  test("goes on by itself when all has left at once", async () => {
    const client = fixture.connect();
    client.stalled = true;
    for (let count = 0; count < 30; count++)
      client.send(findCoordinator, 0, { key: "g", coordinatorKeys: [] });
    client.drain();
    for (let count = 0; count < 30; count++) await client.answer();
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => fixture.clock.atEndOfTurn(resolve));
  }
}
