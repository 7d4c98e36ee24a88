import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  assignedPartitions,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  subscribedTopics,
} from "./consumer-protocol.ts";

/*
 * What Kafka's own classes have encoded: see testdata/kafka/README.md.
 */

interface OwnedPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

interface Golden {
  readonly message: string;
  readonly version: number;
  readonly hex: string;
  readonly value: {
    readonly topics?: readonly string[];
    readonly ownedPartitions?: readonly OwnedPartitions[];
    readonly rackId?: string | null;
    readonly assignedPartitions?: readonly OwnedPartitions[];
  };
}

const file = new URL("../../testdata/kafka/messages.jsonl", import.meta.url);
const goldens: readonly Golden[] = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line))
  .filter(({ message }) => message.startsWith("ConsumerProtocol"));

const bytesOf = ({ hex }: Golden): Uint8Array => Buffer.from(hex, "hex");
const subscriptions = goldens.filter(({ message }) => message.endsWith("Subscription"));
const assignments = goldens.filter(({ message }) => message.endsWith("Assignment"));

test("subscriptions of all versions are read", () => {
  expect([...new Set(subscriptions.map(({ version }) => version))]).toEqual([0, 1, 2, 3]);
  for (const golden of subscriptions) {
    const { topics = [], ownedPartitions: owned = [], rackId = null } = golden.value;
    expect(decodeSubscription(bytesOf(golden))).toEqual({ topics: [...topics], owned, rackId });
    expect(subscribedTopics(bytesOf(golden))).toEqual([...topics]);
  }
});

test("assignments of all versions are read", () => {
  expect(assignments.length).toBeGreaterThan(0);
  for (const golden of assignments) {
    const { assignedPartitions: wanted = [] } = golden.value;
    expect(assignedPartitions(bytesOf(golden))).toEqual([...wanted]);
  }
});

test("a version that isn't known yet is read as the newest that is", () => {
  const newest = subscriptions.filter(({ version }) => version === 3);
  for (const golden of newest) {
    const newer = Buffer.concat([bytesOf(golden), Buffer.from("what version 9 adds")]);
    newer.writeInt16BE(9, 0);
    expect(decodeSubscription(newer)).toEqual(decodeSubscription(bytesOf(golden)));
  }
});

test("what ends anywhere before its end is none", () => {
  for (const golden of subscriptions) {
    const bytes = bytesOf(golden);
    for (let end = 0; end < bytes.length; end++) {
      expect(decodeSubscription(bytes.subarray(0, end))).toBeNull();
    }
  }
  expect(decodeSubscription(Buffer.from("ffff", "hex"))).toBeNull();
  expect(assignedPartitions(Buffer.from("ffff", "hex"))).toEqual([]);
});

test("what is written is what is read", () => {
  const topics = ["orders", "ümlaut"];
  const metadata = encodeSubscription(topics);
  expect(decodeSubscription(metadata)).toEqual({ topics, owned: [], rackId: null });
  const dealt = [{ topic: "orders", partitions: [0, 7] }];
  expect(assignedPartitions(encodeAssignment(dealt))).toEqual(dealt);
});
