import { describe, expect, test } from "bun:test";
import type { SyncRequest } from "../api.ts";
import {
  claimOf,
  type Joined,
  joined,
  joinOf,
  openFixture,
  settle,
  soon,
  stableGroup,
  sync,
} from "../fixture.testing.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A generation whose leader hasn't assigned yet: the leader first. */
async function gathered(size: number) {
  const fixture = await openFixture();
  const joins = Array.from({ length: size }, () => fixture.coordinator.joinGroup(joinOf()));
  await settle();
  fixture.clock.advance(5);
  const members = (await Promise.all(joins)).map(joined);
  return { ...fixture, fixture, members: members as [Joined, ...Joined[]] };
}

test("each member gets its assignment when the leader's are durable", async () => {
  const { fixture, coordinator, members } = await gathered(2);
  const [leader, follower] = members;
  if (!follower) throw new Error("there is no follower");
  const waiting = sync(fixture, follower);
  expect(await soon(waiting)).toBe("waiting");
  expect(coordinator.describeGroup("g")?.state).toBe("CompletingRebalance");
  const answer = await sync(fixture, leader);
  expect(answer).toMatchObject({ error: null, protocolType: "consumer", protocolName: "range" });
  expect(await waiting).toMatchObject({ error: null });
  const given = coordinator.describeGroup("g")?.members ?? [];
  expect(given.map(({ assignment }) => text(assignment))).toEqual(
    members.map(({ memberId }) => memberId),
  );
  // Who asks later gets it, too.
  expect(await sync(fixture, follower)).toEqual(await waiting);
});

test("members that the leader forgets get nothing, and strangers are left out", async () => {
  const { coordinator, members } = await gathered(2);
  const [leader, follower] = members;
  const assignments = [{ memberId: "stranger", assignment: Uint8Array.of(1) }];
  const none = { protocolType: null, protocolName: null, assignments };
  await coordinator.syncGroup({ ...claimOf(leader), ...none });
  const answer = await coordinator.syncGroup({ ...claimOf(follower ?? leader), ...none });
  expect(answer).toMatchObject({ error: null, assignment: new Uint8Array(0) });
});

describe("a sync is refused", () => {
  const cases: [why: string, fields: Partial<SyncRequest>, error: string][] = [
    ["without a group", { groupId: "" }, "invalid-group-id"],
    ["in a group that isn't there", { groupId: "h" }, "unknown-member-id"],
    ["from nobody", { memberId: "nobody" }, "unknown-member-id"],
    ["of another generation", { generation: 7 }, "illegal-generation"],
    ["under an instance id it hasn't", { groupInstanceId: "i" }, "unknown-member-id"],
    ["with another type", { protocolType: "connect" }, "inconsistent-group-protocol"],
    ["with another assignor", { protocolName: "sticky" }, "inconsistent-group-protocol"],
  ];
  test.each(cases)("%s", async (_, fields, error) => {
    const { coordinator, members } = await gathered(1);
    const protocol = { protocolType: "consumer", protocolName: "range", assignments: [] };
    const answer = coordinator.syncGroup({ ...claimOf(members[0]), ...protocol, ...fields });
    expect((await answer).error as string | null).toBe(error);
  });

  test("with more assignments than are kept, and the group tries anew", async () => {
    const { coordinator, members } = await gathered(1);
    const [{ memberId }] = members;
    const assignments = [{ memberId, assignment: new Uint8Array(16 * 2 ** 20 + 1) }];
    const protocol = { protocolType: null, protocolName: null };
    const answer = coordinator.syncGroup({ ...claimOf(members[0]), ...protocol, assignments });
    expect(await answer).toEqual({ error: "group-metadata-too-large" });
    expect(coordinator.describeGroup("g")?.state).toBe("PreparingRebalance");
  });
});

test("who waits for an assignment has to join again when somebody comes", async () => {
  const { fixture, coordinator, members } = await gathered(2);
  const [, follower] = members;
  if (!follower) throw new Error("there is no follower");
  const waiting = sync(fixture, follower);
  coordinator.joinGroup(joinOf());
  expect(await soon(waiting)).toEqual({ error: "rebalance-in-progress" });
  expect(await sync(fixture, follower)).toEqual({ error: "rebalance-in-progress" });
});

test("who never asks for its assignment is out after the rebalance timeout", async () => {
  const { fixture, coordinator, clock, members } = await gathered(2);
  const [leader, silent] = members;
  if (!silent) throw new Error("there is no follower");
  await sync(fixture, leader);
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 5000) {
    expect(coordinator.heartbeat(claimOf(silent))).toBeNull();
    expect(coordinator.heartbeat(claimOf(leader))).toBeNull();
    clock.advance(5000);
  }
  expect(coordinator.heartbeat(claimOf(silent))).toBe("unknown-member-id");
  expect(coordinator.heartbeat(claimOf(leader))).toBe("rebalance-in-progress");
});

test("assignments that can't be written are nobody's", async () => {
  const { fixture, coordinator, store, members } = await gathered(1);
  await store.close();
  expect(await sync(fixture, members[0])).toEqual({ error: "coordinator-not-available" });
  expect(coordinator.describeGroup("g")?.state).toBe("PreparingRebalance");
});

test("a group at work shows what its members have, and one that isn't doesn't", async () => {
  const fixture = await openFixture();
  const [leader] = await stableGroup(fixture, 1);
  const stable = fixture.coordinator.describeGroup("g");
  expect(stable).toMatchObject({ state: "Stable", protocolName: "range", generation: 1 });
  expect(stable?.members[0]).toMatchObject({ clientHost: "/host", groupInstanceId: null });
  expect(stable?.members[0]?.metadata.length).toBeGreaterThan(0);
  fixture.coordinator.joinGroup(joinOf());
  await settle();
  const preparing = fixture.coordinator.describeGroup("g");
  expect(preparing).toMatchObject({ state: "PreparingRebalance", protocolName: "" });
  expect(preparing?.members[0]).toMatchObject({
    memberId: leader?.memberId,
    metadata: new Uint8Array(0),
    assignment: new Uint8Array(0),
  });
});
