import { expect, test } from "bun:test";
import { kafkaErrors } from "./protocol/error-codes.ts";
import { decodeResponse, encodeRequest } from "./protocol/frames.ts";
import { apiVersions } from "./protocol/messages/18-api-versions.ts";
import { Writer } from "./protocol/writer.ts";
import { turnAwayKafka } from "./turn-away.ts";

/** The bytes of an ApiVersions request, as they may lie anywhere in a buffer. */
function request(version: number): Uint8Array {
  const writer = new Writer();
  const body = { clientSoftwareName: "test", clientSoftwareVersion: "1" };
  const sender = { correlationId: 4711, clientId: "test" };
  encodeRequest(writer, apiVersions, version, sender, body);
  return Buffer.concat([Buffer.alloc(3), ...writer.take()]).subarray(3);
}

test.each([3, 4])("who begins with ApiVersions %d is answered in it", (version) => {
  const answer = turnAwayKafka(request(version));
  if (!answer) throw new Error("there is no answer");
  const { correlationId, body } = decodeResponse(apiVersions, version, answer, 4, answer.length);
  expect(correlationId).toBe(4711);
  expect(body.errorCode).toBe(kafkaErrors.THROTTLING_QUOTA_EXCEEDED.code);
});

test("a version that isn't known yet is answered in the newest that is", () => {
  const bytes = request(4);
  bytes[7] = 99;
  const answer = turnAwayKafka(bytes) ?? new Uint8Array(0);
  const { body } = decodeResponse(apiVersions, 4, answer, 4, answer.length);
  expect(body.errorCode).toBe(kafkaErrors.THROTTLING_QUOTA_EXCEEDED.code);
});

test("the start of a request is waited for, and no other request is answered", () => {
  const bytes = request(3);
  for (let length = 0; length < 12; length++) {
    expect(turnAwayKafka(bytes.subarray(0, length))).toBeNull();
  }
  bytes[5] = 3;
  expect(turnAwayKafka(bytes)).toHaveLength(0);
  for (const old of [0, 1, 2]) expect(turnAwayKafka(request(old))).toHaveLength(0);
});
