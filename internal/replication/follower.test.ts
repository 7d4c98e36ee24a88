import { expect, test } from "bun:test";
import { batchSizeBytes, stampBatch } from "../record/batch.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { batchOfPairs, openStore, readRecords, SMALL_LOG } from "../storage/store.testing.ts";
import { FollowerCopier } from "./follower.ts";
import { alone } from "./lead-terms.ts";
import { ReplicationLeader } from "./leader.ts";
import type { LeaderSession } from "./messages.ts";

/** What a log's history is: how many records each leader epoch wrote. */
type History = readonly (readonly [epoch: number, records: number])[];

/** The cases of KIP-101 and KIP-279, and their neighbours: what the follower has is cut to fit. */
const CASES: readonly { name: string; leader: History; follower: History; cutTo: number }[] = [
  { name: "the same history", leader: [[0, 5]], follower: [[0, 5]], cutTo: 5 },
  { name: "a follower that is behind", leader: [[0, 5]], follower: [[0, 3]], cutTo: 3 },
  { name: "an empty follower", leader: [[0, 5]], follower: [], cutTo: 0 },
  { name: "an empty leader", leader: [], follower: [[0, 5]], cutTo: 0 },
  {
    name: "a follower with more of the last common epoch",
    leader: [
      [0, 3],
      [1, 4],
    ],
    follower: [[0, 5]],
    cutTo: 3,
  },
  {
    name: "an epoch that only the follower has",
    leader: [
      [0, 3],
      [2, 4],
    ],
    follower: [
      [0, 3],
      [1, 4],
    ],
    cutTo: 3,
  },
  {
    name: "two fast failovers, each with records that the other hasn't",
    leader: [
      [0, 3],
      [2, 2],
      [4, 5],
    ],
    follower: [
      [0, 4],
      [1, 2],
      [3, 6],
    ],
    cutTo: 3,
  },
  {
    name: "a leader whose epoch is older than the follower's last",
    leader: [[0, 9]],
    follower: [
      [0, 4],
      [1, 1],
    ],
    cutTo: 4,
  },
];

for (const { name, leader, follower, cutTo } of CASES) {
  test(`a follower ends with its leader's log: ${name}`, async () => {
    const [one, two] = [await openStore(), await openStore()];
    const [led, copied] = [
      await write(one.store, leader, "L"),
      await write(two.store, follower, "F"),
    ];
    const cuts: number[] = [];
    const path = {
      ...{ clock: one.clock, store: one.store, brokerId: 1, lagTimeMaxMs: 1000 },
      fenceAfterMs: 0,
      rulesOf: () => ({
        ...({ mode: "sync", minInsyncReplicas: 1, policy: "degrade", lagTimeMaxMs: 1000 } as const),
      }),
      isOutdated: () => false,
      find: () => leading.led(led) ?? null,
      leftOut() {},
      changed() {},
    };
    const leading: ReplicationLeader = new ReplicationLeader(path);
    leading.lead(led, alone(9));
    leading.putFollower(2, "sync", "new");
    let session: LeaderSession | null = null;
    const copier = new FollowerCopier({
      clock: two.clock,
      store: two.store,
      outlet: {
        follow: (logs) => session?.follow(logs),
        copied: (offsets, bytes) => session?.copied(offsets, bytes),
        answered: (beatAtMs) => session?.answered(beatAtMs),
      },
      copied() {},
      cut: ({ endOffset }) => cuts.push(endOffset),
      failed(error) {
        throw error;
      },
    });
    session = leading.open(
      2,
      {
        placed: (placements) => copier.placed(placements),
        batches: (marks, pieces) => {
          for (const piece of pieces) copier.batches(marks, piece.slice());
        },
        marks: (marks) => copier.marks(marks),
        beat() {},
        whenRoom: (work) => work(),
        end() {},
      },
      1000,
    );
    copier.follow(copied);
    const copyEnd = () => [...(leading.led(led)?.copies.followers ?? [])][0]?.offset;
    for (let turn = 0; turn < 500 && copyEnd() !== led.endOffset; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(leading.led(led)?.copies.isr).toEqual([1, 2]);
    const length = follower.reduce((sum, [, records]) => sum + records, 0);
    expect(Math.min(length, ...cuts)).toBe(cutTo);
    expect(await values(two.store, copied)).toEqual(await values(one.store, led));
    expect(copied.epochs.starts).toEqual(led.epochs.starts);
    leading.stop("the test is over");
    await one.store.close();
    await two.store.close();
  });
}

/** A log with this history; its values tell who wrote them, but for what both have in common. */
async function write(store: LogStore, history: History, who: string): Promise<PartitionLog> {
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  for (const [epoch, records] of history) {
    for (let i = 0; i < records; i++) {
      const offset = log.endOffset;
      const batch = batchOfPairs([[`${offset}`, epoch === 0 ? "0" : `${who}${epoch}`]]);
      stampBatch(batch, 0, offset, epoch);
      await new Promise((resolve) => {
        store.submitCopy(log, batch, 0, batchSizeBytes(batch, 0), resolve);
      });
    }
  }
  return log;
}

async function values(store: LogStore, log: PartitionLog): Promise<string[]> {
  const records = await readRecords(store, log);
  return records.map(
    ({ offset, value }) => `${offset}:${new TextDecoder().decode(value ?? undefined)}`,
  );
}
