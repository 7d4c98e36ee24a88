import { expect, test } from "bun:test";
import { diskValue } from "../../metadata/cluster/cluster-keys.ts";
import { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import type { Etcd } from "../../platform/etcd.ts";
import { EtcdModel, modelledEtcd } from "../../platform/testing/etcd-model.ts";
import { manualClock } from "../../platform/testing/manual-clock.ts";
import { EventLog } from "../observability/event-log.ts";
import { Registration } from "./registration.ts";

const LEASE_MS = 2000;
const log = { info() {}, warn() {}, error() {} };

/** A broker that is to be there, and a watch of etcd that tells nothing while it is `silent`. */
function setUp() {
  const clock = manualClock();
  const model = new EtcdModel(clock);
  const direct = modelledEtcd(clock, model);
  const watch = { silent: false, untold: [] as (() => void)[] };
  const etcd: Etcd = {
    ...direct,
    watch: (prefix, from, events) =>
      direct.watch(prefix, from, {
        ...events,
        changed(revision, changes) {
          const tell = () => events.changed(revision, changes);
          if (watch.silent) watch.untold.push(tell);
          else tell();
        },
      }),
  };
  const metadata = new ClusterStore({ clock, etcd, log, name: "main" });
  const value = diskValue("disk");
  model.commit([], [{ kind: "put", key: metadata.keys.disk(1), value }]);
  const broker = { brokerId: 1, diskId: "disk", rack: null };
  const path = { clock, log, events: new EventLog(clock, log), etcd, metadata, ...broker };
  const advertised = { host: "b1", port: 9092 };
  const registration = new Registration({ ...path, advertised, leaseMs: LEASE_MS }, () => {});
  metadata.watch.onChange = () => registration.brokersChanged();
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const said = () => JSON.parse(model.entry(metadata.keys.live(1))?.value ?? "null");
  return { model, metadata, registration, watch, pass, said };
}

test("a broker whose lease ends before it knows that it is there comes in again", async () => {
  const { model, metadata, registration, watch, pass, said } = setUp();
  watch.silent = true;
  const served = registration.serve();
  await pass(100);
  const first = model.entry(metadata.keys.live(1))?.leaseId ?? "";
  expect(model.hasLease(first)).toBe(true);

  model.revokeLease(first);
  await pass(LEASE_MS); // it finds out when it renews the lease
  expect(said()).toBeNull();
  watch.silent = false;
  for (const tell of watch.untold) tell();
  await pass(1000);
  await served;
  expect(said()).toMatchObject({ host: "b1" });
  expect(model.hasLease(registration.session)).toBe(true);
  await Promise.all([registration.end(), pass(100)]);
  metadata.watch.close();
});

test("a broker that is told late that it was cut off takes it back again", async () => {
  const { metadata, registration, watch, pass, said } = setUp();
  await Promise.all([registration.serve(), pass(100)]);
  watch.silent = true;
  const well = { isDeaf: false, isCutOff: false, hasFailed: false };
  registration.announce({ ...well, isCutOff: true });
  await pass(100);
  expect(said()).toMatchObject({ cutOff: true });
  registration.announce(well);
  await pass(6000); // by now it has given up to hear what came of it
  watch.silent = false;
  for (const tell of watch.untold) tell();
  await pass(1000);
  expect(said().cutOff).toBeUndefined();
  await Promise.all([registration.end(), pass(100)]);
  metadata.watch.close();
});
