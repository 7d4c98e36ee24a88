import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "./client.ts";
import { type TestCluster, testCluster } from "./cluster.testing.ts";

setDefaultTimeout(60_000);

let cluster: TestCluster | null = null;
afterEach(() => cluster?.close());

test("any broker tells which there are, who decides, and what each has", async () => {
  cluster = testCluster(3);
  const { members, outside, settled, until } = cluster;
  for (const member of members) await member.start();
  const [first, second, third] = members;
  if (!first || !second || !third) throw new Error("there are members");
  const options = { timeoutMs: 5000, clientName: "test" };
  const connecting = connect(outside, { host: second.host, port: 9092 }, options);
  const client = await settled(connecting, "a client connects");
  const shares = async () => {
    const { controllerId, brokers } = await settled(client.describeCluster(), "an answer");
    return { controllerId, brokers };
  };
  const config = new Map<string, string>();
  const request = { name: "orders", partitionCount: 6, replicationFactor: 2, config };
  await settled(client.createTopic(request), "a topic");
  const whole = { rack: null, live: true, stopping: false, drained: false, port: 9092 };
  const counts = { leaderCount: 2, replicaCount: 4, inSyncCount: 4 };
  expect((await shares()).brokers).toEqual([
    { brokerId: 1, host: "b1", ...whole, ...counts },
    { brokerId: 2, host: "b2", ...whole, ...counts },
    { brokerId: 3, host: "b3", ...whole, ...counts },
  ]);
  expect((await shares()).controllerId).toBe(first.broker?.replication.controllerId ?? 0);
  await third.crash("kill");
  const ledByThird = () =>
    Array.from({ length: 6 }, (_, at) => second.broker?.partition("orders", at)?.leader);
  await until(() => !ledByThird().includes(3), "others lead");
  const away = { host: null, port: null, rack: null, live: false, stopping: false, drained: false };
  expect((await shares()).brokers[2]).toEqual({
    ...{ brokerId: 3, ...away, leaderCount: 0, replicaCount: 4 },
    inSyncCount: expect.any(Number),
  });
  await client.close();
});
