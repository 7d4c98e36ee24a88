import { expect, test } from "bun:test";
import type { LiveBroker } from "./cluster-state.ts";
import { place } from "./place.ts";

function brokers(...racks: readonly (string | null)[]): LiveBroker[] {
  return racks.map((rack, at) => {
    const standing = { isStopping: false, isDeaf: false, isCutOff: false, hasFailed: false };
    return { id: at + 1, host: "", port: 1, rack, session: "", ...standing };
  });
}

const idsOf = (placed: ReturnType<typeof place>) => placed.map((row) => row.map(({ id }) => id));

function counts(rows: readonly (readonly number[])[]): number[] {
  const found = new Map<number, number>();
  for (const id of rows.flat()) found.set(id, (found.get(id) ?? 0) + 1);
  return [...found].sort(([a], [b]) => a - b).map(([, count]) => count);
}

test("leads and copies are spread evenly", () => {
  for (const copies of [1, 2, 3]) {
    const rows = idsOf(place(30, copies, brokers(null, null, null), []));
    expect(counts(rows)).toEqual([10 * copies, 10 * copies, 10 * copies]);
    expect(counts(rows.map((row) => row.slice(0, 1)))).toEqual([10, 10, 10]);
    for (const row of rows) expect(new Set(row).size).toBe(copies);
  }
});

test("copies of a partition are on different racks as far as there are", () => {
  const racks = ["a", "a", "b", "b"];
  const placed = place(40, 2, brokers(...racks), []);
  for (const row of placed) expect(new Set(row.map(({ rack }) => rack)).size).toBe(2);
  expect(counts(idsOf(placed))).toEqual([20, 20, 20, 20]);
  for (const row of place(3, 3, brokers(...racks), [])) expect(row.length).toBe(3);
});

test("who has less already gets more", () => {
  const existing = [{ replicas: [1, 2] }, { replicas: [1, 2] }, { replicas: [2, 1] }];
  const rows = idsOf(place(2, 2, brokers(null, null, null), existing));
  expect(rows[0]?.[0]).toBe(3);
  expect(rows.every((row) => row.includes(3))).toBeTrue();
});

test("no more copies than brokers", () => {
  expect(idsOf(place(1, 3, brokers(null), []))).toEqual([[1]]);
});
