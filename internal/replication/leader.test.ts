import { expect, test } from "bun:test";
import { openStore, SMALL_LOG } from "../storage/store.testing.ts";
import { ReplicationLeader } from "./leader.ts";
import { alone } from "./leader-path.ts";
import type { Beat } from "./messages.ts";

const FENCE_AFTER_MS = 400;

test("a leader that fences itself takes no late answer for a sign of life", async () => {
  const { store, clock } = await openStore();
  const rules = {
    mode: "sync",
    minInsyncReplicas: 1,
    policy: "degrade",
    lagTimeMaxMs: 400,
  } as const;
  const leader = new ReplicationLeader({
    ...{ clock, store, brokerId: 1, lagTimeMaxMs: 400, fenceAfterMs: FENCE_AFTER_MS },
    ...{ isOutdated: () => false, rulesOf: () => rules, find: () => null },
    ...{ leftOut() {}, changed() {} },
  });
  leader.lead(store.openLog("orders-0", "a", SMALL_LOG), alone(1));
  leader.putFollower(2, "sync", "known");
  const unanswered: number[] = [];
  const outlet = {
    ...{ placed() {}, batches() {}, marks() {}, end() {} },
    beat: ({ atMs }: Beat) => void unanswered.push(atMs),
    whenRoom: (work: () => void) => work(),
  };
  const session = leader.open(2, outlet, 1000);
  const answer = async (beats: readonly number[]) => {
    for (const atMs of beats) session.answered(atMs);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  session.follow([]);
  for (let step = 0; step < 20; step++) {
    clock.advance(FENCE_AFTER_MS / 4);
    expect(leader.isFenced).toBe(false);
    await answer(unanswered.splice(0));
  }
  clock.advance(FENCE_AFTER_MS / 4);
  const heldByTheNetwork = unanswered.splice(0);
  expect(heldByTheNetwork).not.toEqual([]);
  clock.advance(10 * FENCE_AFTER_MS);
  expect(leader.isFenced).toBe(true);
  await answer(heldByTheNetwork);
  expect(leader.isFenced).toBe(true);
  await answer([unanswered.at(-1) ?? 0]);
  expect(leader.isFenced).toBe(false);
  leader.stop("the test is over");
  await store.close();
});
