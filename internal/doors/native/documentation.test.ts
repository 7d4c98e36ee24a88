import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { MAX_TOPICS_OF_GROUP } from "../../broker/observability/group-watcher.ts";
import { MAX_FAULTS_OF_TOPIC, MAX_OUT_OF_VIEW } from "../../broker/observability/watcher.ts";
import type { Connection } from "../../platform/network.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { memoryNetwork } from "../../platform/testing/memory-network.ts";
import { uint32At } from "../../record/big-endian.ts";
import { BatchBuilder } from "../../record/builder.ts";
import { fakeBroker } from "../fake-broker.testing.ts";
import { decodeCbor } from "./cbor.ts";
import { nativeDoor } from "./door.ts";
import { encodeFrame, MAX_REQUEST_HEAD_BYTES, PREFACE } from "./frame.ts";
import * as groups from "./group-operations.ts";
import { handlers } from "./handlers.ts";
import { defaultNativeLimits } from "./limits.ts";
import * as members from "./member-operations.ts";
import type { Operation } from "./operation.ts";
import * as operations from "./operations.ts";
import * as replication from "./replicate-messages.ts";
import * as streams from "./stream-messages.ts";
import * as topics from "./topic-operations.ts";
import * as changes from "./watch-messages.ts";

const page = readFileSync(path.join(import.meta.dir, "../../../docs/native-protocol.md"), "utf8");

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

test("the example is what a client and a broker really say", async () => {
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
  const shown = /```hex\n(.*?)```/s.exec(page)?.[1] ?? "";
  expect(shown.trimEnd().split("\n")).toEqual(lines);
});

/** What is described in sections of its own. */
const STREAMS = [streams.fetch.name, changes.watch.name, replication.replicate.name];

test("every operation and every field is described", () => {
  const all: unknown[] = [
    ...Object.values(operations),
    ...Object.values(topics),
    ...Object.values(groups),
    ...Object.values(members),
    ...Object.values(streams),
    ...Object.values(changes),
    ...Object.values(replication),
  ];
  const isMessage = (one: unknown): one is { name: string } =>
    typeof one === "object" && one !== null && "name" in one;
  const messages = all.filter(isMessage);
  const rowsByName = new Map(
    [...page.matchAll(/^\| `([a-z-]+)` \|.*$/gm)].map((row) => [row[1], row[0]]),
  );
  expect([...handlers.keys()].filter((name) => !rowsByName.has(name))).toEqual([]);
  const missing = messages.flatMap((message) => {
    const shapes = ["request", "answer", "fields"].flatMap((part) =>
      part in message ? [Reflect.get(message, part)] : [],
    );
    const names: string[] = shapes.flatMap(({ names }) => names);
    const isStream = STREAMS.includes(message.name);
    const text = isStream ? page : (rowsByName.get(message.name) ?? "");
    return names
      .filter((name) => !text.includes(`\`${name}\``))
      .map((name) => `${message.name}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test("the limits are those that hold", () => {
  const { limits, mib } = { limits: defaultNativeLimits, mib: 1024 * 1024 };
  const said = page.replaceAll("\n", " ");
  expect(said).toContain(
    `while ${limits.maxProducesInFlight} \`produce\` or ${limits.maxOthersInFlight} other requests`,
  );
  expect(said).toContain(`or ${limits.maxQueuedBytes / mib} MiB of answers wait`);
  expect(said).toContain(`at most ${limits.maxStreamPollBytes / mib} MiB at a time`);
  expect(said).toContain(`More than ${limits.maxCreditBytes / mib} MiB of credit`);
  expect(said).toContain(`up to ${limits.maxStreams} streams`);
  expect(said).toContain(`head has ${MAX_REQUEST_HEAD_BYTES / mib} MiB at the most`);
  expect(said).toContain(`at least ${limits.minWatchIntervalMs}.`);
  expect(said).toContain(
    `how many updates the broker may send; at most ${limits.maxWatchCredit} are`,
  );
  expect(said).toContain(`at most ${limits.maxWatchRows} rows of each kind`);
  expect(said).toContain(`list of at most ${changes.MAX_WATCHED_GROUPS} ids of groups`);
  expect(said).toContain(`up to ${MAX_TOPICS_OF_GROUP} of \`topic\` and \`lag\``);
  expect(said).toContain(`list of at most ${changes.MAX_WATCHED_TOPICS} names of topics`);
  const [most, beside] = [changes.MAX_PARTITIONS_IN_VIEW, MAX_OUT_OF_VIEW];
  expect(said).toContain(`a list of at most ${most} numbers`);
  expect(said).toContain(`then ${beside} of the others at the most`);
  expect(said).toContain(`not \`ok\`, at most ${MAX_FAULTS_OF_TOPIC} of each topic`);
  expect(streams.MAX_STREAM_PARTITIONS).toBe(10_000);
  expect(said).toContain("list of at most 10 000 of");
});

test("every error code is described", () => {
  const sources = ["refusal.ts", "../../broker/errors.ts", "../../coordination/errors.ts"];
  const codes = sources.flatMap((file) => [
    ...readFileSync(path.join(import.meta.dir, file), "utf8").matchAll(/^ {2}\| "([a-z-]+)"/gm),
  ]);
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.map((code) => code[1]).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
