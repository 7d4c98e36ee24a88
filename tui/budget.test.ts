import { beforeAll, expect, mock, test } from "bun:test";
import type { TopicActivity } from "../internal/client/api.ts";
import * as tables from "./list/table.ts";
import { ratesOf, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

/** Rows that were made into lines since this was set to 0. */
let drawnRows = 0;

beforeAll(() => {
  const { rowLine } = tables;
  mock.module("./list/table.ts", () => ({
    ...tables,
    rowLine(...call: Parameters<typeof rowLine>) {
      drawnRows++;
      return rowLine(...call);
    },
  }));
});

const COUNT = 10_000;
const ROWS_ON_SCREEN = 24 - 3;

const manyTopics = (of: (index: number) => Partial<TopicActivity>): TopicActivity[] =>
  Array.from({ length: COUNT }, (_, index) => topicRow(`topic-${index}`, of(index)));

async function withManyTopics(): Promise<TestScreen> {
  const screen = openScreen(80, 24);
  await screen.watched();
  screen.press("2");
  screen.broker.tell({ topics: manyTopics((index) => ({ offsetCount: index })) });
  await screen.shows("topic-0");
  // Updates are gathered for a while before they are drawn.
  screen.clock.advance(500);
  await screen.settled();
  drawnRows = 0;
  return screen;
}

/** What doing something costs: bytes to the terminal, and rows that were drawn. */
async function costOf(screen: TestScreen, act: () => void): Promise<[bytes: number, rows: number]> {
  const before = screen.writtenBytes();
  drawnRows = 0;
  act();
  await screen.settled();
  return [screen.writtenBytes() - before, drawnRows];
}

test("a key press draws what is on the screen, and writes what has changed there", async () => {
  await using screen = await withManyTopics();
  screen.press("j");
  await screen.settled();
  const [bytes, rows] = await costOf(screen, () => screen.press("j"));
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(400);
});

test("scrolling by a page writes a page, and not the list", async () => {
  await using screen = await withManyTopics();
  const [bytes, rows] = await costOf(screen, () => screen.press("pagedown"));
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(bytes).toBeLessThanOrEqual(5000);
});

test("an update in which nothing has changed writes nothing", async () => {
  await using screen = await withManyTopics();
  screen.broker.tell();
  await screen.settled();
  const [bytes, rows] = await costOf(screen, () => screen.broker.tell());
  expect(bytes).toBeLessThanOrEqual(32);
  expect(rows).toBeLessThanOrEqual(2 * ROWS_ON_SCREEN);
});

test("an update of every row writes those on the screen, once", async () => {
  await using screen = await withManyTopics();
  const changed = manyTopics((index) => ({ offsetCount: index + 1, rates: ratesOf(50) }));
  const [bytes, rows] = await costOf(screen, () => screen.broker.tell({ topics: changed }));
  expect(rows).toBeLessThanOrEqual(3 * ROWS_ON_SCREEN);
  expect(bytes).toBeLessThanOrEqual(6000);
});

test("updates that come faster than one looks are drawn together", async () => {
  await using screen = await withManyTopics();
  const [, rows] = await costOf(screen, () => {
    for (let count = 0; count < 50; count++) {
      screen.broker.tell({ topics: [topicRow("topic-3", { offsetCount: count })] });
    }
  });
  expect(rows).toBeLessThanOrEqual(4 * ROWS_ON_SCREEN);
});
