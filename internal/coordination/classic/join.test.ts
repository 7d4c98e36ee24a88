import { describe, expect, test } from "bun:test";
import type { JoinRequest } from "../api.ts";
import {
  claimOf,
  joined,
  joinOf,
  openFixture,
  settle,
  soon,
  stabilize,
  stableGroup,
  subscriptionTo,
  sync,
} from "../fixture.testing.ts";

describe("a join is refused", () => {
  const long = "x".repeat(2000);
  const protocol = (name: string, sizeBytes = 0) => ({ name, metadata: new Uint8Array(sizeBytes) });
  const cases: [why: string, fields: Partial<JoinRequest>, error: string][] = [
    ["without a group", { groupId: "" }, "invalid-group-id"],
    ["with a long group id", { groupId: long }, "invalid-group-id"],
    ["with a short session", { sessionTimeoutMs: 999 }, "invalid-session-timeout"],
    ["with a long session", { sessionTimeoutMs: 60_001 }, "invalid-session-timeout"],
    ["with a negative session", { sessionTimeoutMs: -1 }, "invalid-session-timeout"],
    ["without assignors", { protocols: [] }, "inconsistent-group-protocol"],
    ["without a type", { protocolType: "" }, "inconsistent-group-protocol"],
    ["with an id nobody has", { memberId: "nobody" }, "unknown-member-id"],
    ["with a long instance id", { groupInstanceId: long }, "group-metadata-too-large"],
    ["with a long assignor", { protocols: [protocol(long)] }, "group-metadata-too-large"],
    [
      "with many assignors",
      { protocols: Array.from({ length: 65 }, (_, i) => protocol(`p${i}`)) },
      "group-metadata-too-large",
    ],
    ["with much metadata", { protocols: [protocol("p", 2 ** 20)] }, "group-metadata-too-large"],
  ];
  test.each(cases)("%s", async (_, fields, error) => {
    const { coordinator } = await openFixture();
    const answer = await coordinator.joinGroup(joinOf(fields));
    expect(answer.error as string | null).toBe(error);
  });

  test("into a group of another kind", async () => {
    const fixture = await openFixture();
    await stableGroup(fixture, 1);
    const join = (fields: Partial<JoinRequest>) => fixture.coordinator.joinGroup(joinOf(fields));
    const error = "inconsistent-group-protocol";
    expect(await join({ protocolType: "connect" })).toMatchObject({ error });
    expect(await join({ protocols: [protocol("sticky")] })).toMatchObject({ error });
  });

  test("when the group has as many members as it may", async () => {
    const fixture = await openFixture({ maxGroupSize: 2 });
    await stableGroup(fixture, 2);
    const answer = await fixture.coordinator.joinGroup(joinOf());
    expect(answer).toEqual({ error: "group-max-size-reached", memberId: "" });
  });

  test("when the group has as much metadata as it may", async () => {
    const fixture = await openFixture();
    const large = { protocols: [protocol("range", 2 ** 20 - 64)] };
    const waiting = Array.from({ length: 31 }, () => fixture.coordinator.joinGroup(joinOf(large)));
    await settle();
    const one = await fixture.coordinator.joinGroup(joinOf(large));
    expect(one.error).toBe("group-metadata-too-large");
    fixture.clock.advance(10);
    expect((await Promise.all(waiting)).map(joined)).toHaveLength(31);
  });
});

test("a new dynamic member is told its id first, and is in with it", async () => {
  const { coordinator, clock } = await openFixture();
  const told = await coordinator.joinGroup(joinOf({ memberIdRequired: true }));
  expect(told.error).toBe("member-id-required");
  const { memberId } = told;
  expect(memberId).toStartWith("client-");
  const again = coordinator.joinGroup(joinOf({ memberIdRequired: true, memberId }));
  await settle();
  clock.advance(5);
  expect(joined(await again)).toMatchObject({ memberId, leaderId: memberId, generation: 1 });
});

test("an id that was told is forgotten after a session", async () => {
  const { coordinator, clock } = await openFixture();
  const { memberId } = await coordinator.joinGroup(joinOf({ memberIdRequired: true }));
  clock.advance(10_001);
  const late = await coordinator.joinGroup(joinOf({ memberId }));
  expect(late.error).toBe("unknown-member-id");
});

test("a rebalance waits for who was told an id", async () => {
  const fixture = await openFixture();
  const [leader] = await stableGroup(fixture, 1);
  if (!leader) throw new Error("there is no leader");
  const { coordinator } = fixture;
  const { memberId } = await coordinator.joinGroup(joinOf({ memberIdRequired: true }));
  const first = coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
  expect(await soon(first)).toBe("waiting");
  const second = coordinator.joinGroup(joinOf({ memberId }));
  expect(joined(await soon(first)).members).toHaveLength(2);
  expect(joined(await soon(second)).generation).toBe(2);
});

test("an empty group waits as long as more come, up to the rebalance timeout", async () => {
  const fixture = await openFixture({ initialRebalanceDelayMs: 100 });
  const { coordinator, clock } = fixture;
  const join = () => coordinator.joinGroup(joinOf({ rebalanceTimeoutMs: 250 }));
  const first = join();
  await settle();
  for (let waitedMs = 0; waitedMs < 240; waitedMs += 80) {
    clock.advance(80);
    join();
    expect(await soon(first)).toBe("waiting");
  }
  clock.advance(10);
  expect(joined(await soon(first)).members).toHaveLength(4);
});

test("each member gets what it needs to know of its generation", async () => {
  const fixture = await openFixture();
  const [leader, follower] = await stabilize(fixture, [
    joinOf({ clientId: "a", protocols: [protocolOf("range", 1), protocolOf("sticky", 2)] }),
    joinOf({ clientId: "b", protocols: [protocolOf("sticky", 3), protocolOf("range", 4)] }),
  ]);
  const metadata = leader?.members.map((member) => [...member.metadata]);
  expect(leader).toMatchObject({ protocolName: "range", protocolType: "consumer" });
  expect(metadata).toEqual([[1], [4]]);
  expect(follower?.members).toEqual([]);
  expect(follower?.leaderId).toBe(leader?.memberId ?? "");
});

test("the assignor that most members like best is taken, of those that all know", async () => {
  const fixture = await openFixture();
  const names = [
    ["range", "sticky", "mine"],
    ["sticky", "range"],
    ["sticky", "range"],
  ];
  const [leader] = await stabilize(
    fixture,
    names.map((known) => joinOf({ protocols: known.map((name) => protocolOf(name, 0)) })),
  );
  expect(leader?.protocolName).toBe("sticky");
});

function protocolOf(name: string, byte: number) {
  return { name, metadata: Uint8Array.of(byte) };
}

describe("a member that joins again", () => {
  test("as a follower without changes stays in its generation", async () => {
    const fixture = await openFixture();
    const [, follower] = await stableGroup(fixture, 2);
    const memberId = follower?.memberId ?? "";
    const answer = await fixture.coordinator.joinGroup(joinOf({ memberId }));
    expect(answer).toMatchObject({ error: null, generation: 1, members: [] });
  });

  test("with other metadata, or as the leader, begins a rebalance", async () => {
    const fixture = await openFixture();
    const [leader, follower] = await stableGroup(fixture, 2);
    if (!leader || !follower) throw new Error("there are no members");
    const { coordinator } = fixture;
    const protocols = [{ name: "range", metadata: subscriptionTo("bills") }];
    const changed = coordinator.joinGroup(joinOf({ memberId: follower.memberId, protocols }));
    expect(await soon(changed)).toBe("waiting");
    expect(coordinator.heartbeat(claimOf(leader))).toBe("rebalance-in-progress");
    const again = coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
    expect(joined(await soon(again))).toMatchObject({ generation: 2 });
    expect(joined(await soon(changed))).toMatchObject({ generation: 2 });
  });

  test("while the leader assigns gets the same answer once more", async () => {
    const fixture = await openFixture();
    const { coordinator, clock } = fixture;
    const first = coordinator.joinGroup(joinOf());
    await settle();
    clock.advance(5);
    const { memberId } = joined(await first);
    const again = await coordinator.joinGroup(joinOf({ memberId }));
    expect(joined(again)).toEqual(joined(await first));
  });

  test("while its first join still waits takes that one's place", async () => {
    const fixture = await openFixture();
    const [leader] = await stableGroup(fixture, 2);
    const memberId = leader?.memberId ?? "";
    const first = fixture.coordinator.joinGroup(joinOf({ memberId }));
    await settle();
    const second = fixture.coordinator.joinGroup(joinOf({ memberId }));
    expect(await soon(first)).toEqual({ error: "rebalance-in-progress", memberId });
    expect(await soon(second)).toBe("waiting");
  });
});

test("who doesn't join in time is out", async () => {
  const fixture = await openFixture();
  const [leader, absent] = await stableGroup(fixture, 2);
  if (!leader || !absent) throw new Error("there are no members");
  const { coordinator, clock } = fixture;
  const join = coordinator.joinGroup(joinOf({ memberId: leader.memberId }));
  await settle();
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 5000) {
    expect(coordinator.heartbeat(claimOf(absent))).toBe("rebalance-in-progress");
    clock.advance(5000);
  }
  const next = joined(await soon(join));
  expect(next.members.map(({ memberId }) => memberId)).toEqual([leader.memberId]);
  expect(coordinator.heartbeat(claimOf(absent))).toBe("unknown-member-id");
  expect(await sync(fixture, next)).toMatchObject({ error: null });
});

test("when the setting was lowered, those that come first stay", async () => {
  const before = await openFixture();
  const members = await stableGroup(before, 3);
  const { coordinator } = await before.crash("power-loss", { maxGroupSize: 2 });
  const joins = members.map(({ memberId }) => coordinator.joinGroup(joinOf({ memberId })));
  const [first, second, third] = await Promise.all(joins);
  expect([first?.error, second?.error]).toEqual([null, null]);
  expect(third).toEqual({ error: "group-max-size-reached", memberId: members[2]?.memberId ?? "" });
});
