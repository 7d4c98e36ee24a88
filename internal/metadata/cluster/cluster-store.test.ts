import { expect, test } from "bun:test";
import type { Etcd } from "../../platform/etcd.ts";
import { EtcdModel, modelledEtcd } from "../../platform/testing/etcd-model.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { liveValue } from "./cluster-keys.ts";
import { ClusterStore } from "./cluster-store.ts";

const silent = { info() {}, warn() {}, error() {} };

test("a listing that arrives late takes back nothing that a watch has told since", async () => {
  const clock = manualClock();
  const model = new EtcdModel(clock);
  const etcd = modelledEtcd(clock, model);
  let held = Promise.resolve();
  const slow: Etcd = {
    ...etcd,
    async list(prefix) {
      const listing = await etcd.list(prefix);
      await held;
      return listing;
    },
  };
  const store = new ClusterStore({ clock, etcd: slow, log: silent, name: "main" });
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const standing = { isStopping: false, isDeaf: false, isCutOff: false, hasFailed: false };
  const broker = { host: "b1", port: 9092, rack: null, ...standing };
  const change = { kind: "put", key: store.keys.live(1), value: liveValue(broker) } as const;
  model.commit([], [{ ...change, key: store.keys.live(2) }]);
  const first = store.watch.read();
  await settled();
  await first;

  const { promise, resolve: release } = Promise.withResolvers<void>();
  held = promise;
  const late = store.watch.read();
  await settled();
  store.watch.begin(); // as one that has told nothing for long is begun anew
  model.commit([], [change]);
  await settled();
  expect([...store.image.live.keys()].sort()).toEqual([1, 2]);

  release();
  await late;
  expect([...store.image.live.keys()].sort()).toEqual([1, 2]);
  model.commit([], [{ kind: "delete", key: store.keys.live(2) }]);
  await settled();
  expect([...store.image.live.keys()]).toEqual([1]);
  store.watch.close();
});

test("a key that can't be read is written over by nobody, and holds up nothing", async () => {
  const clock = manualClock();
  const model = new EtcdModel(clock);
  const etcd = modelledEtcd(clock, model);
  const store = new ClusterStore({ clock, etcd, log: silent, name: "main" });
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  store.watch.begin();
  const [topic, ids] = [store.keys.topic("orders"), store.keys.producerIds];
  model.commit(
    [],
    [
      { kind: "put", key: topic, value: "" },
      { kind: "put", key: ids, value: "2000" },
      { kind: "put", key: store.keys.drained(3), value: "" },
    ],
  );
  await settled();
  expect([...store.image.drained]).toEqual([3]);
  const refused = {
    name: "EtcdError",
    code: "refused",
    message: "the value of topics/orders is no JSON",
  };
  const orders = { name: "orders", id: "t", partitionCount: 0, config: new Map() };
  expect(store.putTopic(orders, 1, 1)).rejects.toMatchObject(refused);
  expect(store.reserveProducerIds(10)).rejects.toMatchObject({ code: "refused" });
  model.commit([], [{ kind: "put", key: ids, value: '{"next":2000}' }]);
  await settled();
  const reserving = store.reserveProducerIds(10);
  await settled();
  expect(await reserving).toBe(2000);
  store.watch.close();
});
