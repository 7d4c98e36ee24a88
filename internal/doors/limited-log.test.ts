import { expect, test } from "bun:test";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { limitedLog } from "./limited-log.ts";

test("of each event so many lines a second are written, and the others counted", () => {
  const clock = manualClock();
  const lines: string[] = [];
  const write = (event: string, fields: object) => {
    lines.push(`${event} ${JSON.stringify(fields)}`);
  };
  const log = limitedLog({ info: write, warn: write, error: write }, clock);
  for (let i = 0; i < 50; i++) log.warn("flood", { i });
  log.warn("other", {});
  expect(lines).toHaveLength(21);
  for (let i = 0; i < 30; i++) log.error("fault", {});
  expect(lines).toHaveLength(51);
  clock.advance(1000);
  log.warn("flood", { i: 50 });
  log.warn("flood", { i: 51 });
  expect(lines.slice(-2)).toEqual(['flood {"i":50,"unwritten":30}', 'flood {"i":51}']);
});
