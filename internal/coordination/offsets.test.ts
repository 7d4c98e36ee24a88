import { describe, expect, test } from "bun:test";
import type { CommitRequest } from "./api.ts";
import {
  claimOf,
  commitOf,
  committed,
  type Fixture,
  type Joined,
  joinOf,
  offsetOf,
  openFixture,
  settle,
  soon,
  stableGroup,
} from "./fixture.testing.ts";

/** The errors of a commit's or deletion's partitions, one behind the other. */
function errorsOf(topics: readonly { readonly partitions: readonly { error: string | null }[] }[]) {
  return topics.flatMap(({ partitions }) => partitions.map(({ error }) => error));
}

async function commit(fixture: Fixture, request: CommitRequest) {
  return errorsOf(await fixture.coordinator.commitOffsets(request));
}

/** The one member of a group at work, which reads `orders`. */
async function aMember(fixture: Fixture): Promise<Joined> {
  const [member] = await stableGroup(fixture, 1);
  if (!member) throw new Error("there is no member");
  return member;
}

describe("what was committed", () => {
  test("is there for who asks then, of any partition and topic", async () => {
    const fixture = await openFixture();
    const topics = [
      { topic: "orders", partitions: [offsetOf(0, 5, "five"), offsetOf(7, 6)] },
      { topic: "bills", partitions: [offsetOf(1, 2 ** 40)] },
    ];
    expect(await commit(fixture, commitOf(0, { topics }))).toEqual([null, null, null]);
    const { coordinator } = fixture;
    expect(await coordinator.fetchOffsets({ groupId: "g", topics: null })).toEqual(topics);
    const wanted = [{ topic: "orders", partitions: [7, 1, -1] }];
    expect(await coordinator.fetchOffsets({ groupId: "g", topics: wanted })).toEqual([
      {
        topic: "orders",
        partitions: [
          offsetOf(7, 6),
          { ...offsetOf(1, -1), leaderEpoch: -1 },
          { ...offsetOf(-1, -1), leaderEpoch: -1 },
        ],
      },
    ]);
  });

  test("is durable when it is answered", async () => {
    let fixture = await openFixture();
    for (const offset of [3, 9, 4]) {
      expect(await commit(fixture, commitOf(offset))).toEqual([null]);
      fixture = await fixture.crash("power-loss");
      expect(await committed(fixture)).toBe(offset);
    }
  });

  test("is waited for while it is on its way", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    fixture.coordinator.commitOffsets(commitOf(2));
    expect(await committed(fixture)).toBe(2);
    const after = await fixture.crash("power-loss");
    expect(await committed(after)).toBe(2);
  });

  test("in other groups, and in a group without a name, is theirs", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    await commit(fixture, commitOf(2, { groupId: "h" }));
    await commit(fixture, commitOf(3, { groupId: "" }));
    expect(await committed(fixture)).toBe(1);
    expect(await committed(fixture, 0, { groupId: "h" })).toBe(2);
    expect(await committed(fixture, 0, { groupId: "" })).toBe(3);
  });
});

describe("a commit is refused", () => {
  const group: [why: string, fields: Partial<CommitRequest>, error: string][] = [
    ["from nobody", { memberId: "nobody", generation: 1 }, "unknown-member-id"],
    ["of another generation", { generation: 7 }, "illegal-generation"],
    ["of no generation, by a member", { generation: -1 }, "illegal-generation"],
    [
      "from outside, while there are members",
      { generation: -1, memberId: "" },
      "unknown-member-id",
    ],
    ["under an instance id it hasn't", { groupInstanceId: "i" }, "unknown-member-id"],
    ["in a group that isn't there", { groupId: "h", generation: 1 }, "group-id-not-found"],
    ["with a long group id", { groupId: "x".repeat(2000) }, "invalid-group-id"],
  ];
  test.each(group)("%s", async (_, fields, error) => {
    const fixture = await openFixture();
    const member = await aMember(fixture);
    expect(await commit(fixture, commitOf(1, claimOf(member)))).toEqual([null]);
    const request = commitOf(2, { ...claimOf(member), ...fields });
    expect((await commit(fixture, request)) as (string | null)[]).toEqual([error]);
    expect(await committed(fixture)).toBe(1);
  });

  test("for partitions that aren't there, and with much text, each by itself", async () => {
    const fixture = await openFixture();
    const topics = [
      { topic: "orders", partitions: [offsetOf(8, 1), offsetOf(-1, 1), offsetOf(0, 1)] },
      { topic: "nothing", partitions: [offsetOf(0, 1)] },
      { topic: "bills", partitions: [offsetOf(0, 1, "x".repeat(65))] },
    ];
    const unknown = "unknown-topic-or-partition";
    const errors = [unknown, unknown, null, unknown, "offset-metadata-too-large"];
    expect(await commit(fixture, commitOf(0, { topics }))).toEqual(errors);
  });

  test("while the leader assigns", async () => {
    const fixture = await openFixture();
    const member = await aMember(fixture);
    const { coordinator } = fixture;
    await coordinator.joinGroup(joinOf({ memberId: member.memberId }));
    const request = commitOf(1, { ...claimOf(member), generation: 2 });
    expect(await commit(fixture, request)).toEqual(["rebalance-in-progress"]);
  });

  test("but not while members are gathered", async () => {
    const fixture = await openFixture();
    const member = await aMember(fixture);
    fixture.coordinator.joinGroup(joinOf());
    await settle();
    expect(await commit(fixture, commitOf(1, claimOf(member)))).toEqual([null]);
  });

  test("when it can't be written", async () => {
    const fixture = await openFixture();
    await fixture.store.close();
    expect(await commit(fixture, commitOf(1))).toEqual(["coordinator-not-available"]);
    expect(await committed(fixture)).toBe(-1);
  });
});

describe("offsets are forgotten", () => {
  const RETENTION_MS = 1_000_000;
  const CHECK_MS = 100_000;

  test("of simple consumers after the retention time, and the group with the last", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    await pass(fixture, RETENTION_MS / 2);
    const topics = [{ topic: "orders", partitions: [offsetOf(1, 1)] }];
    await commit(fixture, commitOf(0, { topics }));
    await pass(fixture, RETENTION_MS / 2 + CHECK_MS);
    expect(await committed(fixture, 0)).toBe(-1);
    expect(await committed(fixture, 1)).toBe(1);
    await pass(fixture, RETENTION_MS);
    expect(fixture.coordinator.listGroups({ states: [], types: [] })).toEqual([]);
    const after = await fixture.crash("power-loss");
    expect(after.coordinator.listGroups({ states: [], types: [] })).toEqual([]);
  });

  test("sooner or later, if the client says so", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1, { retentionMs: CHECK_MS }));
    await commit(fixture, commitOf(2, { groupId: "h", retentionMs: 3 * RETENTION_MS }));
    await pass(fixture, 2 * CHECK_MS);
    expect(await committed(fixture)).toBe(-1);
    await pass(fixture, 2 * RETENTION_MS);
    expect(await committed(fixture, 0, { groupId: "h" })).toBe(2);
  });

  test("of consumers at work, only of topics that they don't read any more", async () => {
    const fixture = await openFixture();
    const member = await aMember(fixture);
    const topics = ["orders", "bills"].map((topic) => ({ topic, partitions: [offsetOf(0, 1)] }));
    await commit(fixture, commitOf(0, { ...claimOf(member), topics }));
    await pass(fixture, RETENTION_MS + CHECK_MS, () => {
      expect(fixture.coordinator.heartbeat(claimOf(member))).toBeNull();
    });
    expect(await committed(fixture)).toBe(1);
    expect(await committed(fixture, 0, { topic: "bills" })).toBe(-1);
  });

  test("of a group without members, counted since the last one left", async () => {
    const fixture = await openFixture();
    const member = await aMember(fixture);
    await commit(fixture, commitOf(1, claimOf(member)));
    await pass(fixture, 2 * RETENTION_MS, () => fixture.coordinator.heartbeat(claimOf(member)));
    const left = await fixture.crash("power-loss"); // it comes back with the member
    await pass(left, CHECK_MS);
    expect(left.coordinator.describeGroup("g")?.state).toBe("Empty");
    await pass(left, RETENTION_MS - 2 * CHECK_MS);
    expect(await committed(left)).toBe(1);
    await pass(left, 3 * CHECK_MS);
    expect(left.coordinator.describeGroup("g")).toBeNull();
  });

  test("with their topic, also if a crash comes in between", async () => {
    const fixture = await openFixture();
    const topics = ["orders", "bills"].map((topic) => ({ topic, partitions: [offsetOf(0, 1)] }));
    await commit(fixture, commitOf(0, { topics }));
    fixture.topics.delete("bills");
    await fixture.coordinator.topicDeleted("bills");
    expect(await committed(fixture, 0, { topic: "bills" })).toBe(-1);
    expect(await committed(fixture)).toBe(1);
  });

  test("never while a commit of them is on its way", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    const late = fixture.clock.after(RETENTION_MS, () => {
      fixture.coordinator.commitOffsets(commitOf(2));
    });
    await pass(fixture, RETENTION_MS);
    late.cancel();
    await settle();
    expect(await committed(fixture)).toBe(2);
    expect(await committed(await fixture.crash("power-loss"))).toBe(2);
  });

  /** Lets time pass in steps of a session's part, so that sweeps and members keep up. */
  async function pass(fixture: Fixture, ms: number, each = () => {}): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 5000) {
      fixture.clock.advance(5000);
      each();
      await settle();
    }
    await settle();
  }
});

describe("a deletion of offsets", () => {
  const remove = (fixture: Fixture, topic: string, groupId = "g") =>
    fixture.coordinator.deleteOffsets({ groupId, topics: [{ topic, partitions: [0, 1] }] });

  test("forgets what there is, for good", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    expect(errorsOf((await remove(fixture, "orders")).topics)).toEqual([null, null]);
    expect(await committed(await fixture.crash("power-loss"))).toBe(-1);
  });

  test("takes commits that are on their way with it", async () => {
    const fixture = await openFixture();
    const first = fixture.coordinator.commitOffsets(commitOf(1));
    const removed = remove(fixture, "orders");
    await first;
    expect(await removed).toMatchObject({ error: null });
    expect(await committed(fixture)).toBe(-1);
  });

  test("is refused for topics that members read, and for what isn't there", async () => {
    const fixture = await openFixture();
    await stableGroup(fixture, 1);
    const subscribed = "group-subscribed-to-topic";
    expect(errorsOf((await remove(fixture, "orders")).topics)).toEqual([subscribed, subscribed]);
    expect(errorsOf((await remove(fixture, "bills")).topics)).toEqual([null, null]);
    const unknown = "unknown-topic-or-partition";
    expect(errorsOf((await remove(fixture, "nothing")).topics)).toEqual([unknown, unknown]);
    expect(await remove(fixture, "orders", "h")).toEqual({
      error: "group-id-not-found",
      topics: [],
    });
  });

  test("is refused while a group has members that aren't consumers", async () => {
    const fixture = await openFixture();
    fixture.coordinator.joinGroup(joinOf({ protocolType: "connect" }));
    await settle();
    expect((await remove(fixture, "orders")).error).toBe("non-empty-group");
  });
});

describe("a deletion of a group", () => {
  test("forgets it with its offsets, for good", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    expect(await fixture.coordinator.deleteGroup("g")).toBeNull();
    const after = await fixture.crash("power-loss");
    expect(after.coordinator.describeGroup("g")).toBeNull();
    expect(await committed(after)).toBe(-1);
  });

  test("is refused while it has members, or isn't there", async () => {
    const fixture = await openFixture();
    const { coordinator } = fixture;
    expect(await coordinator.deleteGroup("g")).toBe("group-id-not-found");
    await stableGroup(fixture, 1);
    expect(await coordinator.deleteGroup("g")).toBe("non-empty-group");
  });

  test("that can't be written leaves it as it was", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    await fixture.store.close();
    expect(await fixture.coordinator.deleteGroup("g")).toBe("coordinator-not-available");
    expect(fixture.coordinator.describeGroup("g")?.state).toBe("Empty");
    expect(await committed(fixture)).toBe(1);
  });

  test("lets nobody in meanwhile, and then as into a new one", async () => {
    const fixture = await openFixture();
    await commit(fixture, commitOf(1));
    const { coordinator } = fixture;
    const deleted = coordinator.deleteGroup("g");
    expect((await coordinator.joinGroup(joinOf())).error).toBe("coordinator-not-available");
    expect(await commit(fixture, commitOf(2))).toEqual(["coordinator-not-available"]);
    expect(await deleted).toBeNull();
    expect(await soon(coordinator.joinGroup(joinOf()))).toBe("waiting");
    expect(await committed(fixture)).toBe(-1);
  });
});

test("groups are listed in order, by state and type in any case", async () => {
  const fixture = await openFixture();
  await stableGroup(fixture, 1);
  await commit(fixture, commitOf(1, { groupId: "a" }));
  const list = (states: string[], types: string[]) =>
    fixture.coordinator.listGroups({ states, types }).map(({ groupId }) => groupId);
  expect(list([], [])).toEqual(["a", "g"]);
  expect(list(["STABLE"], [])).toEqual(["g"]);
  expect(list(["empty", "stable"], ["Classic"])).toEqual(["a", "g"]);
  expect(list([], ["consumer"])).toEqual([]);
  expect(list(["nonsense"], [])).toEqual([]);
});
