import { expect, test } from "bun:test";
import { appendPairs } from "../storage/store.testing.ts";
import {
  claimOf,
  commitOf,
  type Fixture,
  joinOf,
  offsetOf,
  openFixture,
  settle,
  stableGroup,
} from "./fixture.testing.ts";

const ALL = { states: [], types: [] };

async function commit({ coordinator }: Fixture, groupId: string, offset: number): Promise<void> {
  const topics = [{ topic: "orders", partitions: [offsetOf(0, offset), offsetOf(1, 7, "note")] }];
  await coordinator.commitOffsets(commitOf(0, { groupId, topics }));
}

/** A member of the consumer protocol comes. */
async function come({ coordinator }: Fixture, groupId: string): Promise<void> {
  const { error } = await coordinator.consumerHeartbeat({
    ...{ groupId, memberId: "m", memberEpoch: 0, instanceId: null, rackId: "a" },
    ...{ clientId: "client", clientHost: "/host", rebalanceTimeoutMs: 60_000, assignor: null },
    ...{ topics: ["orders"], topicRegex: null, owned: new Map() },
  });
  expect(error).toBeNull();
}

test("a copy tells what the coordinator does of groups of all kinds", async () => {
  const fixture = await openFixture();
  const { coordinator } = fixture;
  await stableGroup(fixture, 2);
  await come(fixture, "new");
  for (const groupId of ["simple-1", "simple-2", ""]) await commit(fixture, groupId, 5);
  const { groups } = fixture.copies();
  expect(await groups.readable(null)).toBeNull();
  const listed = coordinator.listGroups(ALL);
  expect(listed.map(({ state }) => state)).toContain("Stable");
  expect(groups.listGroups(ALL)).toEqual(listed);
  const consumers = { states: ["stable"], types: ["consumer"] };
  expect(groups.listGroups(consumers)).toEqual(coordinator.listGroups(consumers));
  for (const { groupId } of listed) {
    expect(groups.describeGroup(groupId)).toEqual(coordinator.describeGroup(groupId));
    const described = coordinator.describeConsumerGroup(groupId);
    expect(groups.describeConsumerGroup(groupId)).toEqual(described);
    expect(groups.knownOffsets(groupId)).toEqual(coordinator.knownOffsets(groupId));
    const asked = { groupId, topics: [{ topic: "orders", partitions: [1, 3] }] };
    expect(await groups.fetchOffsets(asked)).toEqual(await coordinator.fetchOffsets(asked));
  }
  expect(groups.describeConsumerGroup("new")?.members).toHaveLength(1);
  expect(groups.describeGroup("nobody")).toBeNull();
});

test("a copy is read on for the group that is asked for, and tells of no other", async () => {
  const fixture = await openFixture();
  const { groups } = fixture.copies();
  const [one, other] = ["a", "b"]; // in different partitions
  await commit(fixture, one, 1);
  await commit(fixture, other, 1);
  expect(groups.listGroups(ALL)).toEqual([]);
  expect(await groups.readable(one)).toBeNull();
  expect(groups.listGroups(ALL).map(({ groupId }) => groupId)).toEqual([one]);
  await groups.readable(other);
  expect(groups.listGroups(ALL).map(({ groupId }) => groupId)).toEqual([one, other]);
});

test("a member that has come since the group was saved is the coordinator's to know", async () => {
  const fixture = await openFixture();
  const { coordinator } = fixture;
  const [leader] = await stableGroup(fixture, 1);
  const stable = coordinator.describeGroup("g");
  void coordinator.joinGroup(joinOf());
  await settle();
  expect(coordinator.describeGroup("g")?.state).toBe("PreparingRebalance");
  const { groups } = fixture.copies();
  await groups.readable("g");
  expect(groups.describeGroup("g")).toEqual(stable);
  expect(groups.heartbeat({ ...claimOf(leader ?? never()) })).toBe("not-coordinator");
});

function never(): never {
  throw new Error("there is no leader");
}

test("groups that are deleted are gone from the copy", async () => {
  const fixture = await openFixture();
  const { coordinator } = fixture;
  const [member] = await stableGroup(fixture, 1);
  await commit(fixture, "simple", 5);
  await come(fixture, "new");
  const { groups } = fixture.copies();
  await groups.readable(null);
  expect(groups.listGroups(ALL)).toHaveLength(3);
  const members = [{ memberId: member?.memberId ?? "", groupInstanceId: null }];
  coordinator.leaveGroup({ groupId: "g", members });
  await coordinator.leaveGroup({
    groupId: "new",
    members: [{ memberId: "m", groupInstanceId: null }],
  });
  await settle();
  await groups.readable(null);
  expect(groups.describeGroup("g")).toEqual(coordinator.describeGroup("g"));
  for (const groupId of ["g", "simple"]) expect(await coordinator.deleteGroup(groupId)).toBeNull();
  await groups.readable(null);
  expect(groups.listGroups(ALL)).toEqual(coordinator.listGroups(ALL));
  expect(groups.describeGroup("g")).toBeNull();
  expect(groups.knownOffsets("simple")).toEqual([]);
});

test("whatever changes a group is the coordinator's, and so is what its members ask", async () => {
  const fixture = await openFixture();
  await commit(fixture, "g", 5);
  const { groups } = fixture.copies();
  await groups.readable(null);
  const refused = "not-coordinator";
  expect(groups.isElsewhere("g")).toBe(true);
  expect(await groups.ready()).toBe(refused);
  expect(await groups.deleteGroup("g")).toBe(refused);
  const [answer] = await groups.commitOffsets(commitOf(6));
  expect(answer?.partitions[0]?.error).toBe(refused);
  expect((await groups.deleteOffsets({ groupId: "g", topics: [] })).error).toBe(refused);
  expect((await groups.joinGroup(joinOf())).error).toBe(refused);
  const claim = { groupId: "g", memberId: null, memberEpoch: -1 };
  expect(groups.fetchRefusal(claim)).toBeNull();
  expect(groups.fetchRefusal({ ...claim, memberId: "m" })).toBe(refused);
  expect(groups.fetchRefusal({ ...claim, memberEpoch: 3 })).toBe(refused);
  await groups.readable(null);
  expect(groups.knownOffsets("g")[0]?.partitions[0]?.offset).toBe(5);
});

test("the topic may come later, go, and be another one", async () => {
  const fixture = await openFixture();
  const { store, logs } = fixture;
  let present: typeof logs | null = null;
  const { groups } = fixture.copies(() => present);
  expect(await groups.readable("g")).toBeNull();
  expect(groups.describeGroup("g")).toBeNull();
  await commit(fixture, "g", 5);
  present = logs;
  await groups.readable("g");
  expect(groups.knownOffsets("g")).toHaveLength(1);
  present = null;
  await groups.readable(null);
  expect(groups.listGroups(ALL)).toEqual([]);
  const { config } = logs[0] ?? never();
  present = [store.openLog("another-0", "b", config), store.openLog("another-1", "b", config)];
  await groups.readable(null);
  expect(groups.listGroups(ALL)).toEqual([]);
});

test("a copy that can't be read is told of once, and its groups can't be asked for", async () => {
  const fixture = await openFixture();
  const { store, logs } = fixture;
  await commit(fixture, "a", 5);
  await commit(fixture, "b", 5);
  const { groups, faults } = fixture.copies();
  await groups.readable(null);
  const damaged = logs.find(({ endOffset }) => endOffset > 0) ?? never();
  await appendPairs(store, damaged, [[null, "no key"]]);
  const answers = [await groups.readable("a"), await groups.readable("b")];
  expect(answers.sort()).toEqual(["coordinator-not-available", null]);
  expect(await groups.readable(null)).toBe("coordinator-not-available");
  expect(faults).toEqual([`${damaged.name}: the record at offset 2 is no record of groups`]);
  expect(groups.listGroups(ALL)).toHaveLength(2);
});
