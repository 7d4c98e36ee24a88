// What a program with kafkajs does: `node client.mjs HOST:PORT`. Prints one JSON object of what it
// was told. It reads nothing: that takes a group, see groups.mjs.
import kafkajs from "kafkajs";

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;

const [broker] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "interop", brokers: [broker], logLevel: logLevel.ERROR });
const told = {};

const admin = kafka.admin();
await admin.connect();
const topics = [
  {
    topic: "kafkajs",
    numPartitions: 2,
    configEntries: [{ name: "retention.ms", value: "1000000" }],
  },
];
told.created = await admin.createTopics({ topics, waitForLeaders: true });
told.createdAgain = await admin.createTopics({ topics });
await admin.createPartitions({ topicPartitions: [{ topic: "kafkajs", count: 3 }] });
const resource = { type: ConfigResourceTypes.TOPIC, name: "kafkajs" };
await admin.alterConfigs({
  validateOnly: false,
  resources: [{ ...resource, configEntries: [{ name: "retention.ms", value: "2000000" }] }],
});
const described = await admin.describeConfigs({
  includeSynonyms: true,
  resources: [{ ...resource, configNames: ["retention.ms"] }],
});
told.retention = described.resources[0].configEntries[0].configValue;
told.cluster = await admin.describeCluster();

const record = { partition: 0, key: "k", value: "plain", headers: { a: "1", b: ["2", "3"] } };
const producers = {
  plain: kafka.producer({ allowAutoTopicCreation: false }),
  idempotent: kafka.producer({ idempotent: true, maxInFlightRequests: 1 }),
};
for (const producer of Object.values(producers)) await producer.connect();
const send = (producer, options, ...messages) =>
  producer.send({ topic: "kafkajs", ...options, messages });
told.plain = await send(producers.plain, {}, record, { partition: 0, key: "k", value: null });
told.acks1 = await send(producers.plain, { acks: 1 }, { partition: 0, value: "acks 1" });
const gzip = { compression: CompressionTypes.GZIP };
told.gzip = await send(
  producers.plain,
  gzip,
  ...Array.from({ length: 100 }, (_, i) => ({ partition: 1, value: `gzip ${i}` })),
);
told.idempotent = [];
for (let i = 0; i < 10; i++) {
  const [receipt] = await send(producers.idempotent, {}, { partition: 2, value: `once ${i}` });
  told.idempotent.push(Number(receipt.baseOffset));
}
told.acks0 = await send(producers.plain, { acks: 0 }, { partition: 0, value: "acks 0" });
for (const producer of Object.values(producers)) await producer.disconnect();

told.offsets = await admin.fetchTopicOffsets("kafkajs");
told.offsetsNow = await admin.fetchTopicOffsetsByTimestamp("kafkajs", 0);
await admin.deleteTopicRecords({ topic: "kafkajs", partitions: [{ partition: 1, offset: "40" }] });
told.offsetsThen = await admin.fetchTopicOffsets("kafkajs");
await admin.createTopics({ topics: [{ topic: "kafkajs-gone" }] });
await admin.deleteTopics({ topics: ["kafkajs-gone"] });
told.topics = await admin.listTopics();
await admin.disconnect();
process.stdout.write(JSON.stringify(told));
