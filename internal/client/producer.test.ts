import { describe, expect, test } from "bun:test";
import { BrokerError } from "../broker/errors.ts";
import { recordCount } from "../record/batch.ts";
import { recordsOf } from "../record/records.ts";
import { type Fixture, fixture, refusalOf, until } from "./fixture.testing.ts";
import type { ProducerRecord } from "./producer-api.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function record(value: string, rest: Partial<ProducerRecord> = {}): ProducerRecord {
  return { key: null, value: encoder.encode(value), ...rest };
}

/** The values that a partition has, in order. */
function values({ broker }: Fixture, partition: number): string[] {
  const batches = broker.stored("orders", partition);
  return batches.flatMap((batch) =>
    [...recordsOf(batch, 0, 1e9)].map(({ value }) => decoder.decode(value ?? undefined)),
  );
}

/** Lets appends wait until they are released, one by one. */
function holdAppends({ broker }: Fixture): (() => void)[] {
  const held: (() => void)[] = [];
  broker.beforeAppend = () => new Promise((resolve) => held.push(resolve));
  return held;
}

describe("batches", () => {
  test("leave after the linger time", async () => {
    const made = await fixture();
    const producer = await made.client.openProducer("orders", { lingerMs: 10 });
    producer.send(record("a", { partition: 0 }));
    made.clock.advance(9);
    producer.send(record("b", { partition: 0 }));
    await made.client.status();
    expect(made.broker.produced).toEqual([]);
    made.clock.advance(1);
    await made.client.status();
    expect(values(made, 0)).toEqual(["a", "b"]);
    expect(made.clock.pendingTimers).toBe(0);
  });

  test("leave when they are full, and the next one lingers anew", async () => {
    const made = await fixture();
    const producer = await made.client.openProducer("orders", { lingerMs: 10, batchBytes: 200 });
    producer.send(record("x".repeat(100), { partition: 0 }));
    made.clock.advance(9);
    producer.send(record("y".repeat(100), { partition: 0 }));
    await made.client.status();
    expect(made.broker.produced.length).toBe(1);
    made.clock.advance(9);
    await made.client.status();
    expect(made.broker.produced.length).toBe(1);
    made.clock.advance(1);
    await made.client.status();
    expect(made.broker.produced.length).toBe(2);
  });

  test("hold one record that is larger than a batch should be", async () => {
    const made = await fixture();
    const producer = await made.client.openProducer("orders", { batchBytes: 100 });
    producer.send(record("z".repeat(1000), { partition: 0 }));
    producer.send(record("a", { partition: 0 }));
    await producer.close();
    expect(values(made, 0).map(({ length }) => length)).toEqual([1000, 1]);
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)("compressed: %s", async (codec) => {
    const made = await fixture();
    const producer = await made.client.openProducer("orders", { compression: codec });
    producer.send(record("many ".repeat(100), { partition: 0 }));
    await producer.close();
    expect(values(made, 0)).toEqual(["many ".repeat(100)]);
  });

  test("wait while as many as may be are under way, and grow meanwhile", async () => {
    const made = await fixture();
    const held = holdAppends(made);
    const producer = await made.client.openProducer("orders", { lingerMs: 1, maxInFlight: 2 });
    for (const value of ["a", "b", "c", "d", "e"]) {
      producer.send(record(value, { partition: 0 }));
      made.clock.advance(1);
    }
    await until(() => held.length === 2);
    await made.client.status();
    expect(held.length).toBe(2);
    const flushed = producer.flush();
    while (held.length > 0) {
      held.shift()?.();
      await made.client.status();
    }
    await flushed;
    expect(values(made, 0)).toEqual(["a", "b", "c", "d", "e"]);
    const sizes = made.broker.stored("orders", 0).map((batch) => recordCount(batch, 0));
    expect(sizes).toEqual([1, 1, 3]);
  });
});

describe("partitions", () => {
  test("are chosen by key as Kafka's clients do", async () => {
    const made = await fixture({ topics: { orders: 7 } });
    const producer = await made.client.openProducer("orders");
    producer.send(record("by key", { key: encoder.encode("foobar") }));
    await producer.close();
    expect(values(made, (-790332482 & 0x7fffffff) % 7)).toEqual(["by key"]);
  });

  test("stay the same without a key until a batch is sent", async () => {
    const made = await fixture();
    const producer = await made.client.openProducer("orders");
    for (const value of ["a", "b"]) producer.send(record(value));
    await producer.flush();
    for (const value of ["c", "d"]) producer.send(record(value));
    await producer.close();
    expect([values(made, 0), values(made, 1)]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("have to exist", async () => {
    const { client } = await fixture();
    const producer = await client.openProducer("orders");
    expect(() => producer.send(record("a", { partition: 2 }))).toThrow("no partition 2");
    expect(await refusalOf(client.openProducer("none"))).toBe("unknown-topic-or-partition");
  });
});

describe("what is buffered", () => {
  test("has a bound, at which send waits", async () => {
    const made = await fixture();
    const held = holdAppends(made);
    const producer = await made.client.openProducer("orders", {
      batchBytes: 1000,
      maxBufferedBytes: 3000,
    });
    const send = () => producer.send(record("x".repeat(400), { partition: 0 }));
    let sent = 1;
    let waiting = send();
    for (; waiting === undefined; sent++) waiting = send();
    expect(sent).toBe(7);
    let going = false;
    const goesOn = waiting.then(() => {
      going = true;
    });
    await until(() => held.length > 0);
    expect(going).toBe(false);
    held.shift()?.();
    await goesOn;
    made.broker.beforeAppend = null;
    for (const release of held) release();
    await producer.close();
    expect(values(made, 0).length).toBe(7);
  });

  test("is all acked when flush is done, and receipts have told of it", async () => {
    const made = await fixture();
    const receipts: string[] = [];
    const producer = await made.client.openProducer("orders", {
      onReceipt: ({ partition, baseOffset }, batch) =>
        receipts.push(`${partition} ${baseOffset} ${batch.partition} ${batch.recordCount}`),
    });
    for (const partition of [0, 1, 0]) producer.send(record("a", { partition }));
    await producer.flush();
    expect(receipts.sort()).toEqual(["0 0 0 2", "1 0 1 1"]);
    await producer.flush();
    producer.send(record("b", { partition: 0 }));
    await producer.close();
    expect(receipts).toContain("0 2 0 1");
    expect(() => producer.send(record("c"))).toThrow("closed");
  });
});

describe("a batch that fails", () => {
  const failing = async () => {
    const made = await fixture();
    made.broker.beforeAppend = ({ partition }) => {
      if (partition === 1) throw new BrokerError("storage-full", "no room");
    };
    return made;
  };

  test("is told to who asked for it, and the others are sent", async () => {
    const made = await failing();
    const failures: string[] = [];
    const producer = await made.client.openProducer("orders", {
      onFailure: ({ code }, { partition, recordCount: count }) =>
        failures.push(`${code} ${partition} ${count}`),
    });
    for (const partition of [1, 0, 1]) producer.send(record("a", { partition }));
    await producer.close();
    expect(failures).toEqual(["storage-full 1 2"]);
    expect(values(made, 0)).toEqual(["a"]);
  });

  test("otherwise fails the next call, once", async () => {
    const { client } = await failing();
    const producer = await client.openProducer("orders");
    producer.send(record("a", { partition: 1 }));
    expect(await refusalOf(producer.flush())).toBe("storage-full");
    await producer.flush();
  });

  test("fails what is under way when the connection is lost", async () => {
    const made = await fixture();
    holdAppends(made);
    const producer = await made.client.openProducer("orders");
    producer.send(record("a"));
    const flushed = refusalOf(producer.flush());
    await until(() => made.broker.produced.length === 1);
    made.served[0]?.destroy();
    expect(await flushed).toBe("closed");
  });
});
