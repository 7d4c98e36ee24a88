import { beforeAll, expect, mock, test } from "bun:test";
import * as ink from "ink";
import type { TopicActivity } from "../internal/client/api.ts";
import * as tables from "./list/table.ts";
import { ratesOf, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

/**
 * Rows that were made into lines, parts of the screen that ink was given, and lines that it
 * painted, whether they had changed or not, since it was 0.
 */
const drawn = { rows: 0, parts: 0, painted: 0 };

beforeAll(() => {
  const { rowLine } = tables;
  mock.module("./list/table.ts", () => ({
    ...tables,
    rowLine(...call: Parameters<typeof rowLine>) {
      drawn.rows++;
      return rowLine(...call);
    },
  }));
  const { Transform } = ink;
  mock.module("ink", () => ({
    ...ink,
    Transform(props: Parameters<typeof Transform>[0]) {
      drawn.parts++;
      const transform: typeof props.transform = (...call) => {
        drawn.painted++;
        return props.transform(...call);
      };
      return Transform({ ...props, transform });
    },
  }));
});

const COUNT = 10_000;
const SCREEN_LINES = 24;
const ROWS_ON_SCREEN = SCREEN_LINES - 3;

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
  return screen;
}

/** What doing something costs, until it is drawn. */
interface Cost {
  /** That were written to the terminal. */
  readonly bytes: number;
  readonly rows: number;
  readonly parts: number;
  readonly painted: number;
}

async function costOf(screen: TestScreen, act: () => void): Promise<Cost> {
  const before = screen.writtenBytes();
  drawn.rows = 0;
  drawn.parts = 0;
  drawn.painted = 0;
  act();
  await screen.settled();
  screen.clock.advance(500);
  await screen.settled();
  return { bytes: screen.writtenBytes() - before, ...drawn };
}

test("a key press draws what is on the screen, and writes what has changed there", async () => {
  await using screen = await withManyTopics();
  screen.press("j");
  await screen.settled();
  const { bytes, rows, parts, painted } = await costOf(screen, () => screen.press("j"));
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(parts).toBe(1);
  expect(painted).toBe(SCREEN_LINES);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(370);
});

test("scrolling by a page writes a page, and not the list", async () => {
  await using screen = await withManyTopics();
  screen.press("pagedown");
  await screen.settled();
  const { bytes, rows, parts, painted } = await costOf(screen, () => screen.press("pagedown"));
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(parts).toBe(1);
  expect(painted).toBe(SCREEN_LINES);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThanOrEqual(2500);
});

test("an update in which nothing has changed paints nothing", async () => {
  await using screen = await withManyTopics();
  const { bytes, rows, parts, painted } = await costOf(screen, () => screen.broker.tell());
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(parts).toBe(0);
  expect(painted).toBe(0);
  expect(bytes).toBe(0);
});

test("an update of one row writes what has changed in it", async () => {
  await using screen = await withManyTopics();
  const topics = [topicRow("topic-3", { offsetCount: 3, rates: ratesOf(50) })];
  const { bytes, rows, parts, painted } = await costOf(screen, () =>
    screen.broker.tell({ topics }),
  );
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(parts).toBe(1);
  expect(painted).toBe(SCREEN_LINES);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(200);
});

test("an update of every row writes those on the screen, once", async () => {
  await using screen = await withManyTopics();
  const topics = manyTopics((index) => ({ offsetCount: index + 1, rates: ratesOf(50) }));
  const { bytes, rows, parts, painted } = await costOf(screen, () =>
    screen.broker.tell({ topics }),
  );
  expect(rows).toBeLessThanOrEqual(ROWS_ON_SCREEN);
  expect(parts).toBe(1);
  expect(painted).toBe(SCREEN_LINES);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThanOrEqual(2200);
});

test("updates that come faster than one looks are drawn together", async () => {
  await using screen = await withManyTopics();
  const { bytes, rows, parts, painted } = await costOf(screen, () => {
    for (let count = 0; count < 50; count++) {
      screen.broker.tell({ topics: [topicRow("topic-3", { rates: ratesOf(count) })] });
    }
  });
  expect(rows).toBeLessThanOrEqual(2 * ROWS_ON_SCREEN);
  expect(parts).toBeLessThanOrEqual(2);
  expect(painted).toBeLessThanOrEqual(2 * SCREEN_LINES);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(400);
});

test("a screen has four parts for ink, however much is on it", async () => {
  await using screen = await withManyTopics();
  const { rows, parts } = await costOf(screen, () => screen.resize(160, 50));
  expect(rows).toBeGreaterThan(40);
  expect(parts).toBe(4);
});
