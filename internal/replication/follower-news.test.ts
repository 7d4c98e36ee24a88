import { expect, test } from "bun:test";
import { type FollowerChange, FollowerNews, type MissingIn } from "./follower-news.ts";

function led(name: string, degraded: boolean): MissingIn {
  return { log: { name }, copies: { degraded } };
}

test("a follower that falls out of many ISRs is told of once, and once when it is back", () => {
  const told: FollowerChange[] = [];
  const news = new FollowerNews((change) => told.push(change));
  const [orders, audit, fresh] = [led("orders-0", true), led("audit-0", true), led("new-0", false)];
  news.look(2, new Set(), 0);
  news.look(2, new Set([fresh]), 500);
  expect(told).toEqual([]);
  news.look(2, new Set([fresh, orders, audit]), 1000);
  news.look(2, new Set([audit]), 2000);
  expect(told).toEqual([{ kind: "out-of-sync", brokerId: 2, logs: ["orders-0", "audit-0"] }]);
  news.look(2, new Set(), 4000);
  news.look(2, new Set(), 5000);
  expect(told.slice(1)).toEqual([{ kind: "in-sync", brokerId: 2, outMs: 3000 }]);
});
