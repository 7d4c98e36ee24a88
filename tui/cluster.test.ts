import { expect, test } from "bun:test";
import type { BrokerActivity } from "../internal/client/api.ts";
import { brokerRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

type Follower = BrokerActivity["replication"]["followers"][number];

function follower(brokerId: number, differs: Partial<Follower> = {}): Follower {
  const heard = { mode: "sync", connected: true, inSync: true, silentMs: 100 } as const;
  return { brokerId, ...heard, lagRecords: 0, ...differs };
}

/** A broker of a cluster of three, as it tells of itself. */
function memberRow(brokerId: number, followers: readonly Follower[]): BrokerActivity {
  const { replication } = brokerRow();
  const role = { role: "member", leaderId: 2, followers } as const;
  const rates = { recordsInPerSecond: 100 * brokerId, bytesInPerSecond: 1, bytesOutPerSecond: 1 };
  return brokerRow({
    ...{ brokerId, rates, connections: 10 + brokerId, diskFreeBytes: brokerId * 1e11 },
    replication: { ...replication, ...role },
  });
}

async function showing(
  broker: BrokerActivity,
  others: readonly BrokerActivity[],
): Promise<TestScreen> {
  const screen = openScreen(140, 40);
  await screen.watched();
  screen.broker.tell({ broker, others });
  await screen.shows("sync p99");
  return screen;
}

test("every broker of a cluster tells of itself", async () => {
  const one = memberRow(1, [follower(2), follower(3)]);
  const others = [
    memberRow(2, [follower(1), follower(3, { inSync: false, lagRecords: 42 })]),
    memberRow(3, [follower(1), follower(2)]),
  ];
  await using screen = await showing(one, others);
  expect(screen.lines().join("\n")).not.toMatch(/slave|master/);
  expect(screen.lineWith("broker behind")).toContain("broker 3");
  expect(screen.lines().join("\n")).toContain("600/s in");
  screen.press("4");
  await screen.shows("CLIENTS");
  expect(screen.lineWith("● up          member")).toContain("100GB");
  expect(screen.lineWith("▲ behind")).toMatch(/3 .*member .* 42 .*300 .*300GB/);
});

test("one that is away is told by those that missed it", async () => {
  const away = { connected: false, inSync: false, silentMs: 12_000, lagRecords: 7 };
  const one = memberRow(1, [follower(2), follower(3, away)]);
  await using screen = await showing(one, [memberRow(2, [follower(1), follower(3, away)])]);
  expect(screen.lineWith("broker away")).toContain("not heard for 12s");
  expect(screen.lineWith("broker 3 away")).not.toBe("");
  expect(screen.lines().join("\n")).not.toContain("all in sync");
  screen.press("P");
  await screen.shows("in a cluster the controller chooses who leads");
});
