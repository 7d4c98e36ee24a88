import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { BrokerError } from "../../../broker/errors.ts";
import { batchOf, type Fixture, makeTopic, openFixture } from "../fixture.testing.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import { ZERO_UUID } from "../protocol/table.ts";

type Records = Uint8Array | null;

let fixture: Fixture;
let orders = ZERO_UUID;

beforeAll(async () => {
  fixture = await openFixture();
  orders = await makeTopic(fixture.broker, "orders", 3);
});

beforeEach(() => {
  fixture.beforeProduce = null;
});

afterAll(() => fixture.close());

/** A request for partitions of one topic, from 0 on. */
function requestOf(version: number, acks: number, records: readonly Records[]) {
  const byId = version >= 13;
  const partitionData = records.map((batch, index) => ({ index, records: batch }));
  const topic = { name: byId ? "" : "orders", topicId: byId ? orders : ZERO_UUID, partitionData };
  return { acks, timeoutMs: 1000, topicData: [topic] };
}

/** Produces to partition 0 and returns what the answer says of it. */
async function produceOne(version: number, batch: Records, acks = -1, more = {}) {
  const request = { ...requestOf(version, acks, [batch]), ...more };
  const { responses } = await fixture.connect().call(produce, version, request);
  const partition = responses[0]?.partitionResponses[0];
  if (partition === undefined) throw new Error("no partition in the answer");
  return partition;
}

const versions = Array.from({ length: 11 }, (_, i) => 3 + i);

describe("Produce", () => {
  test.each(versions)("version %d appends, and says where", async (version) => {
    const end = fixture.broker.partition("orders", 0)?.logEndOffset ?? -1;
    for (const acks of [1, -1]) {
      const answer = await produceOne(version, batchOf(["a", "b"]), acks);
      expect(answer).toMatchObject({
        index: 0,
        errorCode: 0,
        baseOffset: acks === 1 ? end : end + 2,
        logAppendTimeMs: -1,
        logStartOffset: version < 5 ? -1 : 0,
        recordErrors: [],
        errorMessage: null,
      });
    }
  });

  test.each(versions)("version %d lets each partition fail by itself", async (version) => {
    const damaged = batchOf(["x"]);
    damaged[damaged.length - 1] = 0x7f;
    const batches = [batchOf(["a"]), damaged, null, batchOf(["a"])];
    const request = requestOf(version, -1, batches);
    const { responses } = await fixture.connect().call(produce, version, request);
    expect(responses).toHaveLength(1);
    expect(responses[0]?.name).toBe(version < 13 ? "orders" : "");
    expect(responses[0]?.partitionResponses.map(({ errorCode }) => errorCode)).toEqual([
      kafkaErrors.NONE.code,
      kafkaErrors.CORRUPT_MESSAGE.code,
      kafkaErrors.INVALID_RECORD.code,
      kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code,
    ]);
    expect(responses[0]?.partitionResponses[1]).toMatchObject({
      baseOffset: -1,
      logStartOffset: -1,
      logAppendTimeMs: -1,
      errorMessage: version < 8 ? null : expect.stringContaining("crc"),
    });
  });

  const two = Buffer.concat([batchOf(["a"]), batchOf(["b"])]);
  const old = batchOf(["a"]);
  old[16] = 1;
  test.each([
    ["no records", null, "INVALID_RECORD"],
    ["empty records", new Uint8Array(0), "INVALID_RECORD"],
    ["two batches", two, "INVALID_RECORD"],
    ["the start of a batch", batchOf(["abc"]).slice(0, 40), "CORRUPT_MESSAGE"],
    ["an old format", old, "INVALID_RECORD"],
    ["more than the topic allows", batchOf(["x".repeat(1_100_000)]), "MESSAGE_TOO_LARGE"],
  ] as const)("refuses %s", async (_, records, error) => {
    expect((await produceOne(9, records)).errorCode).toBe(kafkaErrors[error].code);
  });

  test("takes zstd from version 7 on", async () => {
    const batch = () => batchOf(["a"], { codec: "zstd" });
    const refused = await produceOne(6, batch());
    expect(refused.errorCode).toBe(kafkaErrors.UNSUPPORTED_COMPRESSION_TYPE.code);
    expect((await produceOne(7, batch())).errorCode).toBe(0);
  });

  test("refuses unknown topics, ids, acks and all transactions", async () => {
    const answer = await produceOne(13, batchOf(["a"]), -1, {
      topicData: [
        {
          name: "",
          topicId: "AAAAAAAAAAAAAAAAAAAAAQ",
          partitionData: [{ index: 0, records: batchOf(["a"]) }],
        },
      ],
    });
    expect(answer.errorCode).toBe(kafkaErrors.UNKNOWN_TOPIC_ID.code);
    for (const acks of [2, -2]) {
      const { errorCode } = await produceOne(9, batchOf(["a"]), acks);
      expect(errorCode).toBe(kafkaErrors.INVALID_REQUIRED_ACKS.code);
    }
    const { errorCode } = await produceOne(9, batchOf(["a"]), -1, { transactionalId: "t" });
    expect(errorCode).toBe(kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code);
  });

  test("names the leader where it has moved, from version 10 on", async () => {
    fixture.beforeProduce = () => {
      throw new BrokerError("not-leader", "someone else leads");
    };
    const { code: errorCode } = kafkaErrors.NOT_LEADER_OR_FOLLOWER;
    for (const version of [9, 10, 13]) {
      const request = requestOf(version, -1, [batchOf(["a"])]);
      const { responses, nodeEndpoints } = await fixture.connect().call(produce, version, request);
      const told = version >= 10;
      expect(responses[0]?.partitionResponses[0]).toMatchObject({
        errorCode,
        currentLeader: told ? { leaderId: 1, leaderEpoch: 0 } : { leaderId: -1, leaderEpoch: -1 },
      });
      const address = { nodeId: 1, host: "broker-1", port: 9092, rack: null };
      expect(nodeEndpoints).toEqual(told ? [address] : []);
    }
    fixture.beforeProduce = null;
  });

  test("answers an idempotent producer's second try like its first", async () => {
    const batch = (baseSequence: number, producerEpoch = 0) => {
      const producer = { producerId: 5, producerEpoch, baseSequence, transactional: false };
      return batchOf(["a"], { producer });
    };
    const first = await produceOne(9, batch(0));
    expect(first.errorCode).toBe(0);
    expect((await produceOne(9, batch(0))).baseOffset).toBe(first.baseOffset);
    const gap = await produceOne(9, batch(7));
    expect(gap.errorCode).toBe(kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.code);
    expect((await produceOne(9, batch(0, 1))).errorCode).toBe(0);
    const stale = await produceOne(9, batch(1, 0));
    expect(stale.errorCode).toBe(kafkaErrors.INVALID_PRODUCER_EPOCH.code);
  });

  test.each([9, 10, 13])("version %d names the leader when it is another", async (version) => {
    fixture.beforeProduce = () => {
      throw new BrokerError("not-leader", "another broker leads");
    };
    const request = requestOf(version, -1, [batchOf(["a"])]);
    const answer = await fixture.connect().call(produce, version, request);
    expect(answer.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: kafkaErrors.NOT_LEADER_OR_FOLLOWER.code,
      currentLeader: version < 10 ? { leaderId: -1 } : { leaderId: 1, leaderEpoch: 0 },
    });
    const endpoint = { nodeId: 1, host: "broker-1", port: 9092, rack: null };
    expect(answer.nodeEndpoints).toEqual(version < 10 ? [] : [endpoint]);
  });

  test("with acks 0, answers nothing and ends the connection of a failure", async () => {
    const client = fixture.connect();
    client.send(produce, 9, requestOf(9, 0, [batchOf(["a"])]));
    await client.call(produce, 9, requestOf(9, 1, [batchOf(["b"])]));
    expect(client.answers).toHaveLength(0);
    client.send(produce, 9, requestOf(9, 0, [null]));
    await expect(client.answer()).rejects.toThrow("ended");
    expect(fixture.logged.at(-1)).toContain("acks=0");
  });

  test("gives the log append time where the topic asks for it", async () => {
    const config = new Map([["message.timestamp.type", "LogAppendTime"]]);
    const rest = { partitionCount: 1, replicationFactor: null, validateOnly: false };
    await fixture.broker.createTopic({ name: "stamped", config, ...rest });
    const topic = { name: "stamped", partitionData: [{ index: 0, records: batchOf(["a"]) }] };
    const request = { acks: -1, timeoutMs: 1, topicData: [{ topicId: ZERO_UUID, ...topic }] };
    const { responses } = await fixture.connect().call(produce, 9, request);
    const logAppendTimeMs = fixture.clock.nowMs();
    expect(responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0, logAppendTimeMs });
  });
});
