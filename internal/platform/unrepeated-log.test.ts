import { expect, test } from "bun:test";
import { manualClock } from "./testing/manual-clock.ts";
import { unrepeatedLog } from "./unrepeated-log.ts";

test("a warning that is the same is written once a minute, others at once", () => {
  const clock = manualClock();
  const lines: string[] = [];
  const note = (event: string, fields: object) => lines.push(`${event} ${JSON.stringify(fields)}`);
  const log = unrepeatedLog({ info: note, warn: note, error: note }, clock);
  for (let second = 0; second < 150; second++) {
    log.warn("waiting-for-etcd", { message: second % 2 === 0 ? "one is away" : "two is away" });
    clock.advance(1000);
  }
  log.warn("waiting-for-etcd", { message: "three is away" });
  log.info("leading", { more: 1 });
  log.info("leading", { more: 1 });
  expect(lines).toEqual([
    'waiting-for-etcd {"message":"one is away"}',
    'waiting-for-etcd {"message":"two is away"}',
    'waiting-for-etcd {"message":"one is away","unwritten":29}',
    'waiting-for-etcd {"message":"two is away","unwritten":29}',
    'waiting-for-etcd {"message":"one is away","unwritten":29}',
    'waiting-for-etcd {"message":"two is away","unwritten":29}',
    'waiting-for-etcd {"message":"three is away"}',
    'leading {"more":1}',
    'leading {"more":1}',
  ]);
});
