import { expect, test } from "bun:test";
import { openStore } from "../../storage/store.testing.ts";
import { loneView } from "../membership/partitions-view.ts";
import { Changes } from "./changes.ts";
import type { Partition } from "./partition.ts";
import { TopicState } from "./topic-state.ts";

test("a partition that is asked for while its log is opened is one and the same", async () => {
  const { store } = await openStore();
  const metadata = { name: "orders", id: "id", partitionCount: 2, config: new Map() };
  const view = { current: loneView(1) };
  const topic = new TopicState(metadata, new Map(), new Changes(), view);
  const asked: (Partition | undefined)[] = [];
  let isAsking = false;
  // A follower that waits for a log asks for it as soon as it is there.
  store.opened = () => {
    if (isAsking) return;
    isAsking = true;
    asked.push(topic.partition(0, store));
  };
  const partition = topic.partition(0, store);
  expect(asked).toEqual([partition]);
  expect(asked[0]).toBe(partition);
  expect(topic.used(0)).toBe(partition);
  topic.look(10, 10);
  expect(topic.totals.complete).toBe(true);
  await store.close();
});
