import { expect, test } from "bun:test";
import { receiverFailure } from "../../platform/network.ts";
import { openStore, SMALL_LOG } from "../../storage/store.testing.ts";
import { Following } from "./following.ts";
import { type FollowEvents, type FollowLink, noLinks } from "./links.ts";

const HELLO = { brokerId: 2, host: "two", port: 1, rack: null, mode: "sync" as const, epoch: 0 };

test("what a leader says before the logs are asked for tells nothing of them", async () => {
  const { store, clock } = await openStore();
  const log = store.openLog("orders-0", "a", SMALL_LOG);
  const told: FollowEvents[] = [];
  let hasAllLogs = false;
  const asked = Promise.withResolvers<void>();
  const link: FollowLink = {
    hello: { leaderId: 1, clusterId: "c", epoch: 0 },
    follow: () => asked.resolve(),
    copied() {},
    answered() {},
    close() {},
  };
  const opening = Promise.withResolvers<void>();
  const mayOpen = Promise.withResolvers<void>();
  const following = new Following({
    ...{ clock, store, lagTimeMaxMs: 1000 },
    log: { info() {}, warn() {}, error() {} },
    links: {
      ...noLinks,
      follow: async (_address, _hello, events) => {
        told.push(events);
        return link;
      },
    },
    address: () => ({ host: "one", port: 1 }),
    hello: () => ({ ...HELLO, clusterId: "c" }),
    opened: () => {
      opening.resolve();
      return mayOpen.promise;
    },
    logs: () => [log],
    hasAllLogs: () => hasAllLogs,
    ...{ copied() {}, cut() {}, lost() {}, unreachable() {} },
  });
  following.start();
  await opening.promise;
  const [events] = told;
  events?.beat({ inSync: true, behindBytes: 0, atMs: 0 });
  expect(following).toMatchObject({ inSync: false, informedAtMs: null });
  mayOpen.resolve();
  await asked.promise;
  events?.placed([{ kind: "copy", index: 0, offset: 0 }]);
  events?.marks([{ index: 0, highWatermark: 0, startOffset: 0, endOffset: 0 }]);
  events?.beat({ inSync: true, behindBytes: 0, atMs: 0 });
  expect(following).toMatchObject({ inSync: true, informedAtMs: null });
  hasAllLogs = true;
  events?.beat({ inSync: true, behindBytes: 0, atMs: 0 });
  expect(following.informedAtMs).not.toBeNull();
  events?.ended(new Error("the test is over"));
  await following.stop();
  await store.close();
});

test("a bug in what takes a leader's word is logged with its place", async () => {
  const { store, clock } = await openStore();
  const logged: string[] = [];
  const note = (event: string, fields: object) => logged.push(`${event} ${JSON.stringify(fields)}`);
  const bug = receiverFailure("one:1", new TypeError("a bug"));
  const outcomes = [new Error("the connection was lost", { cause: bug }), new Error("refused")];
  const following = new Following({
    ...{ clock, store, lagTimeMaxMs: 1000 },
    log: { info: note, warn: note, error: note },
    links: { ...noLinks, follow: async () => Promise.reject(outcomes.shift()) },
    address: () => ({ host: "one", port: 1 }),
    hello: () => ({ ...HELLO, clusterId: "c" }),
    opened: async () => {},
    logs: () => [],
    hasAllLogs: () => true,
    ...{ copied() {}, cut() {}, lost() {}, unreachable() {} },
  });
  following.start();
  while (outcomes.length > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
  }
  await following.stop();
  expect(logged[0]).toMatch(/^following-failed .*TypeError: a bug.*following\.test\.ts/);
  expect(logged[1]).toBe('not-following {"host":"one","port":1,"message":"refused"}');
  await store.close();
});
