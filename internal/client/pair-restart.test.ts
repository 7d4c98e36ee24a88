import { expect, test } from "bun:test";
import { pairAdminOf } from "../broker/membership/pair-admin.ts";
import { type Member, settled, type TestPair, testPair } from "./pair.testing.ts";

/** A pair whose slave was promoted; the old master follows it. */
async function promotedPair(): Promise<TestPair> {
  const pair = testPair();
  await pair.one.start();
  await pair.two.start(pair.one);
  await pair.until(() => pair.two.broker?.replication.status().inSync ?? false, "it is in sync");
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  await leads(pair, pair.two, pair.one);
  return pair;
}

async function leads({ until }: TestPair, master: Member, slave: Member): Promise<void> {
  const done = () => master.broker?.replication.role === "master" && isInSync(slave);
  await until(done, `${master.host} leads, ${slave.host} follows`);
}

function isInSync({ broker }: Member): boolean {
  return broker?.replication.role === "slave" && broker.replication.status().inSync;
}

test("a promoted slave that is started as it was before leads on", async () => {
  const pair = await promotedPair();
  const epoch = pair.two.broker?.replication.status().leaderEpoch;
  await pair.two.crash("kill");
  await pair.two.start(pair.one);
  await leads(pair, pair.two, pair.one);
  expect(pair.two.broker?.replication.status().leaderEpoch).toBeGreaterThan(epoch ?? 0);
  await pair.close();
});

test("it leads no more while it can't know whether another one does", async () => {
  const pair = await promotedPair();
  await pair.two.crash("kill");
  await pair.one.crash("kill");
  await pair.two.start(pair.one);
  for (let i = 0; i < 20; i++) pair.clock.advance(500);
  expect(pair.two.broker?.replication.role).toBe("slave");
  await pair.one.start();
  await leads(pair, pair.two, pair.one);
  await pair.close();
});

test("it follows one that was promoted after it", async () => {
  const pair = await promotedPair();
  await pair.two.crash("kill");
  const first = await pair.one.connect();
  await settled(pair, first.promote(), "the promotion");
  await pair.two.start(pair.one);
  await leads(pair, pair.one, pair.two);
  await pair.close();
});

test("it leads where the old master has come back first, and doesn't know of it", async () => {
  const pair = testPair();
  await pair.one.start();
  await pair.two.start(pair.one);
  await pair.until(() => isInSync(pair.two), "it is in sync");
  await pair.one.crash("kill");
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  await pair.two.crash("kill");
  await pair.one.start();
  expect(pair.one.broker?.replication.role).toBe("master");
  await pair.two.start(pair.one);
  await leads(pair, pair.two, pair.one);
  await pair.close();
});

test("it leads where the other one has lost its disk", async () => {
  const pair = await promotedPair();
  await pair.two.crash("kill");
  await pair.one.crash("kill");
  pair.one.disk = testPair().one.disk;
  await pair.two.start(pair.one);
  await pair.one.start(pair.two);
  await leads(pair, pair.two, pair.one);
  await pair.close();
});

test("an old master that has heard the new one once never leads again by itself", async () => {
  const pair = testPair();
  await pair.one.start();
  await pair.two.start(pair.one);
  await pair.until(() => isInSync(pair.two), "it is in sync");
  pair.cut();
  const second = await pair.two.connect();
  await settled(pair, second.promote(), "the promotion");
  pair.heal();
  const hasHeard = () => pair.one.logged.some((line) => line.startsWith("following"));
  await pair.until(hasHeard, "the old master follows");
  await pair.one.crash("power-loss");
  await pair.two.crash("power-loss");
  await pair.one.start();
  expect(pair.one.broker?.replication).toMatchObject({ role: "slave", controllerId: 2 });
  await pair.two.start();
  await leads(pair, pair.two, pair.one);
  await pair.close();
});

test("a promotion is refused when a later one is announced before it is done", async () => {
  const pair = await promotedPair();
  const { one, two } = pair;
  const clusterId = one.broker?.status().clusterId ?? "";
  const [, leader] = one.broker?.replication.brokers() ?? [];
  if (!one.broker || !leader) throw new Error("one knows of no other broker");
  const { replication } = one.broker;
  const admin = pairAdminOf(one.broker);
  const epoch = replication.status().leaderEpoch;
  const promoting = settled(pair, admin.promote(), "the promotion");
  // It waits until the promotion is over.
  const announcement = { leader, epoch: 9500, clusterId };
  const learning = settled(pair, admin.announced(announcement), "it");
  expect(String(await promoting)).toContain("another broker leads with epoch 9500");
  await learning;
  expect(replication.status()).toMatchObject({ role: "slave", leaderId: 2, leaderEpoch: 9500 });
  expect(two.broker?.replication.status()).toMatchObject({ role: "master", leaderEpoch: epoch });
  await pair.close();
});
