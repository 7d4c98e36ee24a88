import { describe, expect, test } from "bun:test";
import { BrokerError } from "../broker/errors.ts";
import { encodeFrame, PREFACE } from "../doors/native/protocol/frame.ts";
import * as operations from "../doors/native/protocol/operations.ts";
import type { BrokerHello } from "./api.ts";
import { connect } from "./client.ts";
import { batchOf, fixture, refusalOf, until } from "./fixture.testing.ts";

const nothing = { filled() {}, drained() {}, closed() {} };

const greeting: BrokerHello = {
  brokerId: 1,
  clusterId: "odd",
  brokerVersion: "0",
  inCluster: false,
  protocolVersion: 1,
  capabilities: [],
  maxFrameBytes: 1000,
};

describe("each operation", () => {
  test("says who answers", async () => {
    const { client } = await fixture();
    expect(client.hello).toMatchObject({
      brokerId: 1,
      clusterId: "test-cluster",
      brokerVersion: "0.1.0",
      protocolVersion: 1,
    });
    expect(client.hello.capabilities).toContain("produce");
    expect(client.hello.capabilities).toContain("fetch");
  });

  test("produces a batch and tells where it is", async () => {
    const { client, broker } = await fixture();
    const request = { topic: "orders", partition: 1, acks: -1 } as const;
    await client.produce({ ...request, batch: batchOf(["a", "b"]) });
    expect(await client.produce({ ...request, batch: batchOf(["c"]) })).toEqual({
      topic: "orders",
      partition: 1,
      baseOffset: 2,
      lastOffset: 2,
      logAppendTimeMs: -1,
      logStartOffset: 0,
      durability: "fsync",
      copies: 1,
      duplicate: false,
    });
    expect(broker.produced.map(({ acks, partition }) => [acks, partition])).toEqual([
      [-1, 1],
      [-1, 1],
    ]);
  });

  test("finds offsets", async () => {
    const { client } = await fixture();
    await client.produce({ topic: "orders", partition: 0, acks: 1, batch: batchOf(["a", "b"]) });
    const find = async (kind: "earliest" | "latest" | "max-timestamp") =>
      (await client.findOffset("orders", 0, { kind })).offset;
    expect(await find("earliest")).toBe(0);
    expect(await find("latest")).toBe(2);
    expect(await find("max-timestamp")).toBe(0);
    const late = await client.findOffset("orders", 0, { kind: "at-time", timestampMs: 2 ** 50 });
    expect(late).toEqual({ offset: -1, timestampMs: -1, leaderEpoch: 7 });
  });

  test("makes, lists, describes, grows and deletes topics", async () => {
    const { client } = await fixture({ topics: {} });
    const made = await client.createTopic({
      name: "new",
      partitionCount: 1,
      replicationFactor: null,
      config: new Map([["retention.ms", "1000"]]),
    });
    expect(made).toMatchObject({ name: "new", partitionCount: 1 });
    expect(made.config).toEqual(new Map([["retention.ms", "1000"]]));
    const batch = batchOf(["x"]);
    await client.produce({ topic: "new", partition: 0, acks: 1, batch });
    await client.createPartitions("new", 3);
    expect(await client.listTopics()).toEqual([
      {
        name: "new",
        id: "id-new",
        internal: false,
        partitionCount: 3,
        replicationFactor: 2,
        offsetCount: 1,
        sizeBytes: batch.length,
      },
    ]);
    const { partitions } = await client.describeTopic("new");
    expect(partitions.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    expect(partitions[0]).toMatchObject({ leader: 1, isr: [1], observers: [2], highWatermark: 1 });
    await client.deleteTopic("new");
    expect(await client.listTopics()).toEqual([]);
  });

  test("reads and alters settings", async () => {
    const { client } = await fixture();
    await client.alterTopicConfig("orders", new Map([["retention.ms", "7"]]));
    expect(await client.topicConfig("orders")).toMatchObject([
      { name: "retention.ms", value: "7" },
    ]);
    await client.alterTopicConfig("orders", new Map([["retention.ms", null]]));
    expect(await client.topicConfig("orders")).toEqual([]);
    expect((await client.brokerConfig()).map(({ name, value }) => [name, value])).toEqual([
      ["broker.id", "1"],
      ["rack", null],
    ]);
  });

  test("deletes records and tells the status", async () => {
    const { client } = await fixture();
    await client.produce({ topic: "orders", partition: 0, acks: 1, batch: batchOf(["a", "b"]) });
    expect(await client.deleteRecords("orders", 0, -1)).toBe(2);
    expect(await client.status()).toMatchObject({
      logSizeBytes: 2 ** 40,
      writable: false,
      writeRefusal: "the disk is full",
    });
  });
});

describe("a call that fails", () => {
  test("has the broker's own code", async () => {
    const { client } = await fixture();
    expect(await refusalOf(client.describeTopic("no"))).toBe("unknown-topic-or-partition");
    const batch = batchOf(["a"]);
    batch[30] = 99;
    const request = { topic: "orders", partition: 0, acks: 1, batch } as const;
    expect(await refusalOf(client.produce(request))).toBe("corrupt-batch");
  });

  test("names the field that the broker refused", async () => {
    const { client } = await fixture();
    expect(await refusalOf(client.findOffset("orders", -1, { kind: "latest" }))).toBe(
      "invalid-request partition",
    );
    const wrong = { kind: "at-time", timestampMs: 0.5 } as const;
    expect(await refusalOf(client.findOffset("orders", 0, wrong))).toBe(
      "invalid-request position.timestampMs",
    );
  });

  test("hides a fault in the broker, and leaves it in the broker's log", async () => {
    const { client, broker, logged } = await fixture();
    broker.beforeAppend = () => {
      throw new Error("secret");
    };
    const work = client.produce({ topic: "orders", partition: 0, acks: 1, batch: batchOf(["a"]) });
    expect(await refusalOf(work)).toBe("internal-error");
    expect(logged).toEqual(["error native-request-failed"]);
  });

  test("is not sent when the broker would not take it", async () => {
    const { client } = await fixture({ limits: { maxFrameBytes: 4096 } });
    const batch = batchOf(["x".repeat(4096)]);
    const work = client.produce({ topic: "orders", partition: 0, acks: 1, batch });
    expect(await refusalOf(work)).toBe("frame-too-large");
  });

  test("says whether another try may help", async () => {
    const { client, broker } = await fixture();
    const batch = batchOf(["a"]);
    broker.beforeAppend = () => {
      throw new BrokerError("not-leader", "broker 2 is");
    };
    const work = client.produce({ topic: "orders", partition: 0, acks: 1, batch });
    await expect(work).rejects.toMatchObject({ code: "not-leader", retriable: true });
    await expect(client.describeTopic("no")).rejects.toMatchObject({ retriable: false });
    broker.beforeAppend = () => {
      throw new BrokerError("storage-full", "no room");
    };
    const full = client.produce({ topic: "orders", partition: 0, acks: 1, batch });
    await expect(full).rejects.toMatchObject({ code: "storage-full", again: "later" });
  });
});

describe("waiting for an answer", () => {
  const held = async () => {
    const made = await fixture();
    made.broker.beforeAppend = () => new Promise(() => {});
    const request = { topic: "orders", partition: 0, acks: 1, batch: batchOf(["a"]) } as const;
    return { ...made, request };
  };

  test("ends when the time is up", async () => {
    const { client, clock, request } = await held();
    const work = refusalOf(client.produce(request, { timeoutMs: 100 }));
    clock.advance(100);
    expect(await work).toBe("timed-out");
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends when the caller gives up, and costs no one else anything", async () => {
    const { client, clock, request } = await held();
    const giveUp = new AbortController();
    const work = refusalOf(client.produce(request, { signal: giveUp.signal }));
    giveUp.abort();
    expect(await work).toBe("cancelled");
    expect(await refusalOf(client.status({ signal: giveUp.signal }))).toBe("cancelled");
    expect((await client.listTopics()).length).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends with the connection", async () => {
    const { client, served, broker, request } = await held();
    const work = refusalOf(client.produce(request));
    await until(() => broker.produced.length === 1);
    served[0]?.destroy();
    expect(await work).toBe("closed");
    expect(await client.closed).toMatchObject({ code: "closed" });
    expect(await refusalOf(client.status())).toBe("closed");
  });

  test("ends when the client closes", async () => {
    const { client, request } = await held();
    const work = refusalOf(client.produce(request));
    await client.close();
    expect(await work).toBe("closed");
    expect(await client.closed).toBeNull();
  });

  test("does not hold up other requests", async () => {
    const { client, request } = await held();
    const work = refusalOf(client.produce(request));
    expect((await client.listTopics()).length).toBe(1);
    await client.close();
    expect(await work).toBe("closed");
  });
});

describe("a broker that talks nonsense", () => {
  const hello = encodeFrame(
    { id: 1, name: "ok", fields: operations.hello.answer.write(greeting) },
    0,
  );

  /** What becomes of a `status` call that is answered by `said`. */
  async function answeredBy(said: Uint8Array): Promise<string> {
    const { platform } = await fixture();
    const { address } = await platform.network.listen({ host: "odd", port: 0 }, (connection) => {
      connection.send(PREFACE);
      connection.send(hello);
      return { receive: () => connection.send(said), partial: null, ...nothing };
    });
    const client = await connect(platform, address, { timeoutMs: 1000, clientName: "test" });
    return refusalOf(client.status());
  }

  test.each([
    ["no CBOR", Uint8Array.of(0, 0, 0, 5, 0, 0, 0, 1, 0xff), "protocol-violation"],
    ["no frame", Uint8Array.of(0xff, 0xff, 0xff, 0xff), "protocol-violation"],
    ["an answer without its fields", frame(2, "ok", {}), "protocol-violation"],
    ["an error without a code", frame(2, "error", { message: "no" }), "protocol-violation"],
    ["a refusal of the connection", frame(0, "error", { code: "x", message: "y" }), "x"],
    ["an error that only says what it has to", frame(2, "error", { code: "x", message: "" }), "x"],
    ["a code of its own", frame(2, "error", { code: "x", message: "y", more: 1 }), "x"],
  ])("%s", async (_, said, code) => {
    expect(await answeredBy(said)).toBe(code);
  });

  test("events and answers that nobody asked for do no harm", async () => {
    const said = [frame(9, "ok", {}), frame(2, "surprise", {}), frame(0, "surprise", {})];
    const wanted = frame(2, "error", { code: "done", message: "" });
    expect(await answeredBy(Buffer.concat([...said, wanted]))).toBe("done");
  });

  function frame(id: number, name: string, fields: object): Uint8Array {
    return encodeFrame({ id, name, fields }, 0);
  }
});

describe("connecting", () => {
  const options = { timeoutMs: 1000, clientName: "test" };

  test("to nobody", async () => {
    const { platform } = await fixture();
    const work = connect(platform, { host: "nowhere", port: 1 }, options);
    expect(await refusalOf(work)).toBe("unreachable");
  });

  test("to someone who speaks something else", async () => {
    const { platform } = await fixture();
    const { address } = await platform.network.listen({ host: "ssh", port: 0 }, (connection) => {
      connection.send(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n"));
      return silent;
    });
    expect(await refusalOf(connect(platform, address, options))).toBe("not-weir");
  });

  test("to someone who says nothing", async () => {
    const { platform, clock } = await fixture();
    const { address } = await platform.network.listen({ host: "mute", port: 0 }, () => silent);
    const work = refusalOf(connect(platform, address, options));
    await until(() => clock.pendingTimers > 0);
    clock.advance(1000);
    expect(await work).toBe("timed-out");
  });

  test("to someone who hangs up", async () => {
    const { platform } = await fixture();
    const { address } = await platform.network.listen({ host: "rude", port: 0 }, (connection) => {
      connection.end();
      return silent;
    });
    expect(await refusalOf(connect(platform, address, options))).toBe("closed");
  });

  const silent = { receive() {}, partial: null, ...nothing };
});
