import { expect, test } from "bun:test";
import { MAX_COMMIT_CHANGES } from "../../platform/etcd.ts";
import { ClusterImage } from "./cluster-image.ts";
import { clusterKeys, topicValue } from "./cluster-keys.ts";
import { topicChanges } from "./topic-changes.ts";

const keys = clusterKeys("main");
const topic = { name: "orders", id: "T", partitionCount: 3, config: new Map<string, string>() };
const key = keys.topic("orders");
const led = { replicas: [1], isr: [1], adding: [], removing: [], leader: 1, session: "s" };

test.each([1, MAX_COMMIT_CHANGES - 1, MAX_COMMIT_CHANGES, 3 * MAX_COMMIT_CHANGES])(
  "%d partitions are put only while the topic is as it was known, which is put last",
  (count) => {
    const image = new ClusterImage(keys);
    image.apply(7, [{ key, entry: { key, value: topicValue(topic), revision: 7, leaseId: null } }]);
    const grown = { ...topic, partitionCount: 3 + count };
    const added = Array.from({ length: count }, (_, i) => {
      return { index: 3 + i, state: { ...led, epoch: 1 } };
    });
    const steps = topicChanges(image, keys, grown, added);
    for (const { conditions, changes } of steps) {
      expect(conditions).toEqual([{ key, revision: 7 }]);
      expect(changes.length).toBeLessThanOrEqual(MAX_COMMIT_CHANGES);
    }
    const puts = steps.flatMap(({ changes }) => changes);
    expect(puts).toHaveLength(count + 1);
    expect(puts.at(-1)).toEqual({ kind: "put", key, value: topicValue(grown) });
  },
);
