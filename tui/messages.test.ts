import { describe, expect, test } from "bun:test";
import type { LogRecord } from "../internal/client/reader-api.ts";
import { partitionRow, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function record(offset: number, value: Uint8Array | null, key: string | null = null): LogRecord {
  const headers: LogRecord["headers"] = [["trace", utf8("abc")]];
  const place = { offset, timestampMs: 1_700_000_000_000 + offset };
  return { ...place, key: key === null ? null : utf8(key), value, headers };
}

/** A screen that reads orders, of one partition that ends at `end`. */
async function reading(screen: TestScreen, end: number): Promise<TestScreen> {
  screen.broker.partitions = [partitionRow("orders", 0, { highWatermark: end })];
  await screen.watched();
  screen.broker.tell({ topics: [topicRow("orders")] });
  screen.press("2");
  await screen.selects("orders");
  screen.press("t");
  await screen.shows("topics ▸ orders ▸ messages");
  await screen.until(() => screen.broker.readers.length > 0, "nobody reads");
  return screen;
}

function tell(screen: TestScreen, records: readonly LogRecord[], highWatermark: number): void {
  const place = { kind: "records", topic: "orders", partition: 0, highWatermark } as const;
  screen.broker.readers.at(-1)?.push({ ...place, records });
}

describe("messages", () => {
  test("come in at the end, and stay there while it is followed", async () => {
    await using screen = await reading(openScreen(), 2);
    tell(screen, [record(0, utf8('{"n":1}'), "k-1"), record(1, null)], 2);
    await screen.shows('{"n":1}');
    expect(screen.selected()).toContain("null");
    await screen.shows("following");
    tell(screen, [record(2, utf8("newest"))], 3);
    await screen.shows("newest");
    expect(screen.selected()).toContain("newest");
    screen.press("k");
    await screen.shows("not following");
    tell(screen, [record(3, utf8("newer still"))], 4);
    await screen.shows("newer still");
    expect(screen.selected()).not.toContain("newer still");
    screen.press("f");
    await screen.until(() => screen.selected().includes("newer still"), "it doesn't follow");
  });

  test("are laid out, with their headers, or shown as bytes", async () => {
    await using screen = await reading(openScreen(), 1);
    tell(screen, [record(0, utf8('{"customer":"c-7","items":[1]}'), "k-1")], 1);
    await screen.shows("c-7");
    screen.press("enter");
    await screen.shows('  "customer": "c-7",');
    expect(screen.lineWith("header")).toContain("trace  abc");
    screen.press("x");
    await screen.shows("000000  7b 22 63 75");
    screen.press("escape");
    await screen.shows("▸ messages");
    await screen.hides("▸ messages ▸");
  });

  test("stand beside their list on a wide screen", async () => {
    await using screen = await reading(openScreen(140, 30), 1);
    tell(screen, [record(0, utf8('{"customer":"c-7"}'))], 1);
    await screen.shows('  "customer": "c-7"');
  });

  test("are found by their keys and values", async () => {
    await using screen = await reading(openScreen(), 2);
    tell(screen, [record(0, utf8("one"), "a"), record(1, utf8("two"), "b")], 2);
    await screen.shows("two");
    screen.press("/", ..."two", "enter");
    await screen.hides("one");
    await screen.shows("1 of 2");
  });

  test("that are too many to watch are left out, and counted", async () => {
    await using screen = await reading(openScreen(), 100_000);
    const first = Array.from({ length: 10 }, (_, index) => record(index, utf8("old")));
    tell(screen, first, 100_000);
    await screen.shows("left out: too many to watch");
    expect(screen.broker.readStarts.at(-1)).toEqual({ kind: "offset", offset: 99_800 });
  });

  test("nobody can read say why", async () => {
    await using screen = await reading(openScreen(), 0);
    await screen.shows("no messages yet");
    screen.broker.lose();
    screen.broker.readers.at(-1)?.end(null);
    await screen.shows("the broker has ended the stream of records");
  });

  test("are copied and written to a file", async () => {
    await using screen = await reading(openScreen(), 1);
    tell(screen, [record(0, utf8("the value"))], 1);
    await screen.shows("the value");
    screen.press("Y");
    await screen.shows("copied the value");
    expect(screen.copied).toEqual(["the value"]);
    screen.press("X");
    await screen.shows("1 messages are in orders.ndjson");
  });

  test("are read no longer when one has left", async () => {
    await using screen = await reading(openScreen(), 0);
    const [reader] = screen.broker.readers;
    screen.press("escape");
    await screen.selects("orders");
    await screen.until(() => reader?.ended === true, "it still reads");
  });
});
