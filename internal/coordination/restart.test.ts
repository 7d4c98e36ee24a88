import { describe, expect, test } from "bun:test";
import type { Crash } from "../platform/testing/memory-disk.ts";
import {
  claimOf,
  commitOf,
  committed,
  joined,
  joinOf,
  offsetOf,
  openFixture,
  settle,
  soon,
  stableGroup,
  sync,
} from "./fixture.testing.ts";

describe.each<Crash>(["kill", "power-loss", "names-kept"])("after a crash (%s)", (crash) => {
  test("members go on in their generation, with what they have", async () => {
    const before = await openFixture();
    const [leader, follower] = await stableGroup(before, 2);
    if (!leader || !follower) throw new Error("there are no members");
    const described = before.coordinator.describeGroup("g");
    const fixture = await before.crash(crash);
    const { coordinator } = fixture;
    expect(coordinator.describeGroup("g")).toEqual(described);
    expect(coordinator.heartbeat(claimOf(leader))).toBeNull();
    const [commit] = await coordinator.commitOffsets(commitOf(5, claimOf(follower)));
    expect(commit?.partitions[0]?.error).toBeNull();
    const answer = await sync(fixture, follower);
    expect(answer).toMatchObject({ error: null, assignment: described?.members[1]?.assignment });
  });

  test("their sessions begin anew, and end", async () => {
    const before = await openFixture();
    const [leader, follower] = await stableGroup(before, 2);
    if (!leader || !follower) throw new Error("there are no members");
    before.clock.advance(9999);
    const { coordinator, clock } = await before.crash(crash);
    clock.advance(9999);
    expect(coordinator.heartbeat(claimOf(leader))).toBeNull();
    clock.advance(2);
    expect(coordinator.heartbeat(claimOf(follower))).toBe("unknown-member-id");
    expect(coordinator.heartbeat(claimOf(leader))).toBe("rebalance-in-progress");
  });

  test("a generation that nobody had an assignment of is begun again", async () => {
    const before = await openFixture();
    const [leader] = await stableGroup(before, 1);
    if (!leader) throw new Error("there is no leader");
    const second = before.coordinator.joinGroup(joinOf());
    const again = before.coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
    const next = joined(await again);
    expect(joined(await second).generation).toBe(2);
    const fixture = await before.crash(crash);
    const { coordinator } = fixture;
    expect(coordinator.heartbeat(claimOf(next))).toBe("illegal-generation");
    expect(coordinator.heartbeat(claimOf(joined(await second)))).toBe("unknown-member-id");
    const back = joined(await coordinator.joinGroup(joinOf({ memberId: leader.memberId })));
    expect(back.generation).toBe(2);
    expect(await sync(fixture, back)).toMatchObject({ error: null });
  });

  test("a group whose members left is empty, and goes on counting generations", async () => {
    const before = await openFixture();
    const [member] = await stableGroup(before, 1);
    const members = [{ memberId: member?.memberId ?? "", groupInstanceId: null }];
    before.coordinator.leaveGroup({ groupId: "g", members });
    await settle();
    const fixture = await before.crash(crash);
    expect(fixture.coordinator.describeGroup("g")).toMatchObject({ state: "Empty", generation: 2 });
    const [next] = await stableGroup(fixture, 1);
    expect(next?.generation).toBe(3);
  });

  test("offsets of many groups and partitions are as they were committed last", async () => {
    let fixture = await openFixture();
    const last = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      const commits = Array.from({ length: 40 }, async (_, i) => {
        const [groupId, partition, offset] = [`g${i % 10}`, i % 8, round * 100 + i];
        const topics = [{ topic: "orders", partitions: [offsetOf(partition, offset)] }];
        await fixture.coordinator.commitOffsets(commitOf(0, { groupId, topics }));
        last.set(`${groupId} ${partition}`, offset);
      });
      await Promise.all(commits);
      fixture = await fixture.crash(crash);
      for (const [place, offset] of last) {
        const [groupId = "", partition] = place.split(" ");
        expect(await committed(fixture, Number(partition), { groupId })).toBe(offset);
      }
    }
  });
});

test("what isn't durable may be lost, but its members are told", async () => {
  const before = await openFixture();
  const [member] = await stableGroup(before, 1);
  if (!member) throw new Error("there is no member");
  const commit = before.coordinator.commitOffsets(commitOf(5, claimOf(member)));
  const fixture = await before.crash("power-loss"); // before the turn's write
  expect(await committed(fixture)).toBe(-1);
  await commit;
});

test("who waits when the broker stops is told to look for another coordinator", async () => {
  const fixture = await openFixture();
  const [leader] = await stableGroup(fixture, 2);
  const { coordinator, clock } = fixture;
  const join = coordinator.joinGroup(joinOf({ memberId: leader?.memberId ?? "" }));
  expect(await soon(join)).toBe("waiting");
  coordinator.close();
  expect(await soon(join)).toMatchObject({ error: "coordinator-not-available" });
  expect((await coordinator.joinGroup(joinOf())).error).toBe("coordinator-not-available");
  await fixture.store.close();
  expect(clock.pendingTimers).toBe(0);
});
