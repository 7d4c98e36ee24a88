import { describe, expect, test } from "bun:test";
import type { Crash } from "../../platform/testing/memory-disk.ts";
import { commitOf, committed, type Fixture, openFixture, soon } from "../fixture.testing.ts";
import { held, joining, staying } from "./core.testing.ts";
import type { ConsumerHeartbeatRequest } from "./requests.ts";

const ALL = held({ orders: [0, 1, 2, 3, 4, 5, 6, 7] });
const FIRST = held({ orders: [0, 1, 2, 3] });
const LAST = held({ orders: [4, 5, 6, 7] });

/** What a heartbeat is answered with, soon. */
async function beat({ coordinator }: Fixture, request: ConsumerHeartbeatRequest) {
  const answer = await soon(coordinator.consumerHeartbeat(request));
  if (answer === "waiting") throw new Error("no answer comes");
  return answer;
}

/** Members `m` and `n` that share `orders`, both with epoch 2. */
async function shared(fixture: Fixture): Promise<void> {
  expect(await beat(fixture, joining())).toMatchObject({ memberEpoch: 2, assignment: ALL });
  expect(await beat(fixture, joining({ memberId: "n" }))).toMatchObject({ memberEpoch: 3 });
  expect(await beat(fixture, staying())).toMatchObject({ memberEpoch: 2, assignment: FIRST });
  expect(await beat(fixture, staying({ owned: FIRST }))).toMatchObject({ memberEpoch: 3 });
  const got = await beat(fixture, staying({ memberId: "n", memberEpoch: 3 }));
  expect(got).toMatchObject({ memberEpoch: 3, assignment: LAST });
}

/** A heartbeat of a member of the shared group. */
function later(memberId: string, fields: Partial<ConsumerHeartbeatRequest> = {}) {
  return staying({ memberId, memberEpoch: 3, ...fields });
}

describe.each<Crash>(["kill", "power-loss", "names-kept"])("after a crash (%s)", (crash) => {
  test("members go on in their epochs, with what they have", async () => {
    const before = await openFixture();
    await shared(before);
    const described = before.coordinator.describeConsumerGroup("g");
    const fixture = await before.crash(crash);
    expect(fixture.coordinator.describeConsumerGroup("g")).toEqual(described);
    for (const memberId of ["m", "n"]) {
      const answer = await beat(fixture, later(memberId));
      expect(answer).toMatchObject({ error: null, memberEpoch: 3, assignment: null });
    }
    const claim = { memberId: "n", generation: 3 };
    const [answer] = await fixture.coordinator.commitOffsets(commitOf(5, claim));
    expect(answer?.partitions[0]?.error).toBeNull();
  });

  test("what was to be given up still has to be", async () => {
    const before = await openFixture();
    await beat(before, joining());
    await beat(before, joining({ memberId: "n" }));
    expect(await beat(before, staying())).toMatchObject({ assignment: FIRST });
    const fixture = await before.crash(crash);
    expect(await beat(fixture, later("n"))).toMatchObject({ memberEpoch: 3, assignment: null });
    expect(await beat(fixture, staying({ owned: FIRST }))).toMatchObject({ memberEpoch: 3 });
    expect(await beat(fixture, later("n"))).toMatchObject({ assignment: LAST });
  });

  test("sessions begin anew, and end", async () => {
    const before = await openFixture();
    await shared(before);
    before.clock.advance(9999);
    const fixture = await before.crash(crash);
    fixture.clock.advance(9999);
    expect(await beat(fixture, later("m"))).toMatchObject({ error: null });
    fixture.clock.advance(2);
    expect(await beat(fixture, later("n"))).toMatchObject({ error: "unknown-member-id" });
    expect(await beat(fixture, later("m"))).toMatchObject({ memberEpoch: 4, assignment: ALL });
  });

  test("a deleted group isn't there again", async () => {
    const before = await openFixture();
    await shared(before);
    expect(await before.coordinator.deleteGroup("g")).toBe("non-empty-group");
    for (const memberId of ["m", "n"]) await beat(before, later(memberId, { memberEpoch: -1 }));
    expect(before.coordinator.describeGroup("g")?.state).toBe("Empty");
    expect(await before.coordinator.deleteGroup("g")).toBeNull();
    const { coordinator } = await before.crash(crash);
    expect(coordinator.listGroups({ states: [], types: [] })).toEqual([]);
  });
});

test("a member that doesn't give up what it shall is out after its rebalance timeout", async () => {
  const fixture = await openFixture();
  await beat(fixture, joining({ rebalanceTimeoutMs: 5000 }));
  await beat(fixture, joining({ memberId: "n" }));
  await beat(fixture, staying());
  fixture.clock.advance(4999);
  expect(await beat(fixture, staying({ owned: ALL }))).toMatchObject({ memberEpoch: 2 });
  fixture.clock.advance(2);
  expect(await beat(fixture, staying())).toMatchObject({ error: "unknown-member-id" });
  expect(await beat(fixture, later("n"))).toMatchObject({ memberEpoch: 4, assignment: ALL });
});

test("one that gives it up in time stays", async () => {
  const fixture = await openFixture();
  await shared(fixture);
  for (let step = 0; step < 8; step++) {
    fixture.clock.advance(9000);
    for (const memberId of ["m", "n"]) await beat(fixture, later(memberId));
  }
  expect(fixture.coordinator.describeGroup("g")).toMatchObject({ state: "Stable", memberCount: 2 });
});

test("many come at once, and each is told what is so for all", async () => {
  const fixture = await openFixture();
  const ids = Array.from({ length: 8 }, (_, i) => `m${i}`);
  await Promise.all(ids.map((memberId) => beat(fixture, joining({ memberId }))));
  const group = fixture.coordinator.describeConsumerGroup("g");
  expect(group?.members.map(({ target }) => target[0]?.partitions.length)).toEqual(
    Array(8).fill(1),
  );
  expect(group).toMatchObject({ state: "Reconciling", epoch: 9, assignmentEpoch: 9 });
});

test("topics that match a pattern are read when they come", async () => {
  const fixture = await openFixture();
  const { topics } = fixture;
  const wish = { topics: null, topicRegex: "(orders|parcels)-.*" };
  expect(await beat(fixture, joining(wish))).toMatchObject({ assignment: held({}) });
  topics.set("orders-eu", 2);
  fixture.topicsChanged();
  const assignment = held({ "orders-eu": [0, 1] });
  expect(await beat(fixture, staying())).toMatchObject({ memberEpoch: 3, assignment });
  const described = fixture.coordinator.describeConsumerGroup("g")?.members[0];
  expect(described).toMatchObject({ topicRegex: wish.topicRegex, topics: [] });
  const again = await fixture.crash("kill"); // where that topic has gone meanwhile
  expect(await beat(again, staying({ memberEpoch: 3 }))).toMatchObject({ assignment: held({}) });
});

test.each<[string, Partial<ConsumerHeartbeatRequest>, string]>([
  ["no group id", { groupId: "" }, "invalid-request"],
  ["no member id", { memberId: "" }, "invalid-request"],
  ["an empty instance id", { instanceId: "" }, "invalid-request"],
  ["an empty rack", { rackId: "" }, "invalid-request"],
  ["a name that is too long", { memberId: "m".repeat(1025) }, "invalid-request"],
  ["no rebalance timeout", { rebalanceTimeoutMs: null }, "invalid-request"],
  ["partitions that it can't have", { owned: ALL }, "invalid-request"],
  ["nothing of what it has", { owned: null }, "invalid-request"],
  ["nothing of what it reads", { topics: null }, "invalid-request"],
  ["an epoch that there isn't", { memberEpoch: -3 }, "invalid-request"],
  ["an absence without a name", { memberEpoch: -2 }, "invalid-request"],
  ["more topics than are kept", { topics: Array(600).fill("x".repeat(1000)) }, "invalid-request"],
  ["an assignor that isn't known", { assignor: "sticky" }, "unsupported-assignor"],
  ["a pattern that isn't one", { topicRegex: "(" }, "invalid-regular-expression"],
  ["an epoch in no group", { memberEpoch: 4 }, "group-id-not-found"],
])("%s is refused", async (_, fields, error) => {
  const fixture = await openFixture();
  expect(await beat(fixture, joining(fields))).toMatchObject({ error });
  expect(fixture.coordinator.listGroups({ states: [], types: [] })).toEqual([]);
});

test("a broker that isn't to use an assignor refuses it", async () => {
  const fixture = await openFixture({ consumerAssignors: ["range"] });
  const refused = await beat(fixture, joining({ assignor: "uniform" }));
  expect(refused).toMatchObject({ error: "unsupported-assignor" });
});

test("offsets are a member's by its epoch", async () => {
  const fixture = await openFixture();
  await shared(fixture);
  const { coordinator } = fixture;
  const commit = async (memberId: string, generation: number, isBeforeMemberEpochs = false) => {
    const claim = { memberId, generation, isBeforeMemberEpochs };
    const [answer] = await coordinator.commitOffsets(commitOf(7, claim));
    return answer?.partitions[0]?.error as string | null | undefined;
  };
  expect(await commit("m", 3)).toBeNull();
  expect(await commit("m", 2)).toBe("stale-member-epoch");
  expect(await commit("x", 3)).toBe("unknown-member-id");
  expect(await commit("", -1)).toBe("unknown-member-id");
  expect(await commit("m", 3, true)).toBe("unsupported-version");
  expect(await committed(fixture)).toBe(7);
  const fetch = (memberId: string | null, memberEpoch: number) =>
    coordinator.fetchRefusal({ groupId: "g", memberId, memberEpoch });
  expect(fetch(null, -1)).toBeNull();
  expect(fetch("m", 3)).toBeNull();
  expect(fetch("m", 2)).toBe("stale-member-epoch");
  expect(fetch("x", 3)).toBe("unknown-member-id");
  expect(coordinator.fetchRefusal({ groupId: "none", memberId: "m", memberEpoch: 2 })).toBeNull();
  const topics = [{ topic: "orders", partitions: [0] }];
  const deleted = await coordinator.deleteOffsets({ groupId: "g", topics });
  expect(deleted.topics[0]?.partitions[0]?.error).toBe("group-subscribed-to-topic");
});

test("a group is listed and described in everybody's words", async () => {
  const fixture = await openFixture();
  await shared(fixture);
  const { coordinator } = fixture;
  const [listed, ...others] = coordinator.listGroups({ states: ["stable"], types: ["Consumer"] });
  expect(others).toEqual([]);
  expect(listed).toMatchObject({ type: "consumer", protocolType: "consumer", memberCount: 2 });
  expect(coordinator.listGroups({ states: [], types: ["classic"] })).toEqual([]);
  const group = coordinator.describeGroup("g");
  expect(group).toMatchObject({ type: "consumer", generation: 3, protocolName: "uniform" });
  expect(group?.members.map(({ memberId }) => memberId)).toEqual(["m", "n"]);
  expect(coordinator.describeConsumerGroup("g")?.members[1]).toMatchObject({
    memberId: "n",
    epoch: 3,
    topics: ["orders"],
    assigned: [{ topic: "orders", partitions: [4, 5, 6, 7] }],
    isClassic: false,
  });
});

test("what members take is counted, and given back", async () => {
  const fixture = await openFixture();
  const timersBefore = fixture.clock.pendingTimers;
  await shared(fixture);
  for (const memberId of ["m", "n"]) await beat(fixture, later(memberId, { memberEpoch: -1 }));
  expect(await fixture.coordinator.deleteGroup("g")).toBeNull();
  fixture.clock.advance(60_000);
  expect(fixture.clock.pendingTimers).toBe(timersBefore);
});
