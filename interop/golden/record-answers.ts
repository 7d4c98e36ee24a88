import { connect } from "node:net";
import path from "node:path";
import type { Call } from "../../internal/doors/kafka/conformance/question.testing.ts";
import { questions } from "../../internal/doors/kafka/conformance/questions.testing.ts";
import { decodeResponse, encodeRequest } from "../../internal/doors/kafka/protocol/frames.ts";
import { Writer } from "../../internal/doors/kafka/protocol/writer.ts";

/*
 * Asks Apache Kafka what the broker's tests ask, and writes its answers to testdata/kafka:
 *
 *   bun interop/golden/record-answers.ts HOST:PORT
 *
 * The broker has to be fresh, with one node, number 1, and auto.create.topics.enable=false.
 */

const [host = "127.0.0.1", port = "9092"] = (process.argv[2] ?? "").split(":");
const file = path.resolve(import.meta.dir, "../../testdata/kafka/answers.json");
const correlationId = 1;

/** A connection for each request, as the broker may end it. */
const call: Call = async (api, version, body) => {
  const writer = new Writer();
  encodeRequest(writer, api, version, { correlationId, clientId: "weir-golden" }, body);
  const frame = await exchange(Buffer.concat(writer.take()));
  return decodeResponse(api, version, frame, 0, frame.length).body;
};

function exchange(request: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect(Number(port), host);
  let received = Buffer.alloc(0);
  socket.setTimeout(5_000, () => socket.destroy(new Error("no answer")));
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, Buffer.from(chunk)]);
    const end = received.length < 4 ? Number.POSITIVE_INFINITY : 4 + received.readInt32BE();
    if (received.length >= end) {
      socket.destroy();
      resolve(received.subarray(4, end));
    }
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("the connection was closed")));
  socket.write(request);
  return promise;
}

const answers: Record<string, unknown> = {};
for (const { title, ask } of questions) {
  answers[title] = await ask(call).catch((error) => `${error.message}`);
}
await Bun.write(file, `${JSON.stringify(answers, null, 1)}\n`);
