/** Clients that say nothing or read nothing cost the compiled broker a bounded amount of memory. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { residentBytes } from "../bench/processes.ts";
import { fetch } from "../internal/doors/kafka/protocol/messages/01-fetch.ts";
import { ZERO_UUID } from "../internal/doors/kafka/protocol/table.ts";
import { consumed, type Fixture, startFixture } from "./fixture.ts";
import { kafkaRequest, type RawClient, rawClient } from "./raw-client.ts";

const MEBIBYTE = 1024 * 1024;

describe.skipIf(process.platform !== "linux")("a broker's memory", () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture();
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  /** Opens connections, has them do something, and tells by how much the broker has grown. */
  async function growthBytes(count: number, act: (client: RawClient) => void): Promise<number> {
    await fixture.weir(["status"]);
    const before = residentBytes(fixture.broker.pid).total;
    const clients = await Promise.all(
      Array.from({ length: count }, () => rawClient(fixture.broker.address)),
    );
    for (const client of clients) act(client);
    // What they asked for is done before what is asked for later, many times over.
    for (let round = 0; round < 20; round++) await fixture.weir(["status"]);
    const after = residentBytes(fixture.broker.pid).total;
    for (const client of clients) client[Symbol.dispose]();
    return after - before;
  }

  test("hardly grows by a thousand silent connections", async () => {
    const growth = await growthBytes(1000, () => {});
    expect(growth).toBeLessThan(32 * MEBIBYTE);
    await fixture.weir(["produce", "alive"], { input: "yes\n" });
    expect(await consumed(fixture, "alive")).toMatchObject([{ value: "yes" }]);
  });

  test("is bounded when readers of large answers stop reading", async () => {
    const line = `${"x".repeat(1023)}\n`;
    await fixture.weir(["produce", "large", "-p", "0"], { input: line.repeat(40 * 1024) });
    const everything = { partition: 0, fetchOffset: 0, partitionMaxBytes: 50 * MEBIBYTE };
    const topics = [{ topic: "large", topicId: ZERO_UUID, partitions: [everything] }];
    const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 50 * MEBIBYTE };
    const rest = { forgottenTopicsData: [], rackId: "" };
    const request = kafkaRequest(fetch, 12, { ...limits, topics, ...rest });
    const growth = await growthBytes(20, (client) => {
      client.stall();
      for (let asked = 0; asked < 50; asked++) client.send(request);
    });
    expect(growth).toBeLessThan(256 * MEBIBYTE); // and not 800
  });
});
