import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Fixture, openFixture } from "../fixture.testing.ts";
import { apiKeys } from "../protocol/api-keys.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { decodeResponse } from "../protocol/frames.ts";
import { apiVersions } from "../protocol/messages/18-api-versions.ts";
import { refusals, services } from "../services.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await openFixture();
});

afterAll(() => fixture.close());

const SOFTWARE = { clientSoftwareName: "a-client", clientSoftwareVersion: "1.0" };

describe("ApiVersions", () => {
  test.each([0, 1, 2, 3, 4])("version %d offers what is served", async (version) => {
    const request = version < 3 ? { clientSoftwareName: "", clientSoftwareVersion: "" } : SOFTWARE;
    const { errorCode, apiKeys: offered } = await fixture
      .connect()
      .call(apiVersions, version, request);
    expect(errorCode).toBe(0);
    expect(offered.map(({ apiKey }) => apiKey)).toEqual([...services.keys()]);
    expect(offered[0]).toEqual({ apiKey: apiKeys.Produce, minVersion: 0, maxVersion: 13 });
  });

  test("offers neither what is refused nor telemetry", () => {
    const hidden = [...refusals.keys(), apiKeys.GetTelemetrySubscriptions, apiKeys.PushTelemetry];
    expect(hidden.filter((key) => services.has(key))).toEqual([]);
  });

  test.each([5, 99, 32767, -1])("answers version %d in the form of version 0", async (version) => {
    const client = fixture.connect();
    const request = Buffer.alloc(14);
    request.writeInt32BE(10, 0);
    request.writeInt16BE(apiKeys.ApiVersions, 4);
    request.writeInt16BE(version, 6);
    request.writeInt32BE(77, 8);
    request.writeInt16BE(-1, 12);
    client.sendBytes(request);
    const frame = await client.answer();
    const { correlationId, body } = decodeResponse(apiVersions, 0, frame, 0, frame.length);
    expect(correlationId).toBe(77);
    expect(body.errorCode).toBe(kafkaErrors.UNSUPPORTED_VERSION.code);
    expect(body.apiKeys).toEqual([{ apiKey: apiKeys.ApiVersions, minVersion: 0, maxVersion: 4 }]);
    // The client asks again on the same connection.
    expect((await client.call(apiVersions, 4, SOFTWARE)).errorCode).toBe(0);
  });

  test.each(["", "-a", "a b", "a\n", "ä"])("refuses %p for a software's name", async (name) => {
    const request = { clientSoftwareName: name, clientSoftwareVersion: "1" };
    const { errorCode, apiKeys: offered } = await fixture.connect().call(apiVersions, 3, request);
    expect([errorCode, offered]).toEqual([kafkaErrors.INVALID_REQUEST.code, []]);
  });
});
