import { expect, test } from "bun:test";
import { clusterKeys, diskValue, formatValue } from "../../metadata/cluster/cluster-keys.ts";
import { bunRandom } from "../../platform/bun/random.ts";
import { EtcdModel, modelledEtcd } from "../../platform/testing/etcd-model.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { memoryDisk } from "../../platform/testing/memory-disk.ts";
import { memoryNetwork } from "../../platform/testing/memory-network.ts";
import { joinCluster } from "./join.ts";

const keys = clusterKeys("main");

const cases: readonly (readonly [key: string, value: string, refusal: string | null])[] = [
  [keys.topic("orders"), "", "topics/orders is no JSON"],
  [keys.disk(3), "[]", "disks/3"],
  [keys.format, "7", "format"],
  [keys.copying, "", null],
  [keys.live(3), "", null],
  [keys.drained(3), "", null],
];
for (const [key, value, refusal] of cases) {
  const what = refusal ? "doesn't start" : "starts all the same";
  test(`a broker ${what} where '${value}' is at ${key}`, async () => {
    const clock = manualClock();
    const model = new EtcdModel(clock);
    model.commit([], [{ kind: "put", key: keys.format, value: formatValue("c") }]);
    model.commit([], [{ kind: "put", key: keys.disk(9), value: diskValue("nine") }]);
    model.commit([], [{ kind: "put", key, value }]);
    const disk = memoryDisk();
    disk.makeDirectory("/data");
    const platform = { clock, random: bunRandom(), disk, network: memoryNetwork(clock) };
    const log = { info() {}, warn() {}, error() {} };
    const own = { name: "main", dataDirectory: "/data", brokerId: 1, hasLogs: false };
    const joining = joinCluster(platform, modelledEtcd(clock, model), {
      ...own,
      adopted: null,
      log,
    });
    const refusals: string[] = [];
    joining.then(
      ({ metadata }) => metadata.watch.close(),
      (error: Error) => refusals.push(error.message),
    );
    for (let turn = 0; turn < 50; turn++) {
      clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(refusals).toEqual(refusal ? [expect.stringContaining(refusal)] : []);
    expect(model.entry(keys.disk(1)) !== undefined).toBe(refusal === null);
  });
}
