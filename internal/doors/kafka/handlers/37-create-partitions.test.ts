import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Fixture, makeTopic, openFixture } from "../fixture.testing.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { createPartitions } from "../protocol/messages/37-create-partitions.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await openFixture();
  await makeTopic(fixture.broker, "orders", 3);
});

afterAll(() => fixture.close());

test.each([0, -1, 100_001, 2 ** 31 - 1])("%d partitions are refused", async (count) => {
  const request = { timeoutMs: 1000, validateOnly: false };
  const topics = [{ name: "orders", count, assignments: null }];
  const { results } = await fixture.connect().call(createPartitions, 3, { ...request, topics });
  expect(results).toMatchObject([{ errorCode: kafkaErrors.INVALID_PARTITIONS.code }]);
  expect(fixture.broker.topic("orders")?.partitionCount).toBe(3);
});
