import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LocalBroker } from "../broker/local-broker.ts";
import { openBroker } from "../broker/open-broker.ts";
import { nativeDoor } from "../doors/native/door.ts";
import { bunPlatform } from "../platform/bun/platform.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { memoryNetwork } from "../platform/testing/memory-network.ts";
import { BatchBuilder } from "../record/builder.ts";
import type { Client } from "./api.ts";
import { connect } from "./client.ts";
import { ClientError } from "./errors.ts";

const log = { info() {}, warn() {}, error() {} };
const ASSIGNMENT = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 1, 0, 6, ...Buffer.from("orders")],
  ...[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2],
);

let folder = "";
let clock: ManualClock;
let broker: LocalBroker;
let client: Client;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "weir-groups-"));
  clock = manualClock();
  const platform = { ...bunPlatform(), clock, network: memoryNetwork(clock) };
  broker = await openBroker(platform, {
    dataDirectory: folder,
    version: "0.1.0",
    advertised: { host: "broker-1", port: 9092 },
    config: new Map([["durability", "memory"]]),
    log,
  });
  const { address } = await platform.network.listen({ host: "broker", port: 0 }, (connection) =>
    nativeDoor({ broker, clock, log })(connection),
  );
  client = await connect(platform, address, { timeoutMs: 10_000, clientName: "test" });
  const rest = { replicationFactor: null, config: new Map(), validateOnly: false };
  await client.createTopic({ name: "orders", partitionCount: 3, ...rest });
  await client.createTopic({ name: "bills", partitionCount: 1, ...rest });
});

afterEach(async () => {
  await client.close();
  await broker.close();
  rmSync(folder, { recursive: true });
});

async function write(topic: string, partition: number, records: number): Promise<void> {
  const builder = new BatchBuilder();
  const value = new Uint8Array(1);
  for (let count = 0; count < records; count++) {
    builder.append({ key: null, value, timestampMs: clock.nowMs(), headers: [] });
  }
  await client.produce({ topic, partition, batch: builder.build("none"), acks: 1 });
}

/** A consumer that has the partitions 0 and 2 of `orders`. */
async function join(groupId: string): Promise<string> {
  const join = broker.groups.joinGroup({
    groupId,
    memberId: "",
    groupInstanceId: "instance",
    clientId: "consumer",
    clientHost: "/10.0.0.1",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: new Uint8Array(0) }],
    memberIdRequired: false,
    canSkipAssignment: true,
  });
  const timer = setInterval(() => clock.advance(1000), 0);
  const { memberId } = await join;
  clearInterval(timer);
  const claim = { groupId, memberId, groupInstanceId: "instance", generation: 1 };
  const assignments = [{ memberId, assignment: ASSIGNMENT }];
  await broker.groups.syncGroup({
    ...claim,
    protocolType: null,
    protocolName: null,
    assignments,
  });
  return memberId;
}

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.catch((failure: unknown) => failure);
  return error instanceof ClientError ? error.code : error;
};

test("groups are listed with what they have still to read", async () => {
  await write("orders", 0, 10);
  await write("orders", 1, 5);
  await client.setGroupOffsets("b", [
    { topic: "orders", partition: 0, offset: 4 },
    { topic: "orders", partition: 1, offset: 99 },
  ]);
  await client.setGroupOffsets("a", [{ topic: "bills", partition: 0, offset: 0 }]);
  const rest = { state: "Empty", type: "classic", protocolType: "", memberCount: 0 } as const;
  expect(await client.listGroups()).toEqual([
    { groupId: "a", ...rest, partitionCount: 1, lag: 0 },
    { groupId: "b", ...rest, partitionCount: 2, lag: 6 },
  ]);
});

test("what was deleted before it was read isn't lag", async () => {
  await write("orders", 0, 10);
  await client.setGroupOffsets("g", [{ topic: "orders", partition: 0, offset: 2 }]);
  await client.deleteRecords("orders", 0, 7);
  expect((await client.listGroups())[0]?.lag).toBe(3);
});

test("a group is described with its members and what each has", async () => {
  await write("orders", 2, 4);
  await client.setGroupOffsets("g", [
    { topic: "orders", partition: 2, offset: 1 },
    { topic: "bills", partition: 0, offset: 0 },
  ]);
  const memberId = await join("g");
  const group = await client.describeGroup("g");
  expect(group).toMatchObject({ state: "Stable", generation: 1, protocolName: "range" });
  expect(group.members).toEqual([
    {
      memberId,
      groupInstanceId: "instance",
      clientId: "consumer",
      clientHost: "/10.0.0.1",
      partitionCount: 2,
    },
  ]);
  const rows = group.partitions.map((row) => [
    `${row.topic}-${row.partition}`,
    row.committedOffset,
    row.highWatermark,
    row.lag,
    row.memberId === memberId,
  ]);
  expect(rows).toEqual([
    ["bills-0", 0, 0, 0, false],
    ["orders-0", -1, 0, -1, true],
    ["orders-2", 1, 4, 3, true],
  ]);
});

test("a group with members can't be deleted, nor its offsets set", async () => {
  await join("g");
  const offsets = [{ topic: "orders", partition: 0, offset: 0 }];
  expect(await codeOf(client.setGroupOffsets("g", offsets))).toBe("non-empty-group");
  expect(await codeOf(client.deleteGroup("g"))).toBe("non-empty-group");
});

test("offsets are set all or none, and forgotten", async () => {
  const offsets = [
    { topic: "orders", partition: 0, offset: 1 },
    { topic: "orders", partition: 3, offset: 1 },
  ];
  const unknown = "unknown-topic-or-partition";
  expect(await codeOf(client.setGroupOffsets("g", offsets))).toBe(unknown);
  expect(await codeOf(client.describeGroup("g"))).toBe("group-id-not-found");
  expect(await codeOf(client.setGroupOffsets("", []))).toBeUndefined();
  await client.setGroupOffsets("g", offsets.slice(0, 1));
  await client.setGroupOffsets("g", [{ topic: "orders", partition: 0, offset: -1 }]);
  expect((await client.describeGroup("g")).partitions).toEqual([]);
  await client.deleteGroup("g");
  expect(await codeOf(client.deleteGroup("g"))).toBe("group-id-not-found");
});
