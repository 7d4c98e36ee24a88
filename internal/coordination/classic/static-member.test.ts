import { expect, test } from "bun:test";
import {
  claimOf,
  type Joined,
  joined,
  joinOf,
  openFixture,
  settle,
  soon,
  stabilize,
  sync,
} from "../fixture.testing.ts";

const staticJoin = (groupInstanceId: string) => joinOf({ groupInstanceId, memberIdRequired: true });

/** A group at work of the static members `a`, its leader, and `b`. */
async function staticPair() {
  const fixture = await openFixture();
  const members = await stabilize(fixture, [staticJoin("a"), staticJoin("b")]);
  const [leader, follower] = members as [Joined, Joined];
  return { ...fixture, fixture, leader, follower };
}

test("a static member is in without being told its id first", async () => {
  const { coordinator } = await staticPair();
  const group = coordinator.describeGroup("g");
  expect(group?.members.map(({ groupInstanceId }) => groupInstanceId)).toEqual(["a", "b"]);
});

test("one that comes back takes its former place, without a rebalance", async () => {
  const { fixture, coordinator, leader, follower } = await staticPair();
  const before = coordinator.describeGroup("g")?.members[1]?.assignment;
  const back = joined(await coordinator.joinGroup(staticJoin("b")));
  expect(back).toMatchObject({ generation: 1, leaderId: leader.memberId, members: [] });
  expect(back.memberId).not.toBe(follower.memberId);
  expect(await sync(fixture, back)).toMatchObject({ error: null, assignment: before });
  expect(coordinator.heartbeat(claimOf(leader, "a"))).toBeNull();
});

test("its former self is fenced", async () => {
  const { coordinator, follower } = await staticPair();
  await coordinator.joinGroup(staticJoin("b"));
  const former = claimOf(follower, "b");
  expect(coordinator.heartbeat(former)).toBe("fenced-instance-id");
  const rest = { protocolType: null, protocolName: null, assignments: [] };
  expect(await coordinator.syncGroup({ ...former, ...rest })).toEqual({
    error: "fenced-instance-id",
  });
  const { memberId } = follower;
  const again = await coordinator.joinGroup({ ...staticJoin("b"), memberId });
  expect(again.error).toBe("fenced-instance-id");
  const topics = [{ topic: "orders", partitions: [{ ...OFFSET, partition: 0 }] }];
  const [commit] = await coordinator.commitOffsets({ ...former, retentionMs: null, topics });
  expect(commit?.partitions[0]?.error).toBe("fenced-instance-id");
});

const OFFSET = { offset: 1, leaderEpoch: -1, metadata: "" };

test("a leader that comes back need not assign, if its client knows that", async () => {
  const { coordinator, leader } = await staticPair();
  const back = joined(await coordinator.joinGroup(staticJoin("a")));
  expect(back).toMatchObject({ leaderId: back.memberId, skipAssignment: true });
  expect(back.members).toHaveLength(2);
  const old = { ...staticJoin("a"), canSkipAssignment: false };
  const older = joined(await coordinator.joinGroup(old));
  expect(older).toMatchObject({ leaderId: back.memberId, skipAssignment: false, members: [] });
  expect(leader.memberId).not.toBe(back.memberId);
});

test("one that comes back with another assignor begins a rebalance", async () => {
  const { coordinator, leader } = await staticPair();
  const metadata = new Uint8Array(0);
  const protocols = [
    { name: "sticky", metadata },
    { name: "range", metadata },
  ];
  const both = { ...staticJoin("a"), memberId: leader.memberId, protocols };
  const first = coordinator.joinGroup(both);
  const second = coordinator.joinGroup({ ...staticJoin("b"), protocols });
  expect(joined(await soon(first))).toMatchObject({ generation: 2, protocolName: "sticky" });
  expect(joined(await soon(second))).toMatchObject({ generation: 2 });
});

test("one that comes back while a rebalance waits for it is what it waits for", async () => {
  const { coordinator, leader } = await staticPair();
  const { memberId } = leader;
  const first = coordinator.joinGroup({ ...staticJoin("a"), memberId });
  expect(await soon(first)).toBe("waiting");
  const back = coordinator.joinGroup(staticJoin("b"));
  expect(joined(await soon(first))).toMatchObject({ generation: 2 });
  expect(joined(await soon(back))).toMatchObject({ generation: 2 });
});

test("the join of its former self, if one waits, is fenced", async () => {
  const { coordinator, leader } = await staticPair();
  const { memberId } = leader;
  const former = coordinator.joinGroup({ ...staticJoin("a"), memberId });
  await settle();
  const back = coordinator.joinGroup(staticJoin("a"));
  expect(await soon(former)).toEqual({ error: "fenced-instance-id", memberId: "" });
  expect(await soon(back)).toBe("waiting");
});

test("one that doesn't join in time stays until its session ends", async () => {
  const { coordinator, clock, leader, follower } = await staticPair();
  const { memberId } = leader;
  const join = coordinator.joinGroup({ ...staticJoin("a"), memberId });
  await settle();
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 5000) {
    coordinator.heartbeat(claimOf(follower, "b"));
    clock.advance(5000);
  }
  expect(joined(await soon(join)).members).toHaveLength(2);
  clock.advance(10_001);
  expect(coordinator.heartbeat({ ...claimOf(follower, "b"), generation: 2 })).toBe(
    "unknown-member-id",
  );
});

test("when it can't be written that one came back, it has to try again", async () => {
  const { coordinator, store } = await staticPair();
  await store.close();
  const back = await coordinator.joinGroup(staticJoin("b"));
  expect(back).toEqual({ error: "coordinator-not-available", memberId: "" });
});

test("one that came back is known after a restart", async () => {
  const { fixture, coordinator } = await staticPair();
  const back = joined(await coordinator.joinGroup(staticJoin("b")));
  const next = await fixture.crash("power-loss");
  expect(next.coordinator.heartbeat(claimOf(back, "b"))).toBeNull();
});
