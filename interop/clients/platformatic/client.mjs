// @platformatic/kafka: makes a topic, writes to it, reads it in a group. Prints what it read.
import {
  Admin,
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";

const bootstrapBrokers = [process.argv[2]];
const COUNT = 50;

const admin = new Admin({ clientId: "admin", bootstrapBrokers });
await admin.createTopics({ topics: ["platformatic"], partitions: 2, replicas: 1 });
const producer = new Producer({
  clientId: "producer",
  bootstrapBrokers,
  serializers: stringSerializers,
});
for (let i = 0; i < COUNT; i++) {
  const message = { topic: "platformatic", key: `k${i}`, value: `v${i}`, headers: { a: "1" } };
  await producer.send({ messages: [message] });
}
await producer.close();
const consumer = new Consumer({
  groupId: "platformatic",
  clientId: "consumer",
  bootstrapBrokers,
  deserializers: stringDeserializers,
  autocommit: true,
});
const stream = await consumer.consume({ topics: ["platformatic"], mode: "earliest" });
const values = [];
for await (const message of stream) {
  values.push(message.value);
  if (values.length === COUNT) break;
}
await consumer.close(true);
await admin.close();
console.log(JSON.stringify(values.sort()));
