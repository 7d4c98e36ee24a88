import { describe, expect, test } from "bun:test";
import type { GroupActivity, GroupPartition } from "../internal/client/api.ts";
import { NOW_MS, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

/** Nobody knows how long anything takes. */
const untimed = { lagMs: -1, drainMs: -1 };

function groupRow(groupId: string, differs: Partial<GroupActivity> = {}): GroupActivity {
  const group = { groupId, state: "Stable", memberCount: 2, partitionCount: 3 } as const;
  return { ...group, committedTotal: 0, lag: 0, maxLag: 0, ...untimed, topics: [], ...differs };
}

function progressRow(partition: number, differs: Partial<GroupPartition> = {}): GroupPartition {
  const place = { groupId: "billing", topic: "orders", partition, logStartOffset: 0 };
  const owner = { memberId: "m-1", clientId: "worker", clientHost: "/10.0.0.7" };
  return {
    ...place,
    committedOffset: 0,
    highWatermark: 0,
    lag: 0,
    ...untimed,
    ...owner,
    ...differs,
  };
}

/** A screen on which time passes: each second the broker tells of billing and of idle. */
async function watching(screen: TestScreen, secondCount: number): Promise<void> {
  await screen.watched();
  for (let second = 0; second < secondCount; second++) {
    const committedTotal = second * 30;
    const lag = 5000 - second * 20;
    const topics = [{ topic: "orders", lag }];
    screen.broker.tell({
      topics: [topicRow("orders")],
      groups: [
        groupRow("billing", { committedTotal, lag, maxLag: lag, topics }),
        groupRow("idle", { committedTotal: 70, lag: 400, state: "Empty", memberCount: 0 }),
        groupRow("well", { committedTotal: second * 10, lag: 0 }),
      ],
    });
    await screen.settled();
    screen.clock.advance(1000 - 80);
  }
}

describe("groups", () => {
  test("tell who keeps up, who is stuck, and when it will be over", async () => {
    await using screen = openScreen(170, 40);
    await watching(screen, 18);
    expect(screen.lineWith("stuck")).toContain("idle");
    screen.press("3");
    await screen.selects("billing");
    expect(screen.lineWith("billing ")).toContain("catches up");
    expect(screen.lineWith("billing ")).toMatch(/[34]m\d\ds/);
    expect(screen.lineWith("idle ")).toMatch(/empty .*stuck \d\ds .*never/);
    expect(screen.lineWith("well ")).toContain("caught up");
    screen.press("z");
    await screen.shows("faults only");
    await screen.hides("billing");
  });

  test("show their lag by partition; what nobody knows is no number, and in no sum", async () => {
    await using screen = openScreen(170, 40);
    await watching(screen, 1);
    screen.press("3", "enter");
    await screen.shows("groups ▸ billing");
    expect(screen.broker.watches.at(-1)?.progressOf).toEqual(["billing"]);
    screen.broker.tellCloseUp({
      progress: [
        progressRow(0, { committedOffset: 881_204, highWatermark: 1_402_118, lag: 520_914 }),
        progressRow(1, { committedOffset: -1, highWatermark: 70, lag: -1 }),
        progressRow(2, { committedOffset: 5, highWatermark: 5, memberId: null }),
      ],
    });
    await screen.shows("520,914");
    await screen.shows("lag 521k  1 unknown");
    expect(screen.lineWith("no offset").replaceAll(/\s+/g, " ")).toContain("orders 1 - 70 - ");
    expect(screen.lineWith("no offset")).toContain("worker@10.0.0.7");
    expect(screen.lineWith("nobody")).toContain("caught up");
    screen.press("enter");
    await screen.shows("topics ▸ orders-0 ▸ messages");
  });

  test("are set back after a look at what that does, and their name", async () => {
    await using screen = openScreen(100, 30, {
      planReset: async (_, { groupId, to }) => {
        expect([groupId, to.kind]).toEqual(["idle", "offset"]);
        return [
          { topic: "orders", partition: 0, committedOffset: 70, newOffset: 12, lag: 0 },
          { topic: "orders", partition: 1, committedOffset: null, newOffset: 12, lag: 0 },
        ];
      },
    });
    await watching(screen, 1);
    screen.press(":", ..."reset idle 12", "enter");
    await screen.shows("58 records are read again, 0 are left out");
    await screen.shows("1 partition had no offset");
    await screen.shows("orders-0  70 -> 12");
    screen.press(..."idle", "enter");
    await screen.shows("goes on elsewhere in 2 partitions");
    expect(screen.broker.calls).toEqual(["reset idle orders-0:12 orders-1:12"]);
  });

  test("are asked for their name where there is no room for all that becomes of them", async () => {
    const partitions = Array.from({ length: 40 }, (_, partition) => partition);
    await using screen = openScreen(60, 15, {
      planReset: async () =>
        partitions.map((partition) => {
          return { topic: "orders", partition, committedOffset: 70, newOffset: 12, lag: 0 };
        }),
    });
    await watching(screen, 1);
    screen.press(":", ..."reset idle 12", "enter");
    await screen.shows("Type idle to go on");
    await screen.shows("more lines");
    screen.press(..."idle", "enter");
    await screen.shows("goes on elsewhere in 40 partitions");
  });

  test("may be called anything: what one copies does nothing else in a shell", async () => {
    await using screen = openScreen(100, 30);
    await screen.watched();
    screen.broker.tell({ groups: [groupRow("it's $(mine)", { lag: 5 })] });
    screen.press("3", "enter", "y");
    await screen.shows("weir group describe -b broker-1:9092 -- 'it'\\''s $(mine)'");
  });

  test("that have members are not set back, and say why", async () => {
    await using screen = openScreen(100, 30);
    await watching(screen, 1);
    screen.press(":", ..."reset billing 12", "enter");
    await screen.shows("billing has 2 members: stop them first");
  });

  test("are as far behind as the broker says, and get further while nothing is told", async () => {
    await using screen = openScreen(170, 40);
    await screen.watched();
    const behind = { lag: 40, maxLag: 40, committedTotal: 5, lagMs: 30_000, drainMs: 90_000 };
    screen.broker.tell({ groups: [groupRow("billing", behind)] });
    screen.press("3", "enter");
    await screen.shows("groups ▸ billing");
    const row = { committedOffset: 5, highWatermark: 45, lag: 40, lagMs: 30_000 };
    screen.broker.tellCloseUp({ progress: [progressRow(0, row)] });
    await screen.selects("orders");
    expect(screen.selected()).toContain("30s");
    screen.broker.tell({ atMs: NOW_MS + 60_000 });
    await screen.shows("1m30s");
  });
});
