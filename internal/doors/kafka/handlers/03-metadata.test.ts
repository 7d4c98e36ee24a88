import { afterEach, expect, test } from "bun:test";
import { BrokerError } from "../../../broker/errors.ts";
import { type Fixture, openFixture } from "../fixture.testing.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { metadata } from "../protocol/messages/03-metadata.ts";
import { ZERO_UUID } from "../protocol/table.ts";

let fixture: Fixture;

afterEach(() => fixture.close());

async function open(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  fixture = await openFixture(settings);
}

async function ask(version: number, name: string, allowAutoTopicCreation = true) {
  const answer = await fixture.connect().call(metadata, version, {
    topics: [{ topicId: ZERO_UUID, name }],
    allowAutoTopicCreation,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });
  return { ...answer, topic: answer.topics[0] };
}

test.each([0, 3, 4, 12, 13])(
  "version %d: a topic is made on first use, and is there with its leaders",
  async (version) => {
    await open({ "num.partitions": "3" });
    const { topic } = await ask(version, "new");
    expect(topic).toMatchObject({ errorCode: 0, name: "new" });
    expect(
      topic?.partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId]),
    ).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(fixture.broker.topic("new")?.partitionCount).toBe(3);
  },
);

test("clients that ask at once for the same new topic all get it", async () => {
  await open();
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(12, "new")));
  expect(new Set(answers.map(({ topic }) => topic?.topicId)).size).toBe(1);
  expect(answers.every(({ topic }) => topic?.errorCode === 0)).toBe(true);
});

test("a topic that is there, and not to be seen yet, is one to ask for again", async () => {
  await open();
  fixture.broker.createTopic = () => Promise.reject(new BrokerError("topic-exists", "it is there"));
  const { code: errorCode } = kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
  expect((await ask(12, "new")).topic).toMatchObject({ errorCode });
});

test("no topic is made when the client or the broker doesn't want it", async () => {
  await open();
  const unknown = { errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code, partitions: [] };
  expect((await ask(12, "new", false)).topic).toMatchObject(unknown);
  await fixture.close();
  await open({ "auto.create.topics.enable": "false" });
  expect((await ask(12, "new")).topic).toMatchObject(unknown);
  expect(fixture.broker.topics()).toEqual([]);
});

test("no topic is made of a name that none may have", async () => {
  await open();
  const { code: errorCode } = kafkaErrors.INVALID_TOPIC_EXCEPTION;
  for (const name of ["", ".", "..", "a/b", "ä", "n".repeat(250)]) {
    expect((await ask(12, name)).topic).toMatchObject({ errorCode });
  }
  expect(fixture.broker.topics()).toEqual([]);
});

test("brokers are told with their rack, from version 1 on", async () => {
  await open({ "broker.rack": "attic", "broker.id": "7" });
  const node = { nodeId: 7, host: "broker-1", port: 9092 };
  expect((await ask(13, "a")).brokers).toEqual([{ ...node, rack: "attic" }]);
  expect((await ask(0, "a")).brokers).toEqual([{ ...node, rack: null }]);
});

test("without a rack, brokers have none", async () => {
  await open();
  expect((await ask(13, "a")).brokers).toMatchObject([{ nodeId: 1, rack: null }]);
});

test("a broker that can't know who leads ends the connection, and blames nobody", async () => {
  await open();
  const { replication } = fixture.broker;
  Object.defineProperty(replication, "knowsLeaders", { value: false, configurable: true });
  expect(ask(12, "a")).rejects.toThrow("the connection has ended");
  await ask(12, "a").catch(() => {});
  expect(fixture.logged[0]).toStartWith("info kafka-client-sent-on");
  Object.defineProperty(replication, "knowsLeaders", { value: true });
  expect((await ask(12, "a")).topic).toMatchObject({ errorCode: 0 });
});
