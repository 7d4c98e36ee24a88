import { describe, expect, test } from "bun:test";
import type { BrokerActivity } from "../internal/client/api.ts";
import { FakeBroker } from "./testing/fake-client.testing.ts";
import { brokerRow, helloRow, NOW_MS, partitionRow, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

type Replication = BrokerActivity["replication"];
type Follower = Replication["followers"][number];

const following: Follower = {
  ...{ brokerId: 2, mode: "sync", connected: true, inSync: true },
  ...{ silentMs: 100, lagRecords: 0 },
};

function masterOf(follower: Partial<Follower>, differs: Partial<Replication> = {}): BrokerActivity {
  const { replication } = brokerRow();
  const followers = [{ ...following, ...follower }];
  return brokerRow({ replication: { ...replication, followers, ...differs } });
}

function slaveRow(differs: Partial<Replication> = {}): BrokerActivity {
  const { replication } = brokerRow();
  const role = { role: "slave", connected: true, inSync: true, leaderSilentMs: 100 } as const;
  return brokerRow({ brokerId: 2, replication: { ...replication, ...role, ...differs } });
}

async function showing(screen: TestScreen, broker: BrokerActivity): Promise<TestScreen> {
  await screen.watched();
  screen.broker.tell({ broker });
  await screen.shows("sync p99");
  return screen;
}

const there = (brokerId: number, live = true) => ({
  ...{ brokerId, host: `broker-${brokerId}`, port: 9092, rack: null, live, stopping: false },
  ...{ drained: false, leaderCount: 0, replicaCount: 0, inSyncCount: 0 },
});

describe("the other broker of a pair", () => {
  const syncs = { p50Ms: 2, p99Ms: 47, maxMs: 90 };

  test("tells of itself, too, and has gaps when it doesn't", async () => {
    const other = new FakeBroker();
    const broker = new FakeBroker();
    broker.brokers = [there(1), there(2)];
    broker.partner = other;
    await using screen = openScreen(120, 40, {}, broker);
    await screen.watched();
    broker.tell({ broker: masterOf({}) });
    await screen.until(() => other.watches.length > 0, "nobody asks the slave");
    other.tellCloseUp({ broker: { ...slaveRow(), syncs, diskFreeBytes: 7e9 } });
    await screen.settled();
    broker.tell({ broker: masterOf({}) });
    screen.press("4", "j");
    await screen.shows("47.0ms");
    expect(screen.lineWith("slave ")).toMatch(/2 ● up .*47\.0ms .* 7\.0GB/);
    await screen.shows("version");
    expect(screen.lines().join("\n")).not.toContain("shows the rest");
    other.lose();
    await screen.settled();
    broker.tell({ broker: masterOf({}) });
    await screen.shows("shows the rest");
  });

  test("tells a slave's screen how far it is behind", async () => {
    const other = new FakeBroker();
    const broker = new FakeBroker();
    broker.hello = { ...helloRow, brokerId: 2 };
    broker.brokers = [there(1), there(2)];
    broker.partner = other;
    await using screen = openScreen(120, 40, {}, broker);
    await screen.watched();
    broker.tell({ broker: slaveRow({ inSync: false }) });
    await screen.until(() => other.watches.length > 0, "nobody asks the master");
    other.tellCloseUp({ broker: masterOf({ inSync: false, lagRecords: 1234 }) });
    await screen.settled();
    broker.tell({ broker: slaveRow({ inSync: false }) });
    screen.press("4");
    await screen.shows("1.2k");
    expect(screen.lineWith("1.2k")).toContain("2 ▲ behind");
  });

  test("isn't sought where it isn't there", async () => {
    const broker = new FakeBroker();
    broker.brokers = [there(1), there(2, false)];
    broker.partner = new FakeBroker();
    await using screen = openScreen(120, 40, {}, broker);
    await screen.watched();
    broker.tell({ broker: masterOf({ connected: false }) });
    await screen.shows("slave away");
    screen.clock.advance(6000);
    await screen.settled();
    expect(broker.partner.connectCount).toBe(0);
  });
});

describe("a master", () => {
  test.each([
    ["a slave that is in sync", {}, "● slave 2 in sync"],
    ["one that is behind", { inSync: false, lagRecords: 1234 }, "▲ slave 2 -1.2k"],
    ["one that isn't heard", { connected: false, silentMs: 12_000 }, "✖ slave 2 away 12s"],
    ["one that nobody waits for", { mode: "async", inSync: false, lagRecords: 40 }, "slave 2 -40"],
  ] as const)("shows %s", async (_, follower, text) => {
    await using screen = await showing(openScreen(120, 40), masterOf(follower));
    expect(screen.lines().join("\n")).toContain(text);
  });

  test("says for how long acks have been degraded, and how many were", async () => {
    const degraded = [{ startMs: NOW_MS - 5000, endMs: null, recordsAckedAlone: 1234 }];
    const broker = masterOf({ connected: false, inSync: false }, { degraded });
    await using screen = await showing(openScreen(120, 40), broker);
    expect(screen.lineWith("acks degraded")).toContain("1,234 records since");
    screen.press("4", "i");
    await screen.shows("degraded now");
    expect(screen.lineWith("degraded now")).toMatch(/5\.\ds, 1\.2k alone/);
  });

  test("says when its disk is low, and when it is full", async () => {
    const rates = { recordsInPerSecond: 1, bytesInPerSecond: 1e6, bytesOutPerSecond: 0 };
    const broker = brokerRow({ diskFreeBytes: 1.5e8, diskReserveBytes: 5e7, rates });
    await using screen = await showing(openScreen(120, 40), broker);
    expect(screen.lineWith("disk low")).toContain("150MB free, full in 1m40s; 50MB are kept");
  });

  test("shows what fills up, and how often it was full", async () => {
    const journal = { name: "journal", used: 4e8, most: 5e8, unit: "bytes", hitCount: 3 } as const;
    await using screen = await showing(openScreen(120, 40), brokerRow({ gauges: [journal] }));
    screen.press("4");
    await screen.shows("journal");
    expect(screen.lineWith("journal")).toContain("400MB of 500MB");
    await screen.shows("3 writes had to wait for a");
  });

  test("hands the lead over only to a slave that is there", async () => {
    await using screen = await showing(openScreen(), masterOf({ connected: false }));
    screen.press("W");
    await screen.shows("its slave isn't connected");
    screen.press("P");
    await screen.shows("this broker is the master: connect to its slave, broker 2");
    screen.broker.tell({ broker: masterOf({}) });
    await screen.shows("● slave 2");
    screen.press("W", ..."switch", "enter");
    await screen.shows("broker 2 is the master now, epoch 1000");
    expect(screen.broker.calls).toEqual(["switch"]);
  });
});

describe("a slave", () => {
  test("says what a promotion could lose before it is made the master", async () => {
    await using screen = await showing(openScreen(), slaveRow({ connected: false }));
    expect(screen.lineWith("master away")).toContain("broker 1");
    screen.press("P");
    await screen.shows("Broker 1, the master, said 12s ago what it has.");
    await screen.shows("orders-3: missing are 1,200 records, from offset 500 on.");
    screen.press(..."promote", "enter");
    await screen.shows("this broker is the master now");
    expect(screen.broker.calls).toEqual(["promote"]);
  });

  test("says what it has still to copy, and how long that takes", async () => {
    const speed = { copiedBytes: 1, behindBytes: 3e8, bytesPerSecond: 1e7, leftMs: 30_000 };
    const broker = slaveRow({ inSync: false, catchUp: speed });
    await using screen = await showing(openScreen(120, 40), broker);
    expect(screen.lineWith("slave behind")).toContain("300MB to copy, done in 30s");
    screen.press("4", "j");
    await screen.shows("300MB at 10MB/s");
  });

  test("takes no changes, and says who does", async () => {
    await using screen = await showing(openScreen(), slaveRow());
    screen.press("2", "C");
    await screen.shows("this broker is a slave: broker 1, its master, takes changes");
    screen.press("?");
    await screen.shows("MOVE");
    screen.press(..."j".repeat(30));
    await screen.shows("not now: this broker is a slave");
  });
});

test("a copy that is away gets older although nothing is told of it any more", async () => {
  await using screen = openScreen(80, 24);
  await screen.watched();
  screen.broker.tell({ topics: [topicRow("orders")] });
  screen.press("2", "enter");
  await screen.shows("topics ▸ orders");
  const lag = { endOffset: 5, lagRecords: 70, lagBytes: 9000, lagMs: 4000, outOfSyncMs: 1000 };
  const copies = [{ broker: 2, inSync: false, ...lag }];
  const short = { replicas: [1, 2], isr: [1], copies, health: "under-replicated" } as const;
  screen.broker.tellCloseUp({ partitions: [partitionRow("orders", 0, short)] });
  await screen.shows("1*,(2)");
  expect(screen.lineWith("1*,(2)")).toMatch(/▲ 1\/2 1\.\ds .* 70 +9\.0kB +4\.\ds /);
  screen.broker.tell({ atMs: NOW_MS + 60_000 });
  await screen.shows("▲ 1/2 1m01s");
  expect(screen.lineWith("1*,(2)")).toContain("1m04s");
  screen.press("i");
  await screen.shows("▲ not in sync for 1m01s");
  expect(screen.lineWith("records 9.0kB")).toContain("70 records 9.0kB 1m04s behind");
});
