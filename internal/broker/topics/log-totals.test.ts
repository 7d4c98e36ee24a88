import { expect, test } from "bun:test";
import { LogTotals } from "./log-totals.ts";

/** A store of logs that count how often their size is asked for. */
function storeOf(count: number) {
  let asked = 0;
  const logs = new Map(
    Array.from({ length: count }, (_, index) => {
      const log = {
        size: 1,
        get sizeBytes() {
          asked++;
          return this.size;
        },
        damage: { ranges: [] },
        commits: { length: 2 },
      };
      return [index, log] as const;
    }),
  );
  return { logs, asked: () => asked };
}

test("the first look goes through all logs, others through some of them", () => {
  const { logs, asked } = storeOf(2500);
  const totals = new LogTotals({ logs });
  const sums = { logSizeBytes: 2500, damagedRanges: 0, acksWaiting: 5000 };
  expect(totals.look()).toEqual(sums);
  for (const log of logs.values()) log.size = 3;
  const before = asked();
  expect(totals.look()).toEqual(sums);
  expect(asked() - before).toBe(1000);
  totals.look();
  expect(totals.look()).toEqual({ ...sums, logSizeBytes: 7500 });
});

test("of few logs every look is exact, also when some come or go", () => {
  const { logs } = storeOf(20);
  const totals = new LogTotals({ logs });
  totals.look();
  logs.delete(7);
  for (const log of logs.values()) log.size = 2;
  expect(totals.look().logSizeBytes).toBe(38);
});
