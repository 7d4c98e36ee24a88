import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { kafkajs } from "./clients.ts";
import { output } from "./command.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";

const client = kafkajs("client.mjs");

describe.skipIf(!client.isInstalled)("kafkajs", () => {
  let fixture: Fixture;
  let told: Record<string, unknown>;

  beforeAll(async () => {
    fixture = await startFixture();
    told = JSON.parse(await output([...client.command, fixture.broker.address]));
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  test("creates a topic, once", () => {
    expect(told).toMatchObject({ created: true, createdAgain: false });
  });

  test("changes and reads configs", () => {
    expect(told.retention).toBe("2000000");
  });

  test("sees the broker as the cluster", () => {
    const [host, port] = fixture.broker.address.split(":");
    const brokers = [{ nodeId: 1, host, port: Number(port) }];
    expect(told.cluster).toMatchObject({ brokers, controller: 1 });
  });

  test("is told where its records are", () => {
    expect(told.plain).toMatchObject([{ partition: 0, errorCode: 0, baseOffset: "0" }]);
    expect(told.acks1).toMatchObject([{ partition: 0, errorCode: 0, baseOffset: "2" }]);
    expect(told.gzip).toMatchObject([{ partition: 1, errorCode: 0, baseOffset: "0" }]);
    expect(told.idempotent).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("finds offsets, and removes records before one", () => {
    expect(told.offsets).toMatchObject([
      { partition: 0, low: "0" },
      { partition: 1, offset: "100", low: "0" },
      { partition: 2, offset: "10", low: "0" },
    ]);
    expect(told.offsetsNow).toContainEqual({ partition: 1, offset: "0" });
    expect(told.offsetsThen).toContainEqual({
      partition: 1,
      offset: "100",
      high: "100",
      low: "40",
    });
  });

  test("deletes a topic", () => {
    expect(told.topics).toEqual(["kafkajs"]);
  });

  test("has its records read by the command line", async () => {
    const records = await consumed(fixture, "kafkajs");
    const of = (partition: number) => records.filter((record) => record.partition === partition);
    expect(of(0)).toMatchObject([
      {
        key: "k",
        value: "plain",
        headers: [
          { name: "a", value: "1" },
          { name: "b", value: "2" },
          { name: "b", value: "3" },
        ],
      },
      { key: "k", value: null, headers: [] },
      { key: null, value: "acks 1" },
      { key: null, value: "acks 0" },
    ]);
    expect(of(1).map(({ value }) => value)).toEqual(
      Array.from({ length: 60 }, (_, i) => `gzip ${i + 40}`),
    );
    expect(of(2).map(({ value }) => value)).toEqual(
      Array.from({ length: 10 }, (_, i) => `once ${i}`),
    );
  });
});
