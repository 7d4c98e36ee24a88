// @confluentinc/kafka-javascript, librdkafka for Node.js: makes a topic, writes to it, reads it in a
// group and commits. Prints one JSON object of what it was told.
import confluent from "@confluentinc/kafka-javascript";

const { Kafka } = confluent.KafkaJS;
const kafka = new Kafka({ kafkaJS: { brokers: [process.argv[2]], logLevel: 1 } });
const topic = "confluent";
const groupId = "confluent";
const COUNT = 50;
const told = { values: [] };

const admin = kafka.admin();
await admin.connect();
told.created = await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });

const producer = kafka.producer({ kafkaJS: { idempotent: true, acks: -1 } });
await producer.connect();
for (let i = 0; i < COUNT; i++) {
  const message = { key: `k${i}`, value: `v${i}`, headers: { a: "1" } };
  await producer.send({ topic, messages: [message] });
}
await producer.disconnect();

const consumer = kafka.consumer({ kafkaJS: { groupId, fromBeginning: true, autoCommit: false } });
await consumer.connect();
await consumer.subscribe({ topics: [topic] });
await new Promise((resolve) => {
  consumer.run({
    eachMessage: async ({ partition, message }) => {
      told.values.push(message.value.toString());
      const offset = String(Number(message.offset) + 1);
      await consumer.commitOffsets([{ topic, partition, offset }]);
      if (told.values.length === COUNT) resolve();
    },
  });
});
await consumer.disconnect();

const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
told.committed = partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
told.listed = (await admin.listGroups()).groups.map((group) => group.groupId);
await admin.deleteTopics({ topics: [topic] });
await admin.disconnect();
told.values.sort();
console.log(JSON.stringify(told));
