import { describe, expect, test } from "bun:test";
import type { StreamPartition, StreamPosition } from "./api.ts";
import { batchOf, type Fixture, fixture, refusalOf, until } from "./fixture.testing.ts";
import type { Reader } from "./reader-api.ts";

const earliest: StreamPosition = { kind: "earliest" };
const latest: StreamPosition = { kind: "latest" };

function at(offset: number): StreamPosition {
  return { kind: "offset", offset };
}

function reading(
  partition: number,
  start: StreamPosition,
  end: StreamPosition | null,
): StreamPartition {
  return { topic: "orders", partition, start, end };
}

async function produce({ client }: Fixture, partition: number, ...values: string[]): Promise<void> {
  await client.produce({ topic: "orders", partition, acks: 1, batch: batchOf(values) });
}

/** What a reader tells until it ends, in words. */
async function told(reader: Reader): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of reader) {
    if (event.kind === "partition-failed") lines.push(`${event.partition} ${event.error.code}`);
    else if (event.kind === "partition-ended") lines.push(`${event.partition} end ${event.offset}`);
    else if (event.kind === "records") {
      for (const { offset, value } of event.records) {
        lines.push(`${event.partition} ${offset} ${new TextDecoder().decode(value ?? undefined)}`);
      }
    }
  }
  return lines;
}

describe("reading records", () => {
  const cases: readonly [string, StreamPosition, StreamPosition, string[]][] = [
    ["all that is there", earliest, latest, ["0 a", "1 b", "2 c", "3 d", "4 e", "end 5"]],
    ["from within a batch to within another", at(1), at(3), ["1 b", "2 c", "end 3"]],
    ["nothing", latest, latest, ["end 5"]],
    ["an end before the start", at(3), at(1), ["end 1"]],
    [
      "until a time that no record has",
      at(4),
      { kind: "at-time", timestampMs: 99 },
      ["4 e", "end 5"],
    ],
    ["from a time that no record has", { kind: "at-time", timestampMs: 99 }, latest, ["end 5"]],
    ["from behind the end", at(9), at(12), ["offset-out-of-range"]],
  ];
  for (const chunkBytes of [1, 7, 64 * 1024]) {
    test.each(cases)(`%s, in chunks of ${chunkBytes} bytes`, async (_, start, end, expected) => {
      const made = await fixture({ network: { chunkBytes, fillsPartial: chunkBytes === 7 } });
      await produce(made, 1, "a", "b");
      await produce(made, 1, "c", "d", "e");
      const reader = await made.client.openReader({ partitions: [reading(1, start, end)] });
      expect(await told(reader)).toEqual(expected.map((line) => `1 ${line}`));
      expect(made.broker.openFetchers).toBe(0);
    });
  }

  test("of several partitions, some of which are not there", async () => {
    const made = await fixture();
    await produce(made, 0, "a");
    await produce(made, 1, "b");
    const partitions = [0, 5, 1].map((number) => reading(number, earliest, latest));
    const reader = await made.client.openReader({ partitions });
    expect(reader.partitions).toEqual([
      { topic: "orders", partition: 0, startOffset: 0, endOffset: 1 },
      { topic: "orders", partition: 1, startOffset: 0, endOffset: 1 },
    ]);
    expect((await told(reader)).sort()).toEqual([
      "0 0 a",
      "0 end 1",
      "1 0 b",
      "1 end 1",
      "5 unknown-topic-or-partition",
    ]);
  });

  test("goes on with what is produced later, until it is stopped", async () => {
    const made = await fixture();
    const reader = await made.client.openReader({ partitions: [reading(0, earliest, null)] });
    const seen: string[] = [];
    const done = (async () => {
      for await (const event of reader) {
        if (event.kind !== "records") continue;
        for (const { value } of event.records)
          seen.push(new TextDecoder().decode(value ?? undefined));
        if (seen.includes("z")) break;
      }
    })();
    await produce(made, 0, "a");
    await until(() => seen.length === 1);
    await produce(made, 0, "z");
    await done;
    expect(seen).toEqual(["a", "z"]);
    await until(() => made.broker.openFetchers === 0, "the end of the broker's fetcher");
  });

  test("keeps keys, headers, times and nulls", async () => {
    const { client } = await fixture();
    const record = {
      key: Uint8Array.of(1, 2),
      value: null,
      headers: [
        ["trace", Uint8Array.of(9)],
        ["none", null],
      ],
      timestampMs: 1234,
    } as const;
    const producer = await client.openProducer("orders", { compression: "lz4" });
    producer.send({ ...record, partition: 1 });
    await producer.close();
    const reader = await client.openReader({ partitions: [reading(1, earliest, latest)] });
    for await (const event of reader) {
      if (event.kind === "records") expect(event.records).toEqual([{ offset: 0, ...record }]);
    }
  });

  test("tells of damaged records, and goes on with other partitions", async () => {
    const made = await fixture();
    await produce(made, 0, "good");
    await produce(made, 1, "bad");
    const batch = made.broker.stored("orders", 1)[0];
    if (batch !== undefined) batch[batch.length - 2] = 0xff;
    const partitions = [0, 1].map((number) => reading(number, earliest, latest));
    const reader = await made.client.openReader({ partitions });
    expect((await told(reader)).sort()).toEqual(["0 0 good", "0 end 1", "1 bad-records"]);
  });
});

describe("a stream", () => {
  test("ends with an error when the connection is lost", async () => {
    const made = await fixture();
    const stream = await made.client.openStream({ partitions: [reading(0, earliest, null)] });
    const next = refusalOf(stream[Symbol.asyncIterator]().next());
    made.served[0]?.destroy();
    expect(await next).toBe("closed");
    await until(() => made.broker.openFetchers === 0, "the end of the broker's fetcher");
  });

  test("is stopped by its signal", async () => {
    const made = await fixture();
    const giveUp = new AbortController();
    const stream = await made.client.openStream(
      { partitions: [reading(0, earliest, null)] },
      { signal: giveUp.signal },
    );
    const next = stream[Symbol.asyncIterator]().next();
    giveUp.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await until(() => made.broker.openFetchers === 0, "the end of the broker's fetcher");
    expect(made.clock.pendingTimers).toBe(0);
  });

  test("refuses a partition that is listed twice", async () => {
    const { client } = await fixture();
    const partitions = [reading(0, earliest, null), reading(0, latest, null)];
    expect(await refusalOf(client.openStream({ partitions }))).toBe(
      "invalid-request partitions[1]",
    );
  });

  test("reads thousands of partitions, and says so when it can't", async () => {
    const { client } = await fixture({ topics: { orders: 10_000 } });
    const partitions = Array.from({ length: 10_000 }, (_, number) =>
      reading(number, earliest, latest),
    );
    const reader = await client.openReader({ partitions });
    expect((await told(reader)).length).toBe(10_000);
    const long = partitions.map((one) => ({ ...one, topic: "x".repeat(200) }));
    expect(await refusalOf(client.openStream({ partitions: long }))).toBe("frame-too-large");
  });

  test("is refused when there are too many", async () => {
    const { client } = await fixture({ limits: { maxStreams: 1 } });
    const request = { partitions: [reading(0, earliest, null)] };
    const first = await client.openStream(request);
    expect(await refusalOf(client.openStream(request))).toBe("too-many-streams");
    first.stop();
    (await client.openStream(request)).stop();
  });

  test("fails a partition whose batch no frame can hold", async () => {
    const made = await fixture({ limits: { maxFrameBytes: 4096 } });
    const { broker } = made;
    broker.store("orders", 0, batchOf(["x".repeat(8192)]));
    const reader = await made.client.openReader({ partitions: [reading(0, earliest, latest)] });
    expect(await told(reader)).toEqual(["0 batch-too-large"]);
  });
});

describe("a reader that is slow", () => {
  const batch = batchOf(["x".repeat(10_000)]);

  test("is never sent more than its window, and one batch", async () => {
    const made = await fixture();
    for (let count = 0; count < 100; count++) made.broker.store("orders", 0, batch);
    const windowBytes = 5 * batch.length;
    const partitions = [reading(0, earliest, latest)];
    const stream = await made.client.openStream({ partitions, windowBytes });
    let seenBytes = 0;
    for await (const event of stream) {
      if (event.kind !== "records") continue;
      seenBytes += event.batches.length;
      expect(made.broker.fetchedBytes).toBeLessThanOrEqual(seenBytes + windowBytes + batch.length);
      await until(() => made.served[0]?.queuedBytes === 0);
    }
    expect(seenBytes).toBe(100 * batch.length);
  });

  test("that grants much and reads nothing costs the broker its bound", async () => {
    const maxQueuedBytes = 50_000;
    const maxStreamPollBytes = 20_000;
    const limits = { maxQueuedBytes, maxStreamPollBytes };
    const made = await fixture({ limits, network: { windowBytes: 1000 } });
    for (let count = 0; count < 100; count++) made.broker.store("orders", 0, batch);
    const partitions = [reading(0, earliest, latest)];
    const streams = [1, 2, 3].map(() =>
      made.client.openStream({ partitions, windowBytes: 10_000_000 }),
    );
    const [server] = made.served;
    const opened = await Promise.all(streams);
    made.clients[0]?.pause();
    await until(() => (server?.queuedBytes ?? 0) > maxQueuedBytes);
    const polls = made.broker.polls;
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(made.broker.polls).toBe(polls);
    expect(server?.queuedBytes).toBeLessThan(maxQueuedBytes + 3 * maxStreamPollBytes + 1000);
    made.clients[0]?.resume();
    for (const stream of opened) {
      let seenBytes = 0;
      for await (const event of stream)
        if (event.kind === "records") seenBytes += event.batches.length;
      expect(seenBytes).toBe(100 * batch.length);
    }
  });
});
