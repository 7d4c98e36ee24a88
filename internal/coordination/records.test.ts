import { describe, expect, test } from "bun:test";
import { seeded, surrounded } from "../record/samples.testing.ts";
import type { GroupChange } from "./changes.ts";
import { decodeChange, encodeChange } from "./records.ts";

/**
 * Records as Apache Kafka 4.3 writes them: made by its own OffsetCommitKey, OffsetCommitValue,
 * GroupMetadataKey and GroupMetadataValue.
 */
const GOLDEN: Readonly<Record<string, readonly [key: string, value: string | null, GroupChange]>> =
  {
    "an offset": [
      "000100066772c3b6757000066f726465727300000007",
      "00030000011f71fb04cb0000000500046e6f74650000018bcfe5687b",
      offset({
        offset: 1_234_567_890_123,
        leaderEpoch: 5,
        metadata: "note",
        committedAtMs: 1_700_000_000_123,
        expiresAtMs: null,
      }),
    ],
    "an offset with its own end": [
      "000100066772c3b6757000066f726465727300000007",
      "0001000000000000002a00000000018bcfe5687b0000018bcfee903b",
      offset({
        offset: 42,
        leaderEpoch: -1,
        metadata: "",
        committedAtMs: 1_700_000_000_123,
        expiresAtMs: 1_700_000_600_123,
      }),
    ],
    "no offset": ["000100066772c3b6757000066f726465727300000007", null, offset(null)],
    "a group": [
      "000200066772c3b67570",
      "00030008636f6e73756d657200000003000572616e67650003612d310000018bcfe569c8000000020003612d31" +
        "ffff00016100092f31302e302e302e31000493e00000afc8000000030001020000000203040003622d320006" +
        "73746174696300016200092f31302e302e302e320000ea60000017700000000000000000",
      group({
        protocolType: "consumer",
        generation: 3,
        protocolName: "range",
        leaderId: "a-1",
        stateSinceMs: 1_700_000_000_456,
        members: [
          {
            memberId: "a-1",
            groupInstanceId: null,
            clientId: "a",
            clientHost: "/10.0.0.1",
            rebalanceTimeoutMs: 300_000,
            sessionTimeoutMs: 45_000,
            metadata: Uint8Array.of(0, 1, 2),
            assignment: Uint8Array.of(3, 4),
          },
          {
            memberId: "b-2",
            groupInstanceId: "static",
            clientId: "b",
            clientHost: "/10.0.0.2",
            rebalanceTimeoutMs: 60_000,
            sessionTimeoutMs: 6000,
            metadata: new Uint8Array(0),
            assignment: new Uint8Array(0),
          },
        ],
      }),
    ],
    "a group without members": [
      "000200066772c3b67570",
      "00030008636f6e73756d657200000004ffffffff0000018bcfe56b1500000000",
      group({
        protocolType: "consumer",
        generation: 4,
        protocolName: null,
        leaderId: null,
        stateSinceMs: 1_700_000_000_789,
        members: [],
      }),
    ],
    "no group": ["000200066772c3b67570", null, group(null)],
  };

type Offset = Extract<GroupChange, { kind: "offset" }>;
type Group = Extract<GroupChange, { kind: "group" }>;

function offset(committed: Offset["committed"]): GroupChange {
  return { kind: "offset", groupId: "gröup", topic: "orders", partition: 7, committed };
}

function group(saved: Group["saved"]): GroupChange {
  return { kind: "group", groupId: "gröup", saved };
}

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe.each(Object.entries(GOLDEN))("%s", (_, [key, value, change]) => {
  test("is written as Kafka writes it", () => {
    const record = encodeChange(change);
    expect(Buffer.from(record.key).toString("hex")).toBe(key);
    expect(record.value && Buffer.from(record.value).toString("hex")).toBe(value);
  });

  test("is read wherever it lies", () => {
    const keyBytes = bytesOf(key);
    const inside = surrounded(keyBytes, 7).subarray(7, 7 + keyBytes.length);
    expect(decodeChange(inside, value === null ? null : bytesOf(value))).toEqual(change);
  });

  test("is malformed when it is cut anywhere", () => {
    const keyBytes = bytesOf(key);
    for (let end = 2; end < keyBytes.length; end++) {
      expect(decodeChange(keyBytes.subarray(0, end), null)).toBe("malformed");
    }
    const valueBytes = value === null ? new Uint8Array(0) : bytesOf(value);
    for (let end = 2; end < valueBytes.length; end++) {
      expect(decodeChange(keyBytes, valueBytes.subarray(0, end))).toBe("malformed");
    }
  });
});

test("records of other kinds and newer versions are told apart", () => {
  expect(decodeChange(bytesOf("0004"), null)).toBe("unknown-kind");
  expect(decodeChange(bytesOf("0002000167"), bytesOf("0004"))).toBe("newer-version");
  expect(decodeChange(bytesOf("000100016700016f00000000"), bytesOf("0004"))).toBe("newer-version");
});

test("any bytes are read or refused, and never more is made of them than they have", () => {
  const random = seeded(7);
  const [key, value] = GOLDEN["a group"] ?? ["", ""];
  for (let round = 0; round < 5000; round++) {
    const damaged = bytesOf(value ?? "");
    for (let i = 0; i < 3; i++) {
      damaged[2 + Math.floor(random() * (damaged.length - 2))] = Math.floor(random() * 256);
    }
    const change = decodeChange(bytesOf(key), damaged);
    if (typeof change === "string" || change.kind !== "group") continue;
    expect(change.saved?.members.length ?? 0).toBeLessThanOrEqual(damaged.length);
  }
});
