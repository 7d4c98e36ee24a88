import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LocalBroker } from "../broker/local-broker.ts";
import { openBroker } from "../broker/open-broker.ts";
import { nativeDoor } from "../doors/native/door.ts";
import { bunPlatform } from "../platform/bun/platform.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { memoryNetwork } from "../platform/testing/memory-network.ts";
import { BatchBuilder } from "../record/builder.ts";
import type { Client } from "./api.ts";
import { connect } from "./client.ts";
import { ClientError } from "./errors.ts";
import type { GroupReader } from "./group-reader-api.ts";

const log = { info() {}, warn() {}, error() {} };
const ASSIGNMENT = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 1, 0, 6, ...Buffer.from("orders")],
  ...[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2],
);

let clock: ManualClock;
let broker: LocalBroker;
let client: Client;

beforeEach(async () => {
  clock = manualClock();
  const network = memoryNetwork(clock);
  const platform = { ...bunPlatform(), clock, disk: memoryDisk(), network };
  broker = await openBroker(platform, {
    dataDirectory: "/data",
    version: "0.1.0",
    advertised: { host: "broker-1", port: 9092 },
    config: new Map([["durability", "memory"]]),
    log,
  });
  const { address } = await network.listen({ host: "broker", port: 0 }, (connection) =>
    nativeDoor({ broker, clock, log })(connection),
  );
  client = await connect(platform, address, { timeoutMs: 10_000, clientName: "test" });
  const rest = { replicationFactor: null, config: new Map() };
  await client.createTopic({ name: "orders", partitionCount: 3, ...rest });
  await client.createTopic({ name: "bills", partitionCount: 1, ...rest });
});

afterEach(async () => {
  await client.close();
  await broker.close();
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
  const listing = { state: "Empty", type: "classic", protocolType: "", memberCount: 0 } as const;
  const rest = { ...listing, fromCopy: false };
  expect(await client.listGroups()).toEqual([
    { groupId: "a", ...rest, partitionCount: 1, lag: 0, lagMs: 0, drainMs: 0 },
    { groupId: "b", ...rest, partitionCount: 2, lag: 6, lagMs: 0, drainMs: -1 },
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

/** What a reader tells, as it comes: its assignments as text, and how many records it has given. */
function follow(reader: GroupReader) {
  const told = { events: [] as string[], recordCount: 0, done: Promise.resolve() };
  const iterate = async () => {
    for await (const event of reader) {
      if (event.kind === "records") told.recordCount += event.records.length;
      else if (event.kind !== "assigned") told.events.push(event.kind);
      else {
        const places = event.partitions.map((each) => `${each.partition}@${each.nextOffset}`);
        told.events.push(places.join(" "));
      }
    }
  };
  told.done = iterate();
  return told;
}

/** Lets time pass until something holds. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000 && !holds(); turn++) {
    clock.advance(20);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(holds()).toBe(true);
}

const inGroup = { groupId: "g", topics: ["orders"], clientId: "test", start: "earliest" } as const;

test("readers share what there is, and take over from who leaves", async () => {
  for (const partition of [0, 1, 2]) await write("orders", partition, 5);
  const first = client.openGroupReader({ ...inGroup, follow: true });
  const told = follow(first);
  await until(() => told.recordCount === 15);
  expect(told.events).toEqual(["0@-1 1@-1 2@-1"]);
  await first.commit([{ topic: "orders", partition: 2, offset: 3 }]);
  const second = client.openGroupReader({ ...inGroup, follow: true });
  const toldSecond = follow(second);
  await until(() => toldSecond.events.length === 1 && told.events.length === 3);
  const shares = [told.events[2], toldSecond.events[0]].sort();
  expect(told.events[1]).toBe("revoking");
  expect(shares).toEqual(["0@-1 1@-1", "2@3"]);
  await second.leave();
  await toldSecond.done;
  await until(() => told.events.length === 5);
  expect(told.events[4]).toBe("0@-1 1@-1 2@3");
  await first.leave();
  await told.done;
  expect((await client.describeGroup("g")).memberCount).toBe(0);
});

test("a reader that doesn't follow ends when it has read what there was", async () => {
  await write("orders", 1, 5);
  const reader = client.openGroupReader({ ...inGroup, follow: false });
  const told = follow(reader);
  await until(() => told.recordCount === 5);
  await told.done;
  await reader.commit([{ topic: "orders", partition: 1, offset: 5 }]);
  await reader.leave();
  expect(await codeOf(reader.commit([{ topic: "orders", partition: 1, offset: 6 }]))).toBe(
    "unknown-member-id",
  );
});

test("a reader whose session has ended comes in again", async () => {
  const reader = client.openGroupReader({ ...inGroup, follow: true });
  const told = follow(reader);
  await until(() => told.events.length === 1);
  const [member] = (await client.describeGroup("g")).members;
  const members = [{ memberId: member?.memberId ?? "", groupInstanceId: null }];
  broker.groups.leaveGroup({ groupId: "g", members });
  await until(() => told.events.length === 3);
  expect(told.events).toEqual(["0@-1 1@-1 2@-1", "revoking", "0@-1 1@-1 2@-1"]);
  await reader.leave();
  await told.done;
});

test("what was removed before it was read is passed over", async () => {
  await write("orders", 0, 10);
  await client.setGroupOffsets("g", [
    { topic: "orders", partition: 0, offset: 2 },
    { topic: "orders", partition: 1, offset: 99 },
  ]);
  await client.deleteRecords("orders", 0, 6);
  const reader = client.openGroupReader({ ...inGroup, follow: false });
  const told = follow(reader);
  await until(() => told.recordCount === 4);
  expect(told.events[0]).toBe("0@6 1@0 2@-1");
  await told.done;
  await reader.leave();
});
