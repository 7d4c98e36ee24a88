import { describe, expect, test } from "bun:test";
import { held, joining, rulesOver, staying, taken } from "./core.testing.ts";
import { type ConsumerGroup, NEW_GROUP, stateOf } from "./group-state.ts";
import { heartbeat } from "./heartbeat.ts";
import type { ConsumerHeartbeatRequest } from "./requests.ts";

const topics = new Map([
  ["orders", 4],
  ["bills", 2],
]);
const rules = rulesOver(topics);

/** The group after each of the requests, none of which is refused. */
function after(...requests: readonly ConsumerHeartbeatRequest[]): ConsumerGroup {
  return requests.reduce((group, request) => taken(group, request, rules).group, NEW_GROUP);
}

/** A member that has all of `orders`, and another that waits for its half. */
const twoMembers = after(joining(), joining({ memberId: "n" }));

describe("a heartbeat", () => {
  test("the first member has everything at once", () => {
    const { group, ...told } = taken(NEW_GROUP, joining(), rules);
    const assignment = held({ orders: [0, 1, 2, 3] });
    expect(told).toEqual({ error: null, memberEpoch: 2, assignment });
    expect(stateOf(group)).toBe("Stable");
  });

  test("what has been told isn't told again, until it is another thing", () => {
    const quiet = { rebalanceTimeoutMs: null, owned: null };
    const group = after(joining());
    expect(taken(group, staying(), rules)).toMatchObject({ memberEpoch: 2, assignment: null });
    expect(taken(group, staying(), rules).group).toBe(group);
    const more = taken(group, staying({ ...quiet, topics: ["orders", "bills"] }), rules);
    const assignment = held({ orders: [0, 1, 2, 3], bills: [0, 1] });
    expect(more).toMatchObject({ memberEpoch: 3, assignment });
    const all = { rebalanceTimeoutMs: 1, topics: ["orders"], owned: held({ orders: [0] }) };
    expect(taken(group, staying(all), rules).assignment).toEqual(held({ orders: [0, 1, 2, 3] }));
  });

  test("a partition goes to another only when its member has given it up", () => {
    const told = taken(twoMembers, staying(), rules);
    expect(told).toMatchObject({ memberEpoch: 2, assignment: held({ orders: [0, 1] }) });
    const waits = taken(told.group, staying({ memberId: "n", memberEpoch: 3 }), rules);
    expect(waits).toMatchObject({ memberEpoch: 3, assignment: null });
    const still = taken(told.group, staying({ owned: held({ orders: [0, 1, 2] }) }), rules);
    expect(still).toMatchObject({ memberEpoch: 2, assignment: null });
    const gave = taken(still.group, staying({ owned: held({ orders: [0, 1] }) }), rules);
    expect(gave.memberEpoch).toBe(3);
    const got = taken(gave.group, staying({ memberId: "n", memberEpoch: 3 }), rules);
    expect(got).toMatchObject({ memberEpoch: 3, assignment: held({ orders: [2, 3] }) });
    expect(stateOf(got.group)).toBe("Stable");
  });

  test("who leaves frees what it has for the others' next heartbeats", () => {
    const { group } = taken(twoMembers, staying({ memberEpoch: -1 }), rules);
    expect([group.members.size, stateOf(group)]).toEqual([1, "Assigning"]);
    const next = taken(group, staying({ memberId: "n", memberEpoch: 3 }), rules);
    expect(next).toMatchObject({ memberEpoch: 4, assignment: held({ orders: [0, 1, 2, 3] }) });
  });

  test("topics that come, grow and go are followed", () => {
    const before = after(joining({ topicRegex: "b.*", topics: [] }));
    const grown = rulesOver(
      new Map([
        ["bills", 3],
        ["books", 1],
      ]),
    );
    const more = taken(before, staying(), grown);
    const assignment = held({ bills: [0, 1, 2], books: [0] });
    expect(more).toMatchObject({ memberEpoch: 3, assignment });
    const fewer = taken(
      more.group,
      staying({ memberEpoch: 3 }),
      rulesOver(new Map([["books", 1]])),
    );
    expect(fewer).toMatchObject({ memberEpoch: 3, assignment: held({ books: [0] }) });
  });

  test("most members choose the assignor", () => {
    const both = { topics: ["orders", "bills"], assignor: "range" };
    const group = after(joining(both), joining({ ...both, memberId: "n" }));
    const targets = [...group.members.values()].map(({ target }) => target);
    expect(targets).toEqual([
      held({ orders: [0, 1], bills: [0] }),
      held({ orders: [2, 3], bills: [1] }),
    ]);
  });

  test("an epoch is fenced, unless it is the one before and nothing is held besides", () => {
    const revoking = taken(twoMembers, staying(), rules).group;
    const moved = taken(revoking, staying({ owned: held({ orders: [0, 1] }) }), rules).group;
    const old = (owned: ConsumerHeartbeatRequest["owned"]) =>
      heartbeat(moved, staying({ memberEpoch: 2, owned }), rules).error;
    expect(old(held({ orders: [0, 1] }))).toBeNull();
    expect(old(held({ orders: [0, 3] }))).toBe("fenced-member-epoch");
    expect(old(null)).toBe("fenced-member-epoch");
    const ahead = heartbeat(moved, staying({ memberEpoch: 10, owned: held({}) }), rules);
    expect(ahead.error).toBe("fenced-member-epoch");
    // It begins anew, and has again what was to be its own.
    const again = taken(moved, joining(), rules);
    expect(again).toMatchObject({ memberEpoch: 3, assignment: held({ orders: [0, 1] }) });
  });

  test.each<[string, Partial<ConsumerHeartbeatRequest>, string]>([
    ["a stranger", { memberId: "x" }, "unknown-member-id"],
    ["a stranger who leaves", { memberId: "x", memberEpoch: -1 }, "unknown-member-id"],
    ["a stranger with a name", { instanceId: "i" }, "unknown-member-id"],
  ])("%s is refused", (_, fields, error) => {
    expect(heartbeat(twoMembers, staying(fields), rules).error).toBe(error as "unknown-member-id");
  });

  test("a full group takes nobody new, and those again who are in it", () => {
    const full = { ...rules, maxSize: 2 };
    const third = heartbeat(twoMembers, joining({ memberId: "o" }), full);
    expect(third.error).toBe("group-max-size-reached");
    expect(heartbeat(twoMembers, joining({ memberId: "n" }), full).error).toBeNull();
  });
});

describe("a static member", () => {
  const named = after(joining({ instanceId: "i" }), joining({ memberId: "n" }));
  const away = taken(named, staying({ instanceId: "i", memberEpoch: -2 }), rules).group;

  test("keeps its partitions while it is away, and has them under another id", () => {
    expect(stateOf(away)).toBe("Reconciling");
    const waits = taken(away, staying({ memberId: "n", memberEpoch: 3 }), rules);
    expect(waits.assignment).toBeNull();
    const back = taken(waits.group, joining({ memberId: "m2", instanceId: "i" }), rules);
    expect(back).toMatchObject({ memberEpoch: 3, assignment: held({ orders: [0, 1] }) });
    expect([...back.group.members.keys()]).toEqual(["n", "m2"]);
    expect(back.group.epoch).toBe(away.epoch);
    const old = heartbeat(back.group, staying({ instanceId: "i", memberEpoch: 3 }), rules);
    expect(old.error).toBe("fenced-instance-id");
  });

  test("comes back under its own id, too", () => {
    const back = taken(away, joining({ instanceId: "i" }), rules);
    expect(back).toMatchObject({ memberEpoch: 3, assignment: held({ orders: [0, 1] }) });
  });

  test("its name isn't given to another while it is there", () => {
    const other = heartbeat(named, joining({ memberId: "m2", instanceId: "i" }), rules);
    expect(other.error).toBe("unreleased-instance-id");
  });
});
