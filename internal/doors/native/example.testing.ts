import type { Connection } from "../../platform/network.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { memoryNetwork } from "../../platform/testing/memory-network.ts";
import { uint32At } from "../../record/big-endian.ts";
import { BatchBuilder } from "../../record/builder.ts";
import { fakeBroker } from "../fake-broker.testing.ts";
import { nativeDoor } from "./door.ts";
import { decodeCbor } from "./protocol/cbor.ts";
import { encodeFrame, PREFACE } from "./protocol/frame.ts";
import type { Operation } from "./protocol/operation.ts";
import * as operations from "./protocol/operations.ts";
import * as streams from "./protocol/stream-messages.ts";

const silent = { info() {}, warn() {}, error() {} };

/** A connection, and all that its two sides have said, in words and bytes. */
async function conversation() {
  const clock = manualClock();
  const network = memoryNetwork(clock);
  const broker = fakeBroker({ greetings: 1 });
  const { address } = await network.listen({ host: "broker", port: 0 }, (connection) =>
    nativeDoor({ broker, clock, log: silent })(connection),
  );
  const lines: string[] = [];
  const heard: Uint8Array[] = [];
  const connection: Connection = await network.connect(address, 1000, () => ({
    receive: (chunk, from, to) => heard.push(chunk.subarray(from, to)),
    partial: null,
    filled() {},
    drained() {},
    closed() {},
  }));
  return {
    lines,
    async say(bytes: Uint8Array, payload: Uint8Array = new Uint8Array(0)): Promise<void> {
      const all = Buffer.concat([bytes, payload]);
      lines.push(...transcript(">", all));
      connection.send(all);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      lines.push(...transcript("<", Buffer.concat(heard.splice(0))));
    },
  };
}

/** Bytes of whole frames, or a preface before them, as the page shows them. */
function transcript(side: string, bytes: Uint8Array): string[] {
  const lines: string[] = [];
  let at = 0;
  if (bytes[0] === PREFACE[0]) {
    lines.push(`${side} preface`, hex(bytes.subarray(0, PREFACE.length)));
    at = PREFACE.length;
  }
  while (at < bytes.length) {
    const end = at + 4 + uint32At(bytes, at);
    const headEnd = at + 8 + uint32At(bytes, at + 4);
    lines.push(`${side} ${words(decodeCbor(bytes.subarray(at + 8, headEnd)))}`);
    lines.push(`${hex(bytes.subarray(at, at + 4))} ${hex(bytes.subarray(at + 4, at + 8))}`);
    lines.push(...rows(bytes.subarray(at + 8, headEnd)));
    if (end > headEnd) lines.push("payload:", ...rows(bytes.subarray(headEnd, end)));
    at = end;
  }
  return lines;
}

function rows(bytes: Uint8Array): string[] {
  const made: string[] = [];
  for (let at = 0; at < bytes.length; at += 32) made.push(hex(bytes.subarray(at, at + 32)));
  return made;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** CBOR in its diagnostic notation. */
function words(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(words).join(", ")}]`;
  if (!(value instanceof Map))
    return typeof value === "bigint" ? `${value}` : JSON.stringify(value);
  return `{${[...value].map(([key, entry]) => `${words(key)}: ${words(entry)}`).join(", ")}}`;
}

/** What a client and a broker say in the example of docs/native-protocol.md, line by line. */
export async function exampleLines(): Promise<string[]> {
  const { lines, say } = await conversation();
  const request = <Q>(id: number, operation: Operation<Q, unknown>, fields: Q, payloadBytes = 0) =>
    encodeFrame(
      { id, name: operation.name, fields: operation.request.write(fields) },
      payloadBytes,
    );
  const builder = new BatchBuilder();
  const value = new TextEncoder().encode("hello");
  builder.append({ key: null, value, timestampMs: 1_700_000_000_000, headers: [] });
  const batch = builder.build("none");
  await say(PREFACE);
  await say(request(1, operations.hello, { minVersion: 1, maxVersion: 1, client: "example" }));
  const place = { topic: "greetings", partition: 0 };
  await say(request(2, operations.produce, { ...place, acks: -1 }, batch.length), batch);
  const partitions = [{ ...place, start: { kind: "earliest" }, end: { kind: "latest" } }] as const;
  await say(request(3, streams.fetch, { partitions, creditBytes: 65_536 }));
  return lines;
}
