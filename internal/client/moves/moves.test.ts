import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { BatchBuilder } from "../../record/builder.ts";
import type { Client } from "../api.ts";
import { connect } from "../client.ts";
import { type TestCluster, testCluster } from "../cluster.testing.ts";
import { carryOut, type MoveProgress, type MovesMade } from "./carry-out.ts";
import { type PlanPurpose, planMoves } from "./plan.ts";

/** Simulated time passes at the pace of the machine. */
setDefaultTimeout(60_000);

let cluster: TestCluster;

afterEach(() => cluster.close());

/** Three brokers with six partitions of three copies, and a fourth one. */
async function startFour(): Promise<Client> {
  cluster = testCluster(4);
  const { members, outside, settled } = cluster;
  for (const member of members.slice(0, 3)) await member.start();
  const [, second] = members;
  const options = { timeoutMs: 5000, clientName: "test" };
  const connecting = connect(outside, { host: second?.host ?? "", port: 9092 }, options);
  const client = await settled(connecting, "a client connects");
  const config = new Map<string, string>();
  const request = { name: "orders", partitionCount: 6, replicationFactor: 3, config };
  await settled(client.createTopic(request), "a topic");
  for (let partition = 0; partition < 6; partition++) {
    for (let count = 0; count < 10; count++) {
      const builder = new BatchBuilder();
      const value = new Uint8Array(1000);
      builder.append({ timestampMs: 1, key: null, value, headers: [] });
      const batch = builder.build("none");
      await settled(client.produce({ topic: "orders", partition, batch, acks: 1 }), "a record");
    }
  }
  await members[3]?.start();
  return client;
}

async function make(
  client: Client,
  purpose: PlanPurpose,
  told: (progress: MoveProgress) => void = () => {},
): Promise<MovesMade> {
  const moves = await cluster.settled(planMoves(client, purpose), "a plan");
  const signal = new AbortController().signal;
  const options = { bytesPerSecond: 1_000_000, told, signal };
  return cluster.settled(carryOut(cluster.clock, client, moves, options), "all has moved");
}

/** How many copies each broker has, as the client is told. */
async function shares(client: Client): Promise<(readonly number[])[]> {
  const { brokers } = await cluster.settled(client.describeCluster(), "an answer");
  return brokers.map(({ brokerId, leaderCount, replicaCount }) => {
    return [brokerId, replicaCount, leaderCount];
  });
}

test("a fourth broker gets its share, the first is drained, and removed", async () => {
  const client = await startFour();
  const progress: MoveProgress[] = [];
  const made = await make(client, { kind: "rebalance", copies: null }, (now) => progress.push(now));
  expect(made).toMatchObject({ refused: [], doneCount: made.totalCount });
  expect(progress.at(-1)).toMatchObject({
    doneCount: made.totalCount,
    copiedBytes: made.totalBytes,
  });
  expect(made.totalBytes).toBeGreaterThan(4 * 10_000);
  const copies = (await shares(client)).map(([, count]) => count);
  expect(copies.toSorted()).toEqual([4, 4, 5, 5]);
  expect(await cluster.settled(planMoves(client, { kind: "rebalance", copies: null }), "")).toEqual(
    [],
  );
  await cluster.settled(client.drainBroker(1, true), "it is drained");
  await cluster.until(() => cluster.members[1]?.broker?.partition("orders", 0)?.leader !== 1, "");
  await make(client, { kind: "drain", brokerId: 1 });
  const [first] = await shares(client);
  expect(first).toEqual([1, 0, 0]);
  await cluster.members[0]?.stop();
  await cluster.until(() => cluster.members[1]?.broker?.replication.brokers().length === 3, "");
  await cluster.settled(client.removeBroker(1), "it is removed");
  expect((await shares(client)).map(([id]) => id)).toEqual([2, 3, 4]);
  await cluster.settled(client.close(), "the client is gone");
});

test("more copies are made, and fewer", async () => {
  const client = await startFour();
  await make(client, { kind: "rebalance", copies: 4 });
  expect((await shares(client)).map(([, count]) => count)).toEqual([6, 6, 6, 6]);
  await make(client, { kind: "rebalance", copies: 2 });
  expect((await shares(client)).map(([, count]) => count)).toEqual([3, 3, 3, 3]);
  await cluster.settled(client.close(), "the client is gone");
});

test("who has had enough begins no more moves", async () => {
  const client = await startFour();
  const moves = await cluster.settled(planMoves(client, { kind: "drain", brokerId: 1 }), "a plan");
  const stop = new AbortController();
  stop.abort();
  const options = { bytesPerSecond: null, told: () => {}, signal: stop.signal };
  const made = await cluster.settled(carryOut(cluster.clock, client, moves, options), "it ends");
  expect(made).toMatchObject({ doneCount: 0, totalCount: 6 });
  expect((await shares(client))[0]?.[1]).toBe(6);
  await cluster.settled(client.close(), "the client is gone");
});
