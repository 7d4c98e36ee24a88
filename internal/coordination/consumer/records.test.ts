import { describe, expect, test } from "bun:test";
import { seeded, surrounded } from "../../record/samples.testing.ts";
import { decodeChange, encodeChange } from "../records.ts";
import type { ConsumerChange } from "./changes.ts";
import { NEW_MEMBER } from "./group-state.ts";
import { partitionsOf } from "./partitions.ts";

const groupId = "grüp";
const memberId = "m-1";
const T = "AAECAwQFBgcICQoLDA0ODw";
const U = "_-7dzLuqmYh3ZlVEMyIRAA";
const { terms: NO_TERMS } = NEW_MEMBER;

/**
 * Records as Apache Kafka 4.3.1 writes them: made by its own classes of keys and values, such as
 * ConsumerGroupMetadataKey.
 */
const GOLDEN: Readonly<Record<string, readonly [key: string, value: string, ConsumerChange]>> = {
  "a group": [
    "000300056772c3bc70",
    "00000000000701000800000000deadbeef",
    { kind: "consumer-group", groupId, saved: { epoch: 7, topicsHash: 0xdeadbeef } },
  ],
  "a group that reads nothing": [
    "000300056772c3bc70",
    "00000000012c00",
    { kind: "consumer-group", groupId, saved: { epoch: 300, topicsHash: 0 } },
  ],
  "a member": [
    "000500056772c3bc7000036d2d31",
    "000000027202630a2f31302e302e302e31030662696c6c73076f7264657273046f2e2a000493e008756e69666f" +
      "726d00",
    {
      kind: "consumer-member",
      groupId,
      memberId,
      terms: {
        ...NO_TERMS,
        rackId: "r",
        clientId: "c",
        clientHost: "/10.0.0.1",
        rebalanceTimeoutMs: 300_000,
        topics: ["bills", "orders"],
        topicRegex: "o.*",
        assignor: "uniform",
      },
    },
  ],
  "a member of the classic protocol": [
    "000500056772c3bc7000036d2d31",
    "000002690001052f3a3a3101000000ea600001001b010000afc8030672616e6765040001020007737469636b79" +
      "010000",
    {
      kind: "consumer-member",
      groupId,
      memberId,
      terms: {
        ...NO_TERMS,
        instanceId: "i",
        clientHost: "/::1",
        rebalanceTimeoutMs: 60_000,
        classic: {
          sessionTimeoutMs: 45_000,
          protocols: [
            { name: "range", metadata: Uint8Array.of(0, 1, 2) },
            { name: "sticky", metadata: new Uint8Array(0) },
          ],
        },
      },
    },
  ],
  "an assignment": [
    "000600056772c3bc70",
    "00000000000600",
    { kind: "consumer-assignment", groupId, assignmentEpoch: 6 },
  ],
  "a target": [
    "000700056772c3bc7000036d2d31",
    "000003000102030405060708090a0b0c0d0e0f0400000000000000010000012b00ffeeddccbbaa998877665544" +
      "3322110002000000050000",
    {
      kind: "consumer-target",
      groupId,
      memberId,
      target: partitionsOf([
        { topicId: T, partitions: [0, 1, 299] },
        { topicId: U, partitions: [5] },
      ]),
    },
  ],
  "what a member holds": [
    "000800056772c3bc7000036d2d31",
    "000000000006000000050102000102030405060708090a0b0c0d0e0f0300000000000000010002ffeeddccbbaa" +
      "9988776655443322110002000000050000",
    {
      kind: "consumer-holding",
      groupId,
      memberId,
      holding: {
        epoch: 6,
        previousEpoch: 5,
        state: "unrevoked",
        assigned: partitionsOf([{ topicId: T, partitions: [0, 1] }]),
        revoking: partitionsOf([{ topicId: U, partitions: [5] }]),
      },
    },
  ],
};

const GONE: readonly ConsumerChange[] = [
  { kind: "consumer-group", groupId, saved: null },
  { kind: "consumer-member", groupId, memberId, terms: null },
  { kind: "consumer-assignment", groupId, assignmentEpoch: null },
  { kind: "consumer-target", groupId, memberId, target: null },
  { kind: "consumer-holding", groupId, memberId, holding: null },
];

/** The bytes as a view into a larger array. */
function viewOf(hex: string): Uint8Array {
  const bytes = Uint8Array.fromHex(hex);
  return surrounded(bytes, 5).subarray(5, 5 + bytes.length);
}

describe("records of groups of the consumer protocol", () => {
  test.each(Object.entries(GOLDEN))("%s is written as Kafka does, and read", (_, golden) => {
    const [key, value, change] = golden;
    const record = encodeChange(change);
    expect([record.key.toHex(), record.value?.toHex()]).toEqual([key, value]);
    expect(decodeChange(viewOf(key), viewOf(value))).toEqual(change);
  });

  test.each(GONE)("what is gone has a key and no value: $kind", (change) => {
    const { key, value } = encodeChange(change);
    expect(value).toBeNull();
    expect(decodeChange(key, value)).toEqual(change);
  });

  test("a cut value is malformed, one of a newer version is told apart", () => {
    for (const [key, value] of Object.values(GOLDEN)) {
      const [keyBytes, bytes] = [Uint8Array.fromHex(key), Uint8Array.fromHex(value)];
      for (let length = 2; length < bytes.length; length++) {
        expect(decodeChange(keyBytes, bytes.slice(0, length))).toBe("malformed");
      }
      expect(decodeChange(keyBytes, bytes.with(1, 1))).toBe("newer-version");
    }
  });

  test("any bytes are read or refused", () => {
    const random = seeded(3);
    for (const [key, value] of Object.values(GOLDEN)) {
      for (let round = 0; round < 500; round++) {
        const damaged = Uint8Array.fromHex(value);
        for (let i = 0; i < 3; i++) {
          const at = 2 + Math.floor(random() * (damaged.length - 2));
          damaged[at] = Math.floor(random() * 256);
        }
        expect(() => decodeChange(Uint8Array.fromHex(key), damaged)).not.toThrow();
      }
    }
  });
});
