/** The settings that a broker shows are those by which it goes. */
import { expect, test } from "bun:test";
import type { Broker } from "../broker/api.ts";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { testCluster } from "./cluster.testing.ts";
import { testPair } from "./pair.testing.ts";

const MIB = 1024 * 1024;

function shown(broker: Broker, name: string) {
  const entry = broker.brokerConfig().find((each) => each.name === name);
  return { value: entry?.value, source: entry?.source };
}

test("a slave's id is the one that it has chosen", async () => {
  const pair = testPair();
  await pair.one.start();
  const slave = await pair.two.start(pair.one);
  expect(shown(slave, "broker.id")).toEqual({ value: "2", source: "default" });
  expect(slave.identity.brokerId).toBe(2);
  await pair.close();
});

test("in a cluster topics have three copies unless something else is said", async () => {
  const cluster = testCluster(1);
  const [member] = cluster.members;
  const broker = await member?.start();
  if (!broker) throw new Error("there is a member");
  const name = "default.replication.factor";
  expect(shown(broker, name)).toEqual({ value: "3", source: "default" });
  expect(broker.settings.defaultCopies).toBe(3);
  expect(shown(broker, "broker.id")).toEqual({ value: "1", source: "broker" });
  await cluster.close();

  const told = testCluster(1, { [name]: "2" });
  const other = await told.members[0]?.start();
  if (!other) throw new Error("there is a member");
  expect(shown(other, name)).toEqual({ value: "2", source: "broker" });
  await told.close();
});

test.each([
  [64 * MIB, {}, { value: `${8 * MIB}`, source: "default" as const }],
  [1024 * MIB, {}, { value: `${48 * MIB}`, source: "default" as const }],
  [64 * MIB, { "storage.min.free.bytes": "5" }, { value: "5", source: "broker" as const }],
])("what is kept free of %i bytes, when told %j, is %j", async (sizeBytes, settings, expected) => {
  const pair = testPair(settings);
  pair.one.disk = Object.assign(memoryDisk(), { capacityBytes: () => sizeBytes });
  expect(shown(await pair.one.start(), "storage.min.free.bytes")).toEqual(expected);
  await pair.close();
});
