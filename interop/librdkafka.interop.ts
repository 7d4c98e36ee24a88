import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { librdkafka } from "./clients.ts";
import { output } from "./command.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";

const client = librdkafka("client.py");
const values = Array.from({ length: 100 }, (_, i) => `value ${i}`);
const offsets = values.map((_, i) => i);

describe.skipIf(!client.isInstalled)("librdkafka", () => {
  let fixture: Fixture;
  let told: Record<string, unknown>;

  beforeAll(async () => {
    fixture = await startFixture();
    told = JSON.parse(await output([...client.command, fixture.broker.address]));
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  test("creates, grows and deletes topics, and is told why it can't", () => {
    expect(told).toMatchObject({
      created: { rdkafka: null },
      createdAgain: { rdkafka: "TOPIC_ALREADY_EXISTS" },
      badName: { "bad/name": "TOPIC_EXCEPTION" },
      grown: { rdkafka: null },
      deleted: { "rdkafka-gone": null },
      deletedAgain: { "rdkafka-gone": "UNKNOWN_TOPIC_OR_PART" },
      topics: ["rdkafka"],
    });
  });

  test("changes and reads configs", () => {
    expect(told).toMatchObject({ retention: "2000000", cluster: ["1"] });
  });

  test("is told where its records are", () => {
    expect(told).toMatchObject({
      plain: offsets,
      null: [100],
      idempotent: offsets,
      codecs: { gzip: 0, snappy: 100, lz4: 200, zstd: 300 },
    });
  });

  test("reads what it wrote, in every codec", () => {
    expect(told.read).toEqual([
      [...values, null],
      values,
      [...values, ...values, ...values, ...values],
    ]);
    expect(told.lastHeaders).toEqual([
      ["h", "99"],
      ["none", null],
    ]);
  });

  test("finds offsets, and is told of those that there aren't", () => {
    expect(told).toMatchObject({
      watermarks: [0, 400],
      firstByTime: 0,
      latest: [400],
      lowWatermark: [150],
      outOfRange: "_AUTO_OFFSET_RESET",
    });
  });

  test("has its records read by the command line", async () => {
    const records = await consumed(fixture, "rdkafka");
    const of = (partition: number) => records.filter((record) => record.partition === partition);
    expect(of(0).map(({ value }) => value)).toEqual([...values, null]);
    expect(of(2)).toHaveLength(250);
    expect(of(1)[7]).toMatchObject({
      key: "key 7",
      value: "value 7",
      headers: [
        { name: "h", value: "7" },
        { name: "none", value: null },
      ],
    });
  });
});
