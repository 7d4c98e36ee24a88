import { describe, expect, test } from "bun:test";
import type { HeartbeatRequest, LeavingMember } from "../api.ts";
import {
  claimOf,
  type Fixture,
  type Joined,
  joined,
  joinOf,
  openFixture,
  settle,
  soon,
  stabilize,
  sync,
} from "../fixture.testing.ts";

const SESSION_MS = 10_000;

async function pair(): Promise<Fixture & { fixture: Fixture; leader: Joined; follower: Joined }> {
  const fixture = await openFixture();
  const [leader, follower] = await stabilize(fixture, [joinOf(), joinOf()]);
  if (!leader || !follower) throw new Error("there are no members");
  return { ...fixture, fixture, leader, follower };
}

describe("a heartbeat is refused", () => {
  const cases: [why: string, fields: Partial<HeartbeatRequest>, error: string][] = [
    ["without a group", { groupId: "" }, "invalid-group-id"],
    ["in a group that isn't there", { groupId: "h" }, "unknown-member-id"],
    ["from nobody", { memberId: "nobody" }, "unknown-member-id"],
    ["of another generation", { generation: 2 }, "illegal-generation"],
    ["without a generation", { generation: -1 }, "illegal-generation"],
    ["under an instance id it hasn't", { groupInstanceId: "i" }, "unknown-member-id"],
  ];
  test.each(cases)("%s", async (_, fields, error) => {
    const { coordinator, leader } = await pair();
    expect(coordinator.heartbeat({ ...claimOf(leader), ...fields }) as string | null).toBe(error);
  });
});

test("a member without heartbeats is out after its session, and the others are told", async () => {
  const { fixture, coordinator, clock, leader, follower } = await pair();
  clock.advance(SESSION_MS - 1);
  expect(coordinator.heartbeat(claimOf(leader))).toBeNull();
  clock.advance(2);
  expect(coordinator.heartbeat(claimOf(follower))).toBe("unknown-member-id");
  expect(coordinator.heartbeat(claimOf(leader))).toBe("rebalance-in-progress");
  const next = await coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
  expect(joined(next).members).toHaveLength(1);
  expect(await sync(fixture, joined(next))).toMatchObject({ error: null });
});

test("commits are signs of life, too", async () => {
  const { coordinator, clock, leader } = await pair();
  for (let waitedMs = 0; waitedMs < 3 * SESSION_MS; waitedMs += SESSION_MS / 2) {
    clock.advance(SESSION_MS / 2);
    await coordinator.commitOffsets({ ...claimOf(leader), retentionMs: null, topics: [] });
  }
  expect(coordinator.describeGroup("g")?.members).toHaveLength(1);
});

test("who waits for an answer isn't dead", async () => {
  const { coordinator, clock, leader, follower } = await pair();
  const join = coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
  for (let waitedMs = 0; waitedMs < 2 * SESSION_MS; waitedMs += SESSION_MS / 2) {
    clock.advance(SESSION_MS / 2);
    coordinator.heartbeat(claimOf(follower));
  }
  expect(await soon(join)).toBe("waiting");
  coordinator.joinGroup(joinOf({ memberId: follower.memberId }));
  expect(joined(await soon(join)).members).toHaveLength(2);
});

test("a new member whose client may be gone doesn't hold others up for ever", async () => {
  const { coordinator, clock, leader, follower } = await pair();
  const fresh = coordinator.joinGroup(joinOf({ rebalanceTimeoutMs: 3_600_000 }));
  await settle();
  for (let waitedMs = 0; waitedMs < 300_000; waitedMs += SESSION_MS / 2) {
    coordinator.heartbeat(claimOf(leader));
    coordinator.heartbeat(claimOf(follower));
    clock.advance(SESSION_MS / 2);
  }
  expect(await soon(fresh)).toEqual({ error: "unknown-member-id", memberId: "" });
  expect(coordinator.describeGroup("g")?.members).toHaveLength(2);
});

test("when the last member has gone the group is empty, in a generation of its own", async () => {
  const { coordinator, clock } = await pair();
  clock.advance(SESSION_MS + 1);
  await settle();
  expect(coordinator.describeGroup("g")).toMatchObject({
    state: "Empty",
    generation: 2,
    protocolName: "",
    members: [],
  });
});

test("a member that leaves is out at once, and the others are told", async () => {
  const { coordinator, leader, follower } = await pair();
  const members = [{ memberId: leader.memberId, groupInstanceId: null }];
  expect(await coordinator.leaveGroup({ groupId: "g", members })).toEqual({
    error: null,
    members: [null],
  });
  expect(coordinator.heartbeat(claimOf(leader))).toBe("unknown-member-id");
  expect(coordinator.heartbeat(claimOf(follower))).toBe("rebalance-in-progress");
  const next = joined(await coordinator.joinGroup(joinOf({ memberId: follower.memberId })));
  expect(next).toMatchObject({ generation: 2, leaderId: follower.memberId });
});

test("the last of those that a rebalance waits for may leave, too", async () => {
  const { coordinator, leader, follower } = await pair();
  const join = coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
  expect(await soon(join)).toBe("waiting");
  const members = [{ memberId: follower.memberId, groupInstanceId: null }];
  coordinator.leaveGroup({ groupId: "g", members });
  expect(joined(await soon(join))).toMatchObject({ generation: 2 });
});

test("each of those who leave has its own error", async () => {
  const fixture = await openFixture();
  const [member] = await stabilize(fixture, [joinOf({ groupInstanceId: "i" })]);
  if (!member) throw new Error("there is no member");
  const { coordinator } = fixture;
  const { memberId: pending } = await coordinator.joinGroup(joinOf({ memberIdRequired: true }));
  const leaving: [LeavingMember, string | null][] = [
    [{ memberId: "nobody", groupInstanceId: null }, "unknown-member-id"],
    [{ memberId: "", groupInstanceId: null }, "unknown-member-id"],
    [{ memberId: "", groupInstanceId: "j" }, "unknown-member-id"],
    [{ memberId: "other", groupInstanceId: "i" }, "fenced-instance-id"],
    [{ memberId: pending, groupInstanceId: null }, null],
    [{ memberId: "", groupInstanceId: "i" }, null],
    [{ memberId: member.memberId, groupInstanceId: "i" }, "unknown-member-id"],
  ];
  const answer = await coordinator.leaveGroup({
    groupId: "g",
    members: leaving.map(([who]) => who),
  });
  expect(answer.members as (string | null)[]).toEqual(leaving.map(([, error]) => error));
  expect(coordinator.describeGroup("g")?.state).toBe("Empty");
});

test("nobody leaves a group that isn't there", async () => {
  const { coordinator } = await openFixture();
  const members = [{ memberId: "m", groupInstanceId: null }];
  const answer = await coordinator.leaveGroup({ groupId: "g", members });
  expect(answer.members).toEqual(["unknown-member-id"]);
  expect(await coordinator.leaveGroup({ groupId: "", members })).toEqual({
    error: "invalid-group-id",
    members: [],
  });
});

test("many sessions need one timer", async () => {
  const fixture = await openFixture();
  const timersBefore = fixture.clock.pendingTimers;
  for (let i = 0; i < 50; i++) {
    fixture.coordinator.joinGroup(joinOf({ groupId: `g${i}` }));
  }
  await settle();
  expect(fixture.clock.pendingTimers - timersBefore).toBeLessThanOrEqual(1);
});
