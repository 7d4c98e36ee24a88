import { expect, test } from "bun:test";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { EventLog } from "../observability/event-log.ts";
import { NotTaken } from "./not-taken.ts";

test("keys that can't be read are told once, and that all can be again", () => {
  const events = new EventLog(manualClock(), { info() {}, warn() {}, error() {} });
  const notTaken = new NotTaken(events);
  const told = () => events.after(0).map(({ kind, message }) => `${kind}: ${message}`);
  notTaken.unreadable(new Map());
  expect(told()).toEqual([]);
  const [one, two, three] = [
    ["a", "a is no JSON"],
    ["b", "b is 7"],
    ["c", "c is 8"],
  ] as const;
  notTaken.unreadable(new Map([one]));
  notTaken.unreadable(new Map([one]));
  notTaken.unreadable(new Map([one, two, three]));
  notTaken.unreadable(new Map([two]));
  notTaken.unreadable(new Map());
  notTaken.unreadable(new Map([one]));
  expect(told()).toEqual([
    "metadata-unreadable: what etcd has at a is passed over: a is no JSON",
    "metadata-unreadable: what etcd has at b (and 1 more) is passed over: b is 7",
    "metadata-readable: all that etcd has of the cluster can be read again",
    "metadata-unreadable: what etcd has at a is passed over: a is no JSON",
  ]);
});
