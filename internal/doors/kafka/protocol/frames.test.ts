import { expect, test } from "bun:test";
import { apiKeys } from "./api-keys.ts";
import { apis } from "./apis.testing.ts";
import { kafkaErrors } from "./error-codes.ts";
import { MalformedMessage } from "./errors.ts";
import { decodeResponse, encodeRequest, encodeResponse } from "./frames.ts";
import { produce } from "./messages/00-produce.ts";
import { apiVersions } from "./messages/18-api-versions.ts";
import { readServed } from "./served.testing.ts";
import { Writer } from "./writer.ts";

const CLIENT = { correlationId: 77, clientId: "test" };

function produced(version: number): Buffer {
  const writer = new Writer();
  encodeRequest(writer, produce, version, CLIENT, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      {
        name: "t",
        topicId: "ZGVmZ2hpamtsbW5vcHFycw",
        partitionData: [{ index: 4, records: Buffer.from("batch") }],
      },
    ],
  });
  return Buffer.concat(writer.take());
}

test("a request comes back out of its frame, its records as positions in the buffer", () => {
  const frame = produced(9);
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  const larger = Buffer.concat([Buffer.alloc(10), frame, Buffer.alloc(10)]);
  const request = readServed(produce, larger, 14, 10 + frame.length);
  expect(request).toMatchObject({ apiKey: 0, version: 9, ...CLIENT });
  const range = request.body.topicData[0]?.partitionData[0]?.records;
  expect(larger.subarray(range?.from, range?.to).toString()).toBe("batch");
});

test("a frame too short for a header is malformed", () => {
  for (let length = 0; length < 8; length++) {
    expect(() => readServed(produce, new Uint8Array(8), 0, length)).toThrow(MalformedMessage);
  }
});

test("bytes behind the message are left alone", () => {
  const frame = Buffer.concat([produced(9), Buffer.from("more")]);
  expect(readServed(produce, frame, 4, frame.length).body.topicData.length).toBe(1);
});

test("the header of ApiVersions' response is the old one, that of others is flexible", () => {
  const writer = new Writer();
  encodeResponse(writer, apiVersions, 3, 7, { errorCode: 0, apiKeys: [], throttleTimeMs: 0 });
  // size 12 | correlation id | error | no keys | throttle | no tags
  expect(taken(writer)).toBe("0000000c 00000007 0000 01 00000000 00".replaceAll(" ", ""));
  encodeResponse(writer, produce, 9, 7, { responses: [] });
  // size 11 | correlation id | no tags | no topics | throttle | no tags
  expect(taken(writer)).toBe("0000000b 00000007 00 01 00000000 00".replaceAll(" ", ""));
});

test("responses written one after another come back one by one", () => {
  const writer = new Writer();
  for (const correlationId of [1, 2, 3]) {
    encodeResponse(writer, produce, 9, correlationId, { responses: [], throttleTimeMs: 5 });
  }
  const all = Buffer.concat(writer.take());
  for (let at = 0, i = 1; at < all.length; i++) {
    const end = at + 4 + all.readInt32BE(at);
    const { correlationId, body } = decodeResponse(produce, 9, all, at + 4, end);
    expect([correlationId, body.throttleTimeMs]).toEqual([i, 5]);
    at = end;
  }
});

test("a slab that is full is followed by another, and chunks that were taken stay", () => {
  const writer = new Writer(64);
  const sent: Uint8Array[] = [];
  for (let i = 0; i < 3000; i++) {
    encodeResponse(writer, produce, 9, i, { responses: [] });
    if (i % 7 === 0) sent.push(...writer.take());
  }
  const all = Buffer.concat([...sent, ...writer.take()]);
  expect(all.length).toBe(3000 * 15);
  for (let i = 0; i < 3000; i++) expect(all.readInt32BE(i * 15 + 4)).toBe(i);
  expect(writer.written).toBe(all.length);
});

test("APIs stand once each, under the key and name that Kafka gives them", () => {
  expect(apis.map(({ key }) => key)).toEqual(
    [...new Set(apis.map(({ key }) => key))].sort(byValue),
  );
  const keys = new Map<string, number>(Object.entries(apiKeys));
  for (const api of apis) {
    expect(keys.get(api.name)).toBe(api.key);
  }
});

test("error codes run without gaps", () => {
  const codes = Object.values(kafkaErrors).map(({ code }) => code);
  expect(codes).toEqual(codes.map((_, i) => i - 1));
});

function taken(writer: Writer): string {
  return Buffer.concat(writer.take()).toString("hex");
}

function byValue(a: number, b: number): number {
  return a - b;
}
