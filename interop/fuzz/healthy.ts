/**
 * A client that means well: writes a record, reads it back, rests a little, and begins again.
 *
 *   bun interop/fuzz/healthy.ts HOST:PORT TOPIC
 *
 * On SIGTERM it prints how long its requests took, as JSON, and ends. Anything unexpected ends it
 * at once with an error.
 */
import { batchOf } from "../../internal/doors/kafka/fixture.testing.ts";
import { decodeResponse } from "../../internal/doors/kafka/protocol/frames.ts";
import type { Api } from "../../internal/doors/kafka/protocol/message.ts";
import { produce } from "../../internal/doors/kafka/protocol/messages/00-produce.ts";
import { fetch } from "../../internal/doors/kafka/protocol/messages/01-fetch.ts";
import {
  type Decoded,
  type Encodable,
  type Fields,
  ZERO_UUID,
} from "../../internal/doors/kafka/protocol/table.ts";
import { kafkaRequest, rawClient } from "../raw-client.ts";

/** What the client found. */
export interface Health {
  readonly requests: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const REST_MS = 5;

const [address = "", topic = ""] = process.argv.slice(2);
const client = await rawClient(address);
const took: number[] = [];
let stopped = false;

process.on("SIGTERM", () => {
  stopped = true;
});

async function call<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q>,
): Promise<Decoded<R>> {
  const beganMs = performance.now();
  client.send(kafkaRequest(api, version, body));
  const frame = await client.answer();
  took.push(performance.now() - beganMs);
  if (frame === null) throw new Error(`${api.name} was answered by hanging up`);
  return decodeResponse(api, version, frame, 0, frame.length).body;
}

async function write(text: string): Promise<number> {
  const topicId = ZERO_UUID;
  const partitionData = [{ index: 0, records: batchOf([text], { timestampMs: Date.now() }) }];
  const topicData = [{ name: topic, topicId, partitionData }];
  const { responses } = await call(produce, 12, { acks: -1, timeoutMs: 1000, topicData });
  const told = responses[0]?.partitionResponses[0];
  if (told?.errorCode !== 0) throw new Error(`a record was refused: ${JSON.stringify(told)}`);
  return told.baseOffset;
}

async function read(fetchOffset: number): Promise<string> {
  const place = { partition: 0, fetchOffset, partitionMaxBytes: 1000, currentLeaderEpoch: -1 };
  const limits = { maxWaitMs: 1000, minBytes: 1, maxBytes: 1000 };
  const { responses } = await call(fetch, 12, {
    ...limits,
    topics: [{ topic, topicId: ZERO_UUID, partitions: [place] }],
    forgottenTopicsData: [],
    rackId: "",
  });
  const records = responses[0]?.partitions[0]?.records ?? null;
  if (records === null) throw new Error("there are no records in the answer");
  return Buffer.from(records.buffer).toString("latin1", records.from, records.to);
}

for (let count = 0; !stopped; count++) {
  const text = `record ${count}`;
  const found = await read(await write(text));
  if (!found.includes(text)) throw new Error(`${text} was not read back`);
  await Bun.sleep(REST_MS);
}
took.sort((a, b) => a - b);
const at = (share: number): number => took[Math.floor(share * (took.length - 1))] ?? Number.NaN;
const health: Health = {
  requests: took.length,
  medianMs: at(0.5),
  p99Ms: at(0.99),
  maxMs: at(1),
};
console.log(JSON.stringify(health));
process.exit(0);
