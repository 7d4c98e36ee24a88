import { describe, expect, test } from "bun:test";
import type { BrokerUpdate, Watched } from "./api.ts";
import { type Fixture, fixture, until } from "./fixture.testing.ts";

const everything: Watched = {
  topics: true,
  partitionsOf: ["orders"],
  faults: true,
  groups: true,
  progressOf: ["billing"],
  events: true,
};

function open({ client }: Fixture) {
  const watch = client.watch({ ...everything, intervalMs: 500 });
  const updates = watch[Symbol.asyncIterator]();
  return { next: () => updates.next(), stop: () => watch.stop() };
}

/** Lets time pass until something has happened. */
async function passing({ clock }: Fixture, stepMs: number, done: () => boolean): Promise<void> {
  await until(() => {
    clock.advance(stepMs);
    return done();
  });
}

describe("a stream of changes", () => {
  test("brings every field over the wire", async () => {
    const made = await fixture();
    const rates = { recordsInPerSecond: 1.5, bytesInPerSecond: 2 ** 33, bytesOutPerSecond: 0 };
    const place = { topic: "orders", partition: 1, leader: -1, leaderEpoch: 4 };
    const copies = {
      ...{ replicas: [1, 2], adding: [], removing: [], isr: [1], observers: [2] },
      copies: [
        {
          broker: 2,
          inSync: false,
          endOffset: 1,
          lagRecords: 1,
          lagBytes: 2 ** 33,
          lagMs: null,
          outOfSyncMs: 5,
        },
      ],
    };
    const offsets = { logStartOffset: 1, highWatermark: 2, logEndOffset: 2 ** 40 };
    const summary = { partitionCount: 2, replicationFactor: 2, offsetCount: 7, sizeBytes: 8 };
    const update: BrokerUpdate = {
      ...made.broker.changes,
      removedTopics: ["gone"],
      topics: [
        {
          ...{ name: "orders", id: "id", internal: false, ...summary },
          ...{ faultCount: 1, health: "leaderless", rates },
        },
      ],
      partitions: [
        { ...place, ...copies, ...offsets, sizeBytes: 9, health: "under-min-isr", rates: null },
      ],
      events: [
        {
          ...{ sequence: 1, atMs: 5, severity: "warning", kind: "isr-shrunk" },
          ...{ subject: "orders", message: "it shrank" },
        },
      ],
      removedGroups: ["old"],
      groups: [
        {
          ...{ groupId: "billing", state: "PreparingRebalance", memberCount: 2, partitionCount: 3 },
          ...{
            committedTotal: 2 ** 50,
            lag: 12,
            maxLag: 7,
            lagMs: 2 ** 33,
            drainMs: -1,
            topics: [{ topic: "orders", lag: 12 }],
          },
        },
      ],
      progress: [
        {
          ...{ groupId: "billing", topic: "orders", partition: 1, committedOffset: -1, lag: -1 },
          ...{ logStartOffset: 0, highWatermark: 9, memberId: "m", clientId: "c", clientHost: "h" },
          ...{ lagMs: -1, drainMs: 2 ** 33 },
        },
      ],
      incomplete: false,
      broker: {
        ...made.broker.changes.broker,
        rates,
        syncs: { p50Ms: 0.25, p99Ms: 3, maxMs: 1e3 },
        diskReserveBytes: 2 ** 33,
        gauges: [{ name: "journal", used: 2 ** 33, most: null, unit: "bytes", hitCount: 1 }],
      },
    };
    made.broker.changes = update;
    const watch = open(made);
    const { brokerId } = update.broker;
    const events = update.events.map((event) => ({ ...event, brokerId }));
    expect((await watch.next()).value).toEqual({ ...update, events, others: [] });
    expect(made.broker.openWatchers).toMatchObject([everything]);
  });

  test("asks for nothing that isn't named", async () => {
    const made = await fixture();
    const watch = made.client.watch({ events: true, intervalMs: 500 });
    await watch[Symbol.asyncIterator]().next();
    const others = { topics: false, partitionsOf: [], faults: false, groups: false };
    expect(made.broker.openWatchers).toMatchObject([{ ...others, progressOf: [], events: true }]);
  });

  test("brings an update an interval, also when nothing has changed", async () => {
    const made = await fixture();
    const watch = open(made);
    await watch.next();
    for (let count = 2; count < 6; count++) {
      const next = watch.next();
      made.clock.advance(499);
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(made.broker.looks).toBe(count - 1);
      made.clock.advance(1);
      await next;
    }
  });

  test("catches up quickly while there are rows that were never told", async () => {
    const made = await fixture();
    made.broker.changes = { ...made.broker.changes, incomplete: true };
    const watch = open(made);
    const beganMs = made.clock.monotonicMs();
    for (let count = 0; count < 10; count++) {
      const next = watch.next();
      let got = false;
      void next.then(() => {
        got = true;
      });
      await passing(made, 1, () => got);
    }
    expect(made.clock.monotonicMs() - beganMs).toBeLessThan(500);
  });

  test("stands still while nobody takes anything, and costs nothing", async () => {
    const made = await fixture();
    const watch = open(made);
    await passing(made, 500, () => made.broker.looks === 2);
    for (let turn = 0; turn < 100; turn++) {
      made.clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(made.broker.looks).toBe(2);
    expect(made.clock.pendingTimers).toBe(0);
    await watch.next();
    await passing(made, 500, () => made.broker.looks === 3);
  });

  test("lets go of everything when it is stopped", async () => {
    const made = await fixture();
    const watch = open(made);
    await watch.next();
    watch.stop();
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    await until(() => made.broker.openWatchers.length === 0);
    expect(made.clock.pendingTimers).toBe(0);
    expect(await made.client.listTopics()).toHaveLength(1);
  });

  test("ends with its connection, on both sides", async () => {
    const made = await fixture();
    const watch = open(made);
    await watch.next();
    const [connection] = made.served;
    connection?.destroy();
    await expect(watch.next()).rejects.toMatchObject({ code: "closed" });
    await until(() => made.broker.openWatchers.length === 0);
  });

  test("may be one of several, and beside requests", async () => {
    const made = await fixture();
    const watches = [open(made), open(made)];
    for (const watch of watches) await watch.next();
    expect(made.broker.openWatchers).toHaveLength(2);
    watches[0]?.stop();
    await made.client.status();
    await until(() => made.broker.openWatchers.length === 1);
  });
});
