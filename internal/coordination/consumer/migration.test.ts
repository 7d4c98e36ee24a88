import { describe, expect, test } from "bun:test";
import { encodeAssignment, encodeSubscription } from "../consumer-protocol.ts";
import {
  claimOf,
  commitOf,
  committed,
  type Fixture,
  type Joined,
  joined,
  joinOf,
  openFixture,
  settle,
  soon,
  stableGroup,
  sync,
} from "../fixture.testing.ts";
import { held, joining, staying } from "./core.testing.ts";
import type { ConsumerHeartbeatRequest } from "./requests.ts";

async function beat({ coordinator }: Fixture, request: ConsumerHeartbeatRequest) {
  const answer = await soon(coordinator.consumerHeartbeat(request));
  if (answer === "waiting") throw new Error("no answer comes");
  return answer;
}

/** A member of the classic protocol that has all of `orders`. */
async function classicGroup(fixture: Fixture): Promise<Joined> {
  const joining = fixture.coordinator.joinGroup(joinOf());
  await settle();
  fixture.clock.advance(5);
  const member = joined(await soon(joining));
  const all = encodeAssignment([{ topic: "orders", partitions: [0, 1, 2, 3, 4, 5, 6, 7] }]);
  const assignments = [{ memberId: member.memberId, assignment: all }];
  const names = { protocolType: "consumer", protocolName: "range" };
  await fixture.coordinator.syncGroup({ ...claimOf(member), ...names, assignments });
  return member;
}

/** A join of a member that keeps nothing meanwhile, or these partitions. */
function rejoin({ memberId }: Joined) {
  return joinOf({
    memberId,
    protocols: [{ name: "range", metadata: encodeSubscription(["orders"]) }],
  });
}

async function synced({ coordinator }: Fixture, member: Joined) {
  const names = { protocolType: "consumer", protocolName: "range" };
  return coordinator.syncGroup({ ...claimOf(member), ...names, assignments: [] });
}

function orders(...partitions: number[]): Uint8Array {
  return encodeAssignment([{ topic: "orders", partitions }]);
}

describe("a group that goes over to the consumer protocol", () => {
  test("without members it does so at once, and keeps its offsets; and back", async () => {
    const fixture = await openFixture();
    const { coordinator } = fixture;
    const [leader] = await stableGroup(fixture, 1);
    if (!leader) throw new Error("there is no leader");
    await coordinator.commitOffsets(commitOf(3, claimOf(leader)));
    const members = [{ memberId: leader.memberId, groupInstanceId: null }];
    await coordinator.leaveGroup({ groupId: "g", members });
    expect(await beat(fixture, joining())).toMatchObject({ error: null });
    expect(coordinator.describeGroup("g")).toMatchObject({ type: "consumer", state: "Stable" });
    const after = await fixture.crash("kill");
    expect(after.coordinator.describeGroup("g")).toMatchObject({ type: "consumer" });
    expect(await committed(after)).toBe(3);
    expect(await beat(after, staying({ memberEpoch: -1 }))).toMatchObject({ error: null });
    const [classic] = await stableGroup(after, 1);
    expect(classic).toMatchObject({ protocolName: "range" });
    expect(after.coordinator.describeGroup("g")).toMatchObject({ type: "classic" });
    const last = await after.crash("power-loss");
    expect(last.coordinator.describeGroup("g")).toMatchObject({ type: "classic", state: "Stable" });
    expect(await committed(last)).toBe(3);
  });

  test("with members, one by one, and nobody reads what another does", async () => {
    const fixture = await openFixture();
    const { coordinator } = fixture;
    const member = await classicGroup(fixture);
    const came = await beat(fixture, joining());
    expect(came).toMatchObject({ error: null, memberEpoch: 2, assignment: held({}) });
    expect(coordinator.describeConsumerGroup("g")?.members).toMatchObject([
      { isClassic: true, epoch: 1, assigned: [{ partitions: [0, 1, 2, 3, 4, 5, 6, 7] }] },
      { isClassic: false, epoch: 2, assigned: [] },
    ]);
    expect(coordinator.heartbeat(claimOf(member))).toBe("rebalance-in-progress");
    const again = joined(await coordinator.joinGroup(rejoin(member)));
    expect(again).toMatchObject({ generation: 2, protocolName: "range", members: [] });
    const assignment = orders(0, 1, 2, 3);
    expect(await synced(fixture, again)).toMatchObject({ error: null, assignment });
    expect(coordinator.heartbeat(claimOf(again))).toBeNull();
    const got = await beat(fixture, staying({ memberEpoch: 2 }));
    expect(got).toMatchObject({ assignment: held({ orders: [4, 5, 6, 7] }) });
    const [commit] = await coordinator.commitOffsets(commitOf(4, claimOf(again)));
    expect(commit?.partitions[0]?.error).toBeNull();
    const [stale] = await coordinator.commitOffsets(commitOf(4, claimOf(member)));
    expect(stale?.partitions[0]?.error).toBe("illegal-generation");
    const after = await fixture.crash("kill");
    expect(after.coordinator.heartbeat(claimOf(again))).toBeNull();
  });

  test("a member that keeps what it has gives up what it must, and then goes on", async () => {
    const fixture = await openFixture();
    const { coordinator } = fixture;
    const member = await classicGroup(fixture);
    await beat(fixture, joining());
    const owns = (...partitions: number[]) => {
      const metadata = Uint8Array.of(
        ...[0, 1, 0, 0, 0, 1, 0, 6, ...Buffer.from("orders"), 255, 255, 255, 255],
        ...[0, 0, 0, 1, 0, 6, ...Buffer.from("orders"), 0, 0, 0, partitions.length],
        ...partitions.flatMap((partition) => [0, 0, 0, partition]),
      );
      const { memberId } = member;
      return coordinator.joinGroup(joinOf({ memberId, protocols: [{ name: "range", metadata }] }));
    };
    const first = joined(await owns(0, 1, 2, 3, 4, 5, 6, 7));
    expect(first.generation).toBe(1);
    expect(await synced(fixture, first)).toMatchObject({ assignment: orders(0, 1, 2, 3) });
    expect(coordinator.heartbeat(claimOf(first))).toBe("rebalance-in-progress");
    expect(await beat(fixture, staying({ memberEpoch: 2 }))).toMatchObject({ assignment: null });
    const second = joined(await owns(0, 1, 2, 3));
    expect(second.generation).toBe(2);
    expect(await synced(fixture, second)).toMatchObject({ assignment: orders(0, 1, 2, 3) });
    const got = await beat(fixture, staying({ memberEpoch: 2 }));
    expect(got).toMatchObject({ assignment: held({ orders: [4, 5, 6, 7] }) });
  });

  test("a member that doesn't join in time is out", async () => {
    const fixture = await openFixture();
    const { coordinator, clock } = fixture;
    const member = await classicGroup(fixture);
    await beat(fixture, joining());
    expect(coordinator.heartbeat(claimOf(member))).toBe("rebalance-in-progress");
    for (let passedMs = 0; passedMs < 31_000; passedMs += 5000) {
      clock.advance(5000);
      coordinator.heartbeat(claimOf(member));
      await beat(fixture, staying({ memberEpoch: 2 }));
    }
    expect(coordinator.heartbeat(claimOf(member))).toBe("unknown-member-id");
    expect(coordinator.describeConsumerGroup("g")?.members).toHaveLength(1);
  });

  test("with a stranger among its members it can't", async () => {
    const fixture = await openFixture();
    const join = fixture.coordinator.joinGroup(joinOf({ protocolType: "connect" }));
    await settle();
    fixture.clock.advance(5);
    await join;
    expect(await beat(fixture, joining())).toMatchObject({ error: "group-id-not-found" });
  });

  test.each(["downgrade", "disabled"] as const)("with the policy %s it may not", async (policy) => {
    const fixture = await openFixture({ migrationPolicy: policy });
    const member = await classicGroup(fixture);
    expect(await beat(fixture, joining())).toMatchObject({ error: "group-id-not-found" });
    expect(fixture.coordinator.heartbeat(claimOf(member))).toBeNull();
  });
});

describe("a group that goes back to the classic protocol", () => {
  async function mixed(fixture: Fixture): Promise<Joined> {
    const member = await classicGroup(fixture);
    await beat(fixture, joining());
    const again = joined(await fixture.coordinator.joinGroup(rejoin(member)));
    await synced(fixture, again);
    await beat(fixture, staying({ memberEpoch: 2 }));
    return again;
  }

  test("does so when the last member of the consumer protocol leaves", async () => {
    const fixture = await openFixture();
    const { coordinator } = fixture;
    const member = await mixed(fixture);
    expect(await beat(fixture, staying({ memberEpoch: -1 }))).toMatchObject({ error: null });
    expect(coordinator.describeGroup("g")).toMatchObject({ type: "classic", memberCount: 1 });
    expect(coordinator.heartbeat({ ...claimOf(member), generation: 3 })).toBe(
      "rebalance-in-progress",
    );
    const back = joined(await soon(coordinator.joinGroup(rejoin(member))));
    expect(back).toMatchObject({ generation: 4, leaderId: member.memberId });
    expect(await sync(fixture, back)).toMatchObject({ error: null });
    const after = await fixture.crash("kill");
    expect(after.coordinator.describeGroup("g")).toMatchObject({
      type: "classic",
      state: "Stable",
    });
  });

  test("does so when that one's session ends", async () => {
    const fixture = await openFixture();
    const { coordinator, clock } = fixture;
    const member = await mixed(fixture);
    clock.advance(9999);
    coordinator.heartbeat(claimOf(member));
    clock.advance(2);
    await settle();
    expect(coordinator.describeGroup("g")).toMatchObject({ type: "classic", memberCount: 1 });
  });

  test.each(["upgrade", "disabled"] as const)("may not with the policy %s", async (policy) => {
    const before = await openFixture();
    const member = await mixed(before);
    const fixture = await before.crash("kill", { migrationPolicy: policy });
    await beat(fixture, staying({ memberEpoch: -1 }));
    expect(fixture.coordinator.describeGroup("g")).toMatchObject({ type: "consumer" });
    const claim = claimOf(member);
    expect(fixture.coordinator.heartbeat(claim)).toBe("rebalance-in-progress");
    const members = [{ memberId: member.memberId, groupInstanceId: null }];
    const left = await fixture.coordinator.leaveGroup({ groupId: "g", members });
    expect(left).toEqual({ error: null, members: [null] });
    expect(fixture.coordinator.describeGroup("g")?.state).toBe("Empty");
  });
});
