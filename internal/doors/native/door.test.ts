import { describe, expect, test } from "bun:test";
import type { Connection } from "../../platform/network.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { type MemoryNetworkOptions, memoryNetwork } from "../../platform/testing/memory-network.ts";
import { putInt32, uint32At } from "../../record/big-endian.ts";
import { BatchBuilder } from "../../record/builder.ts";
import { fakeBroker } from "../fake-broker.testing.ts";
import { nativeDoor } from "./door.ts";
import { defaultNativeLimits, type NativeLimits } from "./limits.ts";
import { decodeCbor, encodeCbor } from "./protocol/cbor.ts";

/** A client made by hand from what the documentation says, so that both don't share a mistake. */
async function caller(
  options: { network?: Partial<MemoryNetworkOptions>; limits?: Partial<NativeLimits> } = {},
) {
  const clock = manualClock();
  const network = memoryNetwork(clock, options.network);
  const broker = fakeBroker({ orders: 1 });
  const logged: string[] = [];
  const log = {
    info: () => {},
    warn: (event: string) => logged.push(event),
    error: (event: string) => logged.push(event),
  };
  const limits = { ...defaultNativeLimits, ...options.limits };
  let served: Connection | null = null;
  const { address } = await network.listen({ host: "broker", port: 0 }, (connection) => {
    served = connection;
    return nativeDoor({ broker, clock, log, limits })(connection);
  });
  let heard = Buffer.alloc(0);
  let closed = false;
  const connection = await network.connect(address, 1000, () => ({
    receive(chunk, from, to) {
      heard = Buffer.concat([heard, chunk.subarray(from, to)]);
    },
    partial: null,
    filled() {},
    drained() {},
    closed() {
      closed = true;
    },
  }));
  return {
    broker,
    logged,
    connection,
    get served(): Connection {
      if (served === null) throw new Error("nobody has connected");
      return served;
    },
    get closed() {
      return closed;
    },
    async hungUp(): Promise<void> {
      for (let turn = 0; turn < 5000 && !closed; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(closed).toBe(true);
    },
    say: (...parts: Uint8Array[]) => {
      for (const part of parts) connection.send(part);
    },
    /** All heads that came since the last call, in words; checks the preface before the first. */
    async hear(count: number): Promise<string[]> {
      const heads: string[] = [];
      for (let turn = 0; turn < 5000 && heads.length < count && !closed; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
        if (heard.toString("latin1").startsWith("WEIR\x01")) heard = heard.subarray(5);
        while (heard.length >= 4 && heard.length >= 4 + uint32At(heard, 0)) {
          heads.push(
            JSON.stringify(wordsOf(decodeCbor(heard.subarray(8, 8 + uint32At(heard, 4))))),
          );
          heard = heard.subarray(4 + uint32At(heard, 0));
        }
      }
      return heads;
    },
  };
}

function wordsOf(value: unknown): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, entry]) => [key, wordsOf(entry)]));
  }
  return Array.isArray(value) ? value.map(wordsOf) : value;
}

const preface = new TextEncoder().encode("WEIR\x01");

function frame(head: Uint8Array, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(8 + head.length + payload.length);
  putInt32(bytes, 0, 4 + head.length + payload.length);
  putInt32(bytes, 4, head.length);
  bytes.set(head, 8);
  bytes.set(payload, 8 + head.length);
  return bytes;
}

function message(id: unknown, name: unknown, fields: unknown, payload?: Uint8Array): Uint8Array {
  return frame(encodeCbor([id, name, fields]), payload);
}

const hello = message(1, "hello", { minVersion: 1, maxVersion: 9, client: "by hand" });

function batch(value: string): Uint8Array {
  const builder = new BatchBuilder();
  builder.append({ key: null, value: Buffer.from(value), timestampMs: 0, headers: [] });
  return builder.build("none");
}

const produce = { topic: "orders", partition: 0, acks: 1 };

describe("a conversation", () => {
  for (const chunkBytes of [1, 3, 1000]) {
    test(`cut into chunks of ${chunkBytes} bytes`, async () => {
      const made = await caller({ network: { chunkBytes, fillsPartial: chunkBytes === 3 } });
      made.say(preface, hello, message(2, "produce", produce, batch("x")));
      const [greeting, receipt] = await made.hear(2);
      expect(greeting).toStartWith('[1,"ok",{"protocolVersion":1,"brokerId":1,');
      expect(receipt).toStartWith('[2,"ok",{"topic":"orders","partition":0,"baseOffset":0,');
    });
  }

  test("is answered in the order in which things get done", async () => {
    const made = await caller();
    let release: () => void = () => {};
    made.broker.beforeAppend = () => new Promise((resolve) => (release = resolve));
    made.say(preface, hello, message(2, "produce", produce, batch("x")));
    made.say(message(3, "delete-topic", { name: "orders" }));
    expect((await made.hear(2))[1]).toBe('[3,"ok",{}]');
    release();
    expect((await made.hear(1))[0]).toStartWith('[2,"ok",');
  });
});

describe("a request that is wrong costs that request only", () => {
  const refused = (code: string, field?: string) => ({ code, field });
  test.each([
    ["an operation that nobody knows", "dance", {}, refused("unknown-operation")],
    ["no fields", "describe-topic", null, refused("invalid-request", "")],
    ["a field missing", "describe-topic", {}, refused("invalid-request", "name")],
    ["a field too many", "describe-topic", { name: "x", w: 1 }, refused("invalid-request", "w")],
    ["a field too many where there is none", "status", { w: 1 }, refused("invalid-request", "w")],
    [
      "acks that don't exist",
      "produce",
      { ...produce, acks: 2 },
      refused("invalid-request", "acks"),
    ],
    ["an unknown topic", "describe-topic", { name: "x" }, refused("unknown-topic-or-partition")],
    [
      "a prototype for a topic",
      "describe-topic",
      new Map([["__proto__", "x"]]),
      refused("invalid-request", "name"),
    ],
  ])("%s", async (_, name, fields, { code, field }) => {
    const made = await caller();
    made.say(preface, hello, message(2, name, fields), message(3, "list-topics", {}));
    const [, first = "", second = ""] = await made.hear(3);
    const [refusal, answer] = first.startsWith("[2") ? [first, second] : [second, first];
    const [id, kind, told] = JSON.parse(refusal);
    expect([id, kind, told.code, told.field]).toEqual([2, "error", code, field]);
    expect(answer).toStartWith('[3,"ok",');
    expect(made.closed).toBe(false);
  });
});

describe("what makes no sense ends the connection, with a reason", () => {
  const deep = new Uint8Array(500_000).fill(0x81);
  test.each<[string, Uint8Array[], string]>([
    ["another preface", [Buffer.from("WEIR\x02")], "unsupported-version"],
    ["a frame that is too long", [preface, Buffer.from("7fffffff", "hex")], "frame-too-large"],
    ["a negative length", [preface, Buffer.from("ffffffff", "hex")], "frame-too-large"],
    ["an empty frame", [preface, Buffer.from("00000000", "hex")], "frame-too-large"],
    ["a frame without a head", [preface, Buffer.from("0000000100", "hex")], "malformed-frame"],
    ["a lying head length", [preface, Buffer.from("00000004ffffffff", "hex")], "malformed-frame"],
    ["an empty head", [preface, frame(new Uint8Array(0))], "malformed-frame"],
    ["no CBOR", [preface, frame(Buffer.from("ff", "hex"))], "malformed-frame"],
    ["a huge array", [preface, frame(Buffer.from("9affffffff", "hex"))], "malformed-frame"],
    ["deep nesting", [preface, frame(deep)], "malformed-frame"],
    [
      "a loop of references",
      [preface, frame(Buffer.from("d81c81d81d00", "hex"))],
      "malformed-frame",
    ],
    ["a map", [preface, frame(encodeCbor({ id: 1 }))], "malformed-frame"],
    ["a text for an id", [preface, message("1", "hello", {})], "malformed-frame"],
    ["a number for a name", [preface, message(1, 1, {})], "malformed-frame"],
    ["no greeting", [preface, message(1, "status", {})], "invalid-request"],
    ["the connection's id", [preface, hello, message(0, "status", {})], "invalid-request"],
    [
      "a bad credit",
      [preface, hello, streamRequest(2), message(2, "credit", { bytes: 0 })],
      "invalid-request",
    ],
    [
      "a stream's id",
      [preface, hello, streamRequest(2), message(2, "status", {})],
      "invalid-request",
    ],
  ])("%s", async (_, said, code) => {
    const made = await caller();
    made.say(...said);
    const heard = await made.hear(5);
    const [id, kind, told] = JSON.parse(heard.at(-1) ?? "");
    expect([id, kind, told.code]).toEqual([0, "error", code]);
    await made.hungUp();
    expect(made.logged).toEqual(["native-connection-failed"]);
    expect(made.broker.openFetchers).toBe(0);
  });

  test("a version that is not spoken here is refused by the greeting", async () => {
    const made = await caller();
    made.say(preface, message(1, "hello", { minVersion: 2, maxVersion: 3, client: "new" }));
    const [refusal = ""] = await made.hear(2);
    expect(JSON.parse(refusal)).toMatchObject([1, "error", { code: "unsupported-version" }]);
    await made.hungUp();
  });

  test("noise never does more than that", async () => {
    let seed = 12345;
    const random = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed >>> 24;
    };
    for (let round = 0; round < 300; round++) {
      const made = await caller();
      const good = encodeCbor([2, "describe-topic", { name: "orders" }]);
      const bad = good.map((byte) => (random() < 40 ? random() : byte));
      made.say(preface, hello, frame(bad), message(3, "list-topics", {}));
      const heard = await made.hear(3);
      const last = JSON.parse(heard.at(-1) ?? "");
      expect(last[0]).toBe(made.closed ? 0 : 3);
    }
  });
});

function streamRequest(id: number): Uint8Array {
  const partition = { topic: "orders", partition: 0, start: { kind: "earliest" } };
  return message(id, "fetch", { partitions: [partition], creditBytes: 1000 });
}

describe("a client that asks for more than it takes", () => {
  test("is read no further while as many requests as may be are under way", async () => {
    const made = await caller({ limits: { maxProducesInFlight: 3 } });
    const held: (() => void)[] = [];
    made.broker.beforeAppend = () => new Promise((resolve) => held.push(resolve));
    made.say(preface, hello);
    for (let id = 2; id < 12; id++) made.say(message(id, "produce", produce, batch(`${id}`)));
    await made.hear(2);
    expect(made.broker.produced.length).toBe(3);
    for (let done = 0; done < 10; done++) {
      held.shift()?.();
      await made.hear(1);
      expect(made.broker.produced.length).toBe(Math.min(10, 4 + done));
    }
  });

  test("is read no further while their payloads are as many bytes as may be", async () => {
    const made = await caller({ limits: { maxProduceBytesInFlight: 5000 } });
    made.broker.beforeAppend = () => new Promise(() => {});
    made.say(preface, hello);
    for (let id = 2; id < 12; id++)
      made.say(message(id, "produce", produce, batch("x".repeat(2000))));
    await made.hear(2);
    expect(made.broker.produced.length).toBe(3);
  });

  test("is read no further while its answers do not leave, and goes on when they do", async () => {
    const maxQueuedBytes = 10_000;
    const made = await caller({ limits: { maxQueuedBytes }, network: { windowBytes: 2000 } });
    made.say(preface, hello);
    await made.hear(1);
    made.connection.pause();
    for (let id = 2; id < 1002; id++) made.say(message(id, "describe-topic", { name: "orders" }));
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(made.served.queuedBytes).toBeGreaterThan(maxQueuedBytes);
    expect(made.served.queuedBytes).toBeLessThan(maxQueuedBytes + 2000);
    made.connection.resume();
    expect((await made.hear(1000)).length).toBe(1000);
  });

  test("is answered a few requests at a time, so that their answers are few", async () => {
    const made = await caller({ limits: { maxOthersInFlight: 2 } });
    const begun: string[] = [];
    made.broker.deleteTopic = (name) => {
      begun.push(name);
      return new Promise(() => {});
    };
    made.say(preface, hello);
    for (let id = 2; id < 12; id++) made.say(message(id, "delete-topic", { name: `${id}` }));
    await made.hear(2);
    expect(begun).toEqual(["2", "3"]);
  });

  test("gets everything when much is answered in one turn and all of it leaves", async () => {
    const made = await caller({ limits: { maxQueuedBytes: 1000 } });
    made.say(preface, hello);
    for (let id = 2; id < 202; id++) made.say(message(id, "describe-topic", { name: "orders" }));
    expect((await made.hear(201)).length).toBe(201);
  });
});
