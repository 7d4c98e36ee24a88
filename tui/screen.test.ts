import { describe, expect, test } from "bun:test";
import { FakeBroker } from "./testing/fake-client.testing.ts";
import { eventRow, partitionRow, ratesOf, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

/** A screen with some topics, of which orders is busy and payments has a fault. */
async function withTopics(screen: TestScreen): Promise<TestScreen> {
  await screen.watched();
  screen.broker.tell({
    topics: [
      topicRow("audit", { partitionCount: 48, rates: ratesOf(20) }),
      topicRow("orders", { partitionCount: 12, offsetCount: 1_402_118, rates: ratesOf(1200) }),
      topicRow("payments", { partitionCount: 6, faultCount: 1, health: "under-replicated" }),
    ],
    partitions: [
      partitionRow("payments", 3, { replicas: [1, 2, 3], isr: [1, 2], health: "under-replicated" }),
    ],
    events: [eventRow(1, { message: "orders was made, with 12 partitions" })],
  });
  await screen.shows("orders");
  return screen;
}

describe("the first screen", () => {
  test("is there before the broker is, and fills in", async () => {
    await using screen = openScreen();
    await screen.shows("connect");
    expect(screen.onAlternate()).toBe(true);
    await withTopics(screen);
    expect(screen.lineWith("under-replicated")).toContain("payments-3");
    expect(screen.lineWith("under-replicated")).toContain("missing: 3");
    expect(screen.lineWith("busy")).toContain("orders");
    await screen.shows("orders was made, with 12 partitions");
  });

  test("leads to what is wrong", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("enter");
    await screen.shows("topics ▸ payments");
    expect(screen.broker.watches.at(-1)?.partitionsOf).toEqual(["payments"]);
    const short = { replicas: [1, 2, 3], isr: [1, 2], health: "under-replicated" } as const;
    screen.broker.tellCloseUp({
      partitions: [partitionRow("payments", 0), partitionRow("payments", 3, short)],
    });
    await screen.shows("1*,2,(3)");
    screen.press("z");
    await screen.shows("faults only");
    expect(screen.lineWith("1 of 2")).not.toBe("");
  });
});

test("the broker is told which of a topic's partitions are on the screen", async () => {
  await using screen = await withTopics(openScreen(80, 24));
  const inView = () => screen.broker.watches.at(-1)?.inView?.() ?? null;
  expect(inView()).toBeNull();
  screen.press("2", "j", "enter");
  await screen.until(() => screen.broker.watches.length === 2, "nobody looks closely");
  expect(inView()).toBeNull();
  const partitions = Array.from({ length: 100 }, (_, index) => partitionRow("orders", index));
  screen.broker.tellCloseUp({ partitions });
  await screen.until(() => inView() !== null, "nothing is in view");
  expect(inView()).toEqual({ topic: "orders", partitions: [...Array(21).keys()] });
  screen.press("G");
  await screen.until(() => inView()?.partitions[0] === 79, "the view hasn't moved");
});

describe("a list", () => {
  test("is walked through by letters and by arrows, and comes back where it was", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("2");
    await screen.selects("audit");
    screen.press("j");
    await screen.selects("orders");
    screen.press("down", "down", "down");
    await screen.selects("payments");
    screen.press("k", "enter");
    await screen.shows("topics ▸ orders");
    screen.press("escape");
    await screen.selects("orders");
    screen.press("escape");
    await screen.shows("overview");
  });

  test("is filtered letter by letter, and counts what it leaves", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("2", "/", "p", "a", "y");
    await screen.shows("1 of 3");
    await screen.hides("orders");
    screen.press("enter");
    await screen.shows("/pay");
    screen.press("escape");
    await screen.shows("orders");
  });

  test("is sorted by any column, either way; what is unknown stays last", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("2", ..."::sort in desc".slice(1), "enter");
    await screen.shows("IN/s ▼");
    expect(screen.rows().map((row) => row.split(" ")[0])).toEqual(["orders", "audit", "payments"]);
  });

  test("keeps the selected row where it is while others come and go", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("2", "j");
    await screen.selects("orders");
    const place = () => screen.rows().indexOf(screen.selected());
    const before = place();
    const others = Array.from({ length: 40 }, (_, index) => topicRow(`a-${index}`));
    screen.broker.tell({ topics: others });
    await screen.shows("a-17");
    expect(screen.selected()).toStartWith("orders");
    expect(place()).toBe(before);
    screen.broker.tell({ removedTopics: ["orders"] });
    await screen.hides("orders");
    expect(place()).toBe(before);
  });

  test("keeps its columns in line, whatever names there are", async () => {
    await using screen = openScreen();
    await screen.watched();
    const names = [
      "plain",
      "naïve",
      "日本語のトピック",
      "emoji-🙂-👩‍👩‍👧",
      "tab\there",
      "esc\x1b[31m",
    ];
    screen.broker.tell({ topics: names.map((name) => topicRow(name, { partitionCount: 7 })) });
    screen.press("2");
    await screen.shows("plain");
    const rows = screen.lines().filter((line) => line.includes("● ok"));
    expect(rows).toHaveLength(names.length);
    const { stringWidth } = Bun;
    const columns = rows.map((line) => stringWidth(line.slice(0, line.indexOf("● ok"))));
    expect(new Set(columns).size).toBe(1);
  });
});

describe("changes", () => {
  test("ask for the name to be typed first", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("2", "j", "D");
    await screen.shows("Type orders to go on");
    screen.press(..."order", "enter");
    await screen.settled();
    expect(screen.broker.calls).toEqual([]);
    screen.press("s", "enter");
    await screen.shows("orders was deleted");
    expect(screen.broker.calls).toEqual(["delete orders"]);
  });

  test("are commands", async () => {
    await using screen = await withTopics(openScreen());
    screen.press(":", ..."create new-topic 3", "enter");
    await screen.shows("new-topic was created");
    screen.press(":", ..."grow orders 24", "enter", ..."orders", "enter");
    await screen.shows("orders has 24 partitions");
    screen.press(":", ..."set orders retention.ms=1000", "enter", ..."orders", "enter");
    await screen.shows("orders: retention.ms=1000");
    expect(screen.broker.calls).toEqual([
      "create new-topic 3",
      "grow orders 24",
      "set orders retention.ms=1000",
    ]);
  });

  test("are refused, with the reason, on a screen that is read-only", async () => {
    await using screen = await withTopics(openScreen(80, 24, { readOnly: true }));
    screen.press("2", "D");
    await screen.shows("read-only (--read-only)");
    screen.press(":", ..."delete orders", "enter");
    await screen.shows("read-only (--read-only)");
    screen.press("C");
    await screen.shows("read-only (--read-only)");
    expect(screen.broker.calls).toEqual([]);
  });

  test("that can't be made say why", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("4", "P");
    await screen.shows("it has no slave");
  });
});

describe("commands", () => {
  test("complete themselves, and say what is wrong with them", async () => {
    await using screen = await withTopics(openScreen());
    screen.press(":", "t", "o", "p", "tab", "o", "r", "tab", "enter");
    await screen.shows("topics ▸ orders");
    screen.press(":", ..."topics nothing", "enter");
    await screen.shows("there is no topic nothing");
    screen.press(":", ..."dance", "enter");
    await screen.shows("there is no command dance");
  });

  test("have a twin in the shell for every view that has one", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("2", "y");
    await screen.shows("weir topic ls -b broker-1:9092");
    screen.press("escape");
    await screen.hides("as a command");
    screen.press("j", "enter", "y");
    await screen.shows("weir topic describe orders -b broker-1:9092");
    screen.press("q", "5", "y");
    await screen.shows("weir config show -b broker-1:9092");
    screen.press("q", "6", "y");
    await screen.shows("weir events -b broker-1:9092");
  });
});

describe("what is not as it was", () => {
  test("is called stale when nothing comes, and lost with when it is tried again", async () => {
    await using screen = await withTopics(openScreen());
    await screen.shows("● live");
    screen.clock.advance(4000);
    await screen.shows("▲ stale");
    screen.broker.unreachable = "connection refused";
    screen.broker.lose();
    await screen.shows("✖ lost");
    await screen.shows("again in");
    expect(screen.lines().join("\n")).toContain("orders");
    screen.broker.unreachable = null;
    screen.press("r");
    await screen.watched();
    screen.broker.tell({ topics: [topicRow("orders")] });
    await screen.shows("● live");
    await screen.hides("audit");
  });

  test("is tried less and less often, and never given up", async () => {
    const broker = new FakeBroker();
    broker.unreachable = "connection refused";
    await using screen = openScreen(80, 24, {}, broker);
    await screen.shows("connection refused");
    for (const delayMs of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const { connectCount } = screen.broker;
      screen.clock.advance(delayMs - 100);
      await screen.settled();
      expect(screen.broker.connectCount - connectCount).toBeLessThanOrEqual(1);
    }
    expect(screen.broker.connectCount).toBeGreaterThan(4);
  });

  test("stands still while paused, and asks the broker for nothing", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("p");
    await screen.shows("PAUSED");
    screen.broker.tell({ topics: [topicRow("one-more")] });
    await screen.settled();
    const { takenCount } = screen.broker;
    for (let count = 0; count < 5; count++) screen.broker.tell({});
    await screen.settled();
    expect(screen.broker.takenCount - takenCount).toBe(0);
    screen.press("p", "2");
    await screen.shows("one-more");
  });
});

describe("the terminal", () => {
  const sizes = [
    [60, 15],
    [80, 24],
    [120, 40],
    [200, 60],
    [300, 80],
  ] as const;
  const views = ["1", "2", "3", "4", "5", "6", "?"];

  test.each(sizes)("of %dx%d is filled by every view, and by no more", async (columns, rows) => {
    await using screen = await withTopics(openScreen(columns, rows));
    for (const key of views) {
      screen.press(key);
      await screen.settled();
      const lines = screen.lines();
      expect(lines[0]).toStartWith(" weir ▸ ");
      expect(lines.at(-1)).not.toBe("");
      for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  test("may be too small, and become large again", async () => {
    await using screen = await withTopics(openScreen());
    screen.resize(40, 10);
    await screen.shows("weir top needs 60x15");
    screen.resize(120, 40);
    await screen.shows("WHAT MATTERS NOW");
    await screen.shows("every 500.0ms".slice(0, 9));
  });

  test("is given back when someone quits", async () => {
    await using screen = await withTopics(openScreen());
    screen.press("q");
    await screen.ended;
    expect(screen.onAlternate()).toBe(false);
  });
});
