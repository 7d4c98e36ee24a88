import { expect, test } from "bun:test";
import {
  type BrokerStanding,
  type Follower,
  followerStanding,
  followingOf,
} from "./broker-standings.ts";

function follower(differs: Partial<Follower> = {}): Follower {
  return {
    ...{ brokerId: 2, mode: "sync", connected: true, inSync: true },
    ...{ silentMs: 100, lagRecords: 0 },
    ...differs,
  };
}

test.each<[Partial<Follower>, BrokerStanding]>([
  [{}, "up"],
  [{ inSync: false }, "behind"],
  [{ inSync: false, mode: "async" }, "up"],
  [{ connected: false }, "away"],
])("a slave of which its master tells %j is %s", (differs, standing) => {
  expect(followerStanding(follower(differs))).toBe(standing);
});

test("a broker is silent as long as no leader has heard it", () => {
  const followers = [
    follower({ silentMs: 9000, lagRecords: 5 }),
    follower({ silentMs: 40, lagRecords: 7 }),
    follower({ silentMs: null, connected: false, lagRecords: 100 }),
    follower({ brokerId: 3, silentMs: 1, inSync: false }),
  ];
  expect(followingOf(2, followers)).toEqual({ silentMs: 40, lagRecords: 12, inSync: true });
});

test("of one that is away it is known since when, but not how far it is behind", () => {
  const followers = [9000, 8000].map((silentMs) => follower({ silentMs, connected: false }));
  expect(followingOf(2, followers)).toEqual({ silentMs: 8000, lagRecords: null, inSync: true });
});

test("of one that nobody has heard nothing is known", () => {
  expect(followingOf(2, [])).toEqual({ silentMs: null, lagRecords: null, inSync: true });
});
