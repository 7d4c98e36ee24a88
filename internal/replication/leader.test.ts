import { expect, test } from "bun:test";
import { appendPairs, openStore, SMALL_LOG } from "../storage/store.testing.ts";
import type { FollowerOrigin } from "./known-follower.ts";
import { alone, type LogRules } from "./lead-terms.ts";
import { ReplicationLeader } from "./leader.ts";
import type { Beat, LogMarks } from "./messages.ts";

const FENCE_AFTER_MS = 400;
const RULES: LogRules = {
  mode: "sync",
  minInsyncReplicas: 1,
  policy: "degrade",
  lagTimeMaxMs: 400,
};

/** A leader of one log, and what it sends of beats. */
async function startedLeader(records: number, origin: FollowerOrigin = "known") {
  const { store, clock } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  for (let i = 0; i < records; i++) await appendPairs(store, log, [["k", "v"]]);
  log.highWatermark = 0; // as after a restart
  const leader: ReplicationLeader = new ReplicationLeader({
    ...{ clock, store, brokerId: 1, lagTimeMaxMs: 400, fenceAfterMs: FENCE_AFTER_MS },
    ...{ isOutdated: () => false, rulesOf: () => RULES },
    ...{ find: () => leader.led(log) ?? null, leftOut() {}, changed() {} },
  });
  leader.putFollower(2, "sync", origin);
  leader.lead(log, alone(1));
  const beats: Beat[] = [];
  const outlet = {
    ...{ placed() {}, batches() {}, marks() {}, end() {} },
    beat: (beat: Beat) => void beats.push(beat),
    whenRoom: (work: () => void) => work(),
  };
  const open = () => leader.open(2, outlet, 1000);
  const stop = async () => {
    leader.stop("the test is over");
    await store.close();
  };
  return { clock, log, leader, open, beats, stop };
}

async function turns(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
}

test("a slave isn't told to be in sync before it has what its master began with", async () => {
  const { clock, log, open, beats, stop } = await startedLeader(2);
  const session = open();
  const { name, incarnation } = log;
  const nothing = { endOffset: 0, lastEpoch: -1, leaderEpoch: 1 };
  session.follow([{ index: 0, name, incarnation, ...nothing }]);
  clock.advance(200);
  session.copied([[0, 1]], 0);
  expect(beats.filter(({ inSync }) => inSync)).toEqual([]);
  session.copied([[0, 2]], 0);
  expect(beats.at(-1)?.inSync).toBe(true);
  await stop();
});

test("a leader that fences itself waits after a start for who is known", async () => {
  for (const [origin, isFenced] of [
    ["known", true],
    ["new", false],
    ["left", false],
  ] as const) {
    const { clock, leader, log, open, stop } = await startedLeader(1, origin);
    expect(leader.isFenced).toBe(isFenced);
    expect(log.commits.refusal === null).toBe(!isFenced);
    clock.advance(10 * FENCE_AFTER_MS);
    expect(leader.isFenced).toBe(origin !== "left");
    const session = open();
    session.follow([]);
    await turns();
    expect(leader.isFenced).toBe(false);
    clock.advance(2 * FENCE_AFTER_MS);
    expect(leader.isFenced).toBe(true);
    await stop();
  }
});

test("a leader that fences itself takes no late answer for a sign of life", async () => {
  const { clock, leader, open, beats, stop } = await startedLeader(0);
  const session = open();
  const times = () => beats.splice(0).map(({ atMs }) => atMs);
  const answer = async (beats: readonly number[]) => {
    for (const atMs of beats) session.answered(atMs);
    await turns();
  };
  session.follow([]);
  for (let step = 0; step < 20; step++) {
    clock.advance(FENCE_AFTER_MS / 4);
    expect(leader.isFenced).toBe(false);
    await answer(times());
  }
  clock.advance(FENCE_AFTER_MS / 4);
  const heldByTheNetwork = times();
  expect(heldByTheNetwork).not.toEqual([]);
  clock.advance(10 * FENCE_AFTER_MS);
  expect(leader.isFenced).toBe(true);
  await answer(heldByTheNetwork);
  expect(leader.isFenced).toBe(true);
  await answer([beats.at(-1)?.atMs ?? 0]);
  expect(leader.isFenced).toBe(false);
  await stop();
});

test("nothing more is sent of what another broker leads, also while it is read", async () => {
  const { store, clock } = await openStore();
  const logs = ["a-0", "b-0"].map((name) => store.openLog(name, name, SMALL_LOG));
  for (const log of logs) await appendPairs(store, log, [["k", "v"]]);
  const leader: ReplicationLeader = new ReplicationLeader({
    ...{ clock, store, brokerId: 1, lagTimeMaxMs: 400, fenceAfterMs: 0 },
    ...{ isOutdated: () => false, rulesOf: () => RULES, leftOut() {}, changed() {} },
    find: (name) =>
      logs.map((log) => leader.led(log)).find((led) => led?.log.name === name) ?? null,
  });
  leader.putFollower(2, "sync", "new");
  for (const log of logs) leader.lead(log, alone(1));
  const sent: LogMarks[] = [];
  const batches = (marks: LogMarks) => void sent.push(marks);
  const whenRoom = (work: () => void) => work();
  const outlet = { ...{ placed() {}, marks() {}, end() {}, beat() {} }, batches, whenRoom };
  const nothing = { endOffset: 0, lastEpoch: -1, leaderEpoch: 1 };
  const followed = logs.map(({ name, incarnation }, index) => {
    return { index, name, incarnation, ...nothing };
  });
  leader.open(2, outlet, 1000).follow(followed);
  for (const log of logs) leader.resign(log, "another broker leads it");
  await turns();
  expect(sent).toEqual([]);
  leader.stop("the test is over");
  await store.close();
});
