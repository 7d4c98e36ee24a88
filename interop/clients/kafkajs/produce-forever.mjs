// Produces until its input ends; settings and output are those of ../python/produce_forever.py.
import kafkajs from "kafkajs";

const { Kafka, logLevel } = kafkajs;
const settings = JSON.parse(process.argv[2]);
const { broker, topic, partitions, recordBytes, recordsPerSecond, idempotent } = settings;
const retry = { initialRetryTime: 20, maxRetryTime: 100, retries: 100_000 };
const kafka = new Kafka({
  brokers: broker.split(","),
  logLevel: logLevel.NOTHING,
  ...(settings.usualRetries ? {} : { retry }),
});
const producer = kafka.producer({ idempotent, maxInFlightRequests: 1 });
await producer.connect();

let stopping = false;
process.stdin.on("end", () => {
  stopping = true;
});
process.stdin.resume();

const TURNS_PER_SECOND = 100;
const batchRecords = Math.max(1, Math.round(recordsPerSecond / partitions / TURNS_PER_SECOND));
for (let first = 0; !stopping; first += batchRecords) {
  const messages = [];
  for (let sequence = first; sequence < first + batchRecords; sequence++) {
    for (let partition = 0; partition < partitions; partition++) {
      const value = Buffer.alloc(recordBytes[sequence % recordBytes.length], "x");
      messages.push({ partition, key: String(sequence), value });
    }
  }
  const receipts = await producer.send({ topic, acks: -1, messages });
  for (const { partition, baseOffset, errorCode } of receipts) {
    if (errorCode !== 0) throw new Error(`error code ${errorCode}`);
    for (let i = 0; i < batchRecords; i++) {
      process.stdout.write(`${partition} ${first + i} ${Number(baseOffset) + i}\n`);
    }
  }
}
await producer.disconnect();
