// What a program with kafkajs does in a group: `node groups.mjs HOST:PORT TOPIC GROUP COUNT`. Two
// consumers share the topic's partitions until they have COUNT records; prints one JSON object of
// what they and an admin client were told.
import kafkajs from "kafkajs";

const { Kafka, logLevel } = kafkajs;
const [broker, topic, groupId, count] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "interop", brokers: [broker], logLevel: logLevel.ERROR });
const told = { values: [] };
const assignments = {};

let haveAll;
const all = new Promise((resolve) => {
  haveAll = resolve;
});
const consumers = ["first", "second"].map((name) => {
  const times = { heartbeatInterval: 200, sessionTimeout: 6000, maxWaitTimeInMs: 100 };
  const consumer = kafka.consumer({ groupId, ...times });
  consumer.on("consumer.group_join", ({ payload }) => {
    assignments[name] = payload.memberAssignment[topic] ?? [];
  });
  return consumer;
});
/** Whether each has partitions, and no partition two consumers. */
const areShared = () => {
  const shares = Object.values(assignments);
  const assigned = shares.flat();
  const isEach = shares.length === consumers.length && shares.every(({ length }) => length > 0);
  return isEach && new Set(assigned).size === assigned.length;
};
for (const consumer of consumers) {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      told.values.push(message.value.toString());
      if (told.values.length >= Number(count)) haveAll();
    },
  });
}
await all;
while (!areShared()) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
told.shares = Object.values(assignments);

const admin = kafka.admin();
await admin.connect();
const { groups } = await admin.describeGroups([groupId]);
told.state = groups[0].state;
told.memberCount = groups[0].members.length;
for (const consumer of consumers) await consumer.disconnect();

const offsets = async () => {
  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
};
told.committed = await offsets();
told.listed = (await admin.listGroups()).groups.map((group) => group.groupId);
await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: "1" }] });
await admin.resetOffsets({ groupId, topic, earliest: true });
told.reset = await offsets();
told.deleted = (await admin.deleteGroups([groupId])).map(({ errorCode }) => errorCode ?? 0);
told.listedThen = (await admin.listGroups()).groups.map((group) => group.groupId);
await admin.disconnect();
process.stdout.write(JSON.stringify(told));
