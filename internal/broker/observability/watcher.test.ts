import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bunPlatform } from "../../platform/bun/platform.ts";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { BatchBuilder } from "../../record/builder.ts";
import type { LocalBroker } from "../local-broker.ts";
import { openBroker } from "../open-broker.ts";
import { Partition } from "../topics/partition.ts";
import { type BrokerUpdate, NOTHING_WATCHED, type Watched, type Watcher } from "./watch-api.ts";
import { MAX_FAULTS_OF_TOPIC, MAX_OUT_OF_VIEW } from "./watcher.ts";

const MANY = 1_000_000;

let folder = "";
let clock: ManualClock;
let broker: LocalBroker;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "weir-watcher-"));
  clock = manualClock();
  broker = await openBroker(
    { ...bunPlatform(), clock },
    {
      dataDirectory: folder,
      version: "0.1.0",
      advertised: { host: "broker-1", port: 9092 },
      config: new Map([["durability", "memory"]]),
      log: { info() {}, warn() {}, error() {} },
    },
  );
});

afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

function watch(watched: Partial<Watched>): Watcher {
  return broker.openWatcher({ ...NOTHING_WATCHED, ...watched });
}

async function create(name: string, partitionCount: number, config: Record<string, string> = {}) {
  await broker.createTopic({
    name,
    partitionCount,
    replicationFactor: null,
    config: new Map(Object.entries(config)),
    validateOnly: false,
  });
}

async function write(topic: string, partition: number, records = 1): Promise<number> {
  const builder = new BatchBuilder();
  for (let count = 0; count < records; count++) {
    builder.append({
      key: null,
      value: new Uint8Array(10),
      timestampMs: clock.nowMs(),
      headers: [],
    });
  }
  const buffer = builder.build("none");
  await broker.produce({ topic, partition, buffer, from: 0, to: buffer.length, acks: 1 });
  return buffer.length;
}

/** A record into each of a topic's first `count` partitions. */
async function writeEach(topic: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, partition) => write(topic, partition)));
}

const topicsIn = ({ topics }: BrokerUpdate): string[] => topics.map(({ name }) => name).sort();

const partitionsIn = ({ partitions }: BrokerUpdate): string[] =>
  partitions.map(({ topic, partition }) => `${topic}-${partition}`).sort();

describe("topics", () => {
  test("are all told at first, and then only when they change", async () => {
    await create("a", 1);
    await create("b", 2);
    const watcher = watch({ topics: true });
    expect(topicsIn(watcher.take(MANY))).toEqual(["a", "b"]);
    expect(watcher.take(MANY).topics).toEqual([]);
    await write("b", 1, 3);
    const { topics } = watcher.take(MANY);
    expect(topics).toMatchObject([{ name: "b", partitionCount: 2, offsetCount: 3, health: "ok" }]);
    await broker.createPartitions("a", 5, false);
    await create("c", 1);
    const later = watcher.take(MANY).topics.filter(({ rates }) => rates === null);
    expect(later).toMatchObject([{ name: "a", partitionCount: 5 }, { name: "c" }]);
  });

  test("that are gone are named, and one of the same name is another", async () => {
    await create("a", 1);
    await write("a", 0);
    const watcher = watch({ topics: true, partitionsOf: ["a"] });
    const first = watcher.take(MANY);
    await broker.deleteTopic("a");
    await create("a", 2);
    const second = watcher.take(MANY);
    expect(second.removedTopics).toEqual(["a"]);
    expect(second.topics).toMatchObject([{ name: "a", partitionCount: 2, offsetCount: 0 }]);
    expect(second.topics[0]?.id).not.toBe(first.topics[0]?.id);
    expect(partitionsIn(second)).toEqual(["a-0", "a-1"]);
    expect(watcher.take(MANY).removedTopics).toEqual([]);
  });

  test("have rates while something goes through, and are told until it is over", async () => {
    await create("a", 1);
    const watcher = watch({ topics: true });
    watcher.take(MANY);
    const sizeBytes = await write("a", 0, 10);
    clock.advance(1000);
    const rates = { recordsInPerSecond: 10, bytesInPerSecond: sizeBytes, bytesOutPerSecond: 0 };
    const update = watcher.take(MANY);
    expect(update.topics).toMatchObject([{ name: "a", rates }]);
    expect(update.broker.rates).toEqual(rates);
    let told = 0;
    for (; told < 20; told++) {
      clock.advance(1000);
      const { topics } = watcher.take(MANY);
      if (topics.length === 0) break;
    }
    expect(told).toBe(2); // its rates of the last two seconds, and that they are over
  });
});

describe("partitions", () => {
  test("of the topics asked for are all told, those that nobody has used too", async () => {
    await create("a", 3);
    await create("b", 3);
    await write("a", 1, 5);
    const watcher = watch({ partitionsOf: ["a"] });
    const first = watcher.take(MANY);
    expect(partitionsIn(first)).toEqual(["a-0", "a-1", "a-2"]);
    expect(first.partitions.map(({ logEndOffset }) => logEndOffset)).toEqual([0, 5, 0]);
    await write("a", 2);
    await write("b", 2);
    expect(partitionsIn(watcher.take(MANY))).toEqual(["a-2"]);
  });

  test("that are read have a rate, too", async () => {
    await create("a", 1);
    await write("a", 0);
    const watcher = watch({ partitionsOf: ["a"] });
    watcher.take(MANY);
    const fetcher = broker.openFetcher();
    const place = { topic: "a", partition: 0, offset: 0, currentLeaderEpoch: -1 };
    fetcher.watch({ ...place, maxBytes: 1000 });
    const limits = { minBytes: 1, maxBytes: 1000, maxWaitMs: 0, includeUnchanged: false };
    const [fetched] = await fetcher.poll(limits);
    fetcher.close();
    clock.advance(500);
    const bytesOutPerSecond = 2 * (fetched?.sizeBytes ?? 0);
    expect(bytesOutPerSecond).toBeGreaterThan(0);
    expect(watcher.take(MANY).partitions).toMatchObject([{ rates: { bytesOutPerSecond } }]);
  });

  test("of a topic that comes later, or grows, are told when they are there", async () => {
    const watcher = watch({ partitionsOf: ["late"] });
    expect(watcher.take(MANY).partitions).toEqual([]);
    await create("late", 1);
    expect(partitionsIn(watcher.take(MANY))).toEqual(["late-0"]);
    await broker.createPartitions("late", 3, false);
    expect(partitionsIn(watcher.take(MANY))).toEqual(["late-0", "late-1", "late-2"]);
  });

  test("come a few at a time, each once, and in turn when all of them change", async () => {
    await create("a", 10);
    const watcher = watch({ partitionsOf: ["a"] });
    const looks: string[][] = [];
    let incomplete = true;
    while (incomplete) {
      const update = watcher.take(4);
      looks.push(partitionsIn(update));
      incomplete = update.incomplete;
    }
    expect(looks.map((look) => look.length)).toEqual([4, 4, 2]);
    expect(new Set(looks.flat()).size).toBe(10);
    const seen = new Set<string>();
    for (let round = 0; round < 4; round++) {
      for (let partition = 0; partition < 10; partition++) await write("a", partition);
      clock.advance(100);
      for (const name of partitionsIn(watcher.take(4))) seen.add(name);
    }
    expect(seen.size).toBe(10);
  });
});

describe("partitions in view", () => {
  test("come with every look that finds them changed, the others a few at a time", async () => {
    const count = MAX_OUT_OF_VIEW + 50;
    await create("a", count);
    const watcher = watch({ partitionsOf: ["a"] });
    watcher.take(MANY);
    const inView = { topic: "a", partitions: [count - 1, count - 2, count + 7] };
    const others = new Set<string>();
    for (let round = 0; round < 2; round++) {
      await writeEach("a", count);
      clock.advance(100);
      const names = watcher.take(MANY, inView).partitions.map(({ partition }) => partition);
      expect(names.slice(0, 2)).toEqual([count - 1, count - 2]);
      expect(names.length).toBe(2 + MAX_OUT_OF_VIEW);
      for (const name of names.slice(2)) others.add(String(name));
    }
    expect(others.size).toBe(count - 2);
  });

  test("that nobody writes to are not told again", async () => {
    await create("a", 3);
    await writeEach("a", 3);
    const watcher = watch({ partitionsOf: ["a"] });
    watcher.take(MANY);
    await write("a", 1);
    const update = watcher.take(MANY, { topic: "a", partitions: [0] });
    expect(partitionsIn(update)).toEqual(["a-1"]);
    expect(watcher.take(MANY, { topic: "gone", partitions: [0] }).partitions).toEqual([]);
  });
});

test("a look costs what has changed, and not what there is", async () => {
  const count = 600;
  await create("a", count);
  await writeEach("a", count);
  const watcher = watch({ topics: true, faults: true });
  expect(watcher.take(MANY).topics).toMatchObject([{ offsetCount: count, faultCount: 0 }]);
  clock.advance(60_000);
  for (let look = 0; look < 5; look++) watcher.take(MANY);
  const status = spyOn(Partition.prototype, "status");
  await write("a", 7, 5);
  const { topics } = watcher.take(MANY);
  expect(topics).toMatchObject([{ offsetCount: count + 5, health: "ok", faultCount: 0 }]);
  expect(status.mock.calls.length).toBeLessThan(300);
  status.mockRestore();
});

describe("faults", () => {
  test("are told of all topics, and once more when they are over", async () => {
    await create("fine", 2);
    await create("short", 2, { "min.insync.replicas": "2" });
    const watcher = watch({ topics: true, faults: true });
    const first = watcher.take(MANY);
    expect(partitionsIn(first)).toEqual(["short-0", "short-1"]);
    expect(first.partitions[0]?.health).toBe("under-min-isr");
    expect(first.topics.find(({ name }) => name === "short")).toMatchObject({
      faultCount: 2,
      health: "under-min-isr",
    });
    await broker.alterTopicConfig("short", new Map([["min.insync.replicas", null]]), false);
    const second = watcher.take(MANY);
    expect(second.partitions.map(({ health }) => health)).toEqual(["ok", "ok"]);
    expect(second.topics).toMatchObject([{ faultCount: 0, health: "ok" }]);
    expect(watcher.take(MANY).partitions).toEqual([]);
  });

  test("are bounded for each topic; the topic has their number", async () => {
    await create("short", 5000, { "min.insync.replicas": "2" });
    const watcher = watch({ topics: true, faults: true });
    const { topics, partitions } = watcher.take(MANY);
    expect(topics).toMatchObject([{ faultCount: 5000 }]);
    expect(partitions.length).toBe(MAX_FAULTS_OF_TOPIC);
  });
});

describe("groups", () => {
  async function commit(groupId: string, topic: string, partition: number, offset: number) {
    const committed = { partition, offset, leaderEpoch: -1, metadata: "" };
    await broker.groups.commitOffsets({
      ...{ groupId, memberId: "", groupInstanceId: null, generation: -1, retentionMs: null },
      topics: [{ topic, partitions: [committed] }],
    });
  }

  test("are told when they read, when there is more to read, and when they are gone", async () => {
    await create("a", 2);
    await write("a", 0, 10);
    await write("a", 1, 4);
    const watcher = watch({ groups: true });
    expect(watcher.take(MANY).groups).toEqual([]);
    await commit("billing", "a", 0, 3);
    await commit("billing", "a", 1, 4);
    const row = { groupId: "billing", state: "Empty", memberCount: 0, partitionCount: 2 } as const;
    const topics = [{ topic: "a", lag: 7 }];
    const progress = { committedTotal: 7, lag: 7, maxLag: 7, topics };
    const times = { lagMs: 0, drainMs: -1 };
    expect(watcher.take(MANY).groups).toEqual([{ ...row, ...progress, ...times }]);
    expect(watcher.take(MANY).groups).toEqual([]);
    await write("a", 1, 5);
    const [later] = watcher.take(MANY).groups;
    expect(later).toMatchObject({ committedTotal: 7, lag: 12, maxLag: 7 });
    await broker.groups.deleteGroup("billing");
    expect(watcher.take(MANY)).toMatchObject({ removedGroups: ["billing"], groups: [] });
    expect(watcher.take(MANY).removedGroups).toEqual([]);
  });

  test("come a few at a time, each in its turn", async () => {
    await create("a", 1);
    const ids = Array.from({ length: 7 }, (_, index) => `group-${index}`);
    for (const id of ids) await commit(id, "a", 0, 0);
    const watcher = watch({ groups: true });
    await broker.groups.readable(null); // a slave has to read them first; so nobody is sure before
    const looks = [watcher.take(3), watcher.take(3), watcher.take(3)];
    expect(looks.map(({ incomplete }) => incomplete)).toEqual([true, true, false]);
    const told = looks.flatMap(({ groups }) => groups.map(({ groupId }) => groupId));
    expect(told).toEqual(ids);
    await write("a", 0);
    const again = [watcher.take(3), watcher.take(3), watcher.take(3)];
    expect(new Set(again.flatMap(({ groups }) => groups.map(({ groupId }) => groupId))).size).toBe(
      7,
    );
  });

  test("asked for by id have every partition told, and those that they left", async () => {
    await create("a", 2);
    await create("b", 1);
    await write("a", 0, 10);
    const watcher = watch({ progressOf: ["billing"] });
    expect(watcher.take(MANY).progress).toEqual([]);
    await commit("billing", "a", 0, 4);
    await commit("billing", "b", 0, 0);
    await commit("another", "a", 1, 0);
    const { progress } = watcher.take(MANY);
    expect(progress).toMatchObject([
      {
        groupId: "billing",
        topic: "a",
        partition: 0,
        committedOffset: 4,
        highWatermark: 10,
        lag: 6,
      },
      { groupId: "billing", topic: "b", partition: 0, lag: 0, memberId: null, clientId: "" },
    ]);
    await write("a", 0);
    expect(watcher.take(MANY).progress).toMatchObject([{ topic: "a", lag: 7 }]);
    await broker.deleteTopic("b");
    const [gone] = watcher.take(MANY).progress;
    expect(gone).toMatchObject({ topic: "b", committedOffset: -1, lag: -1, memberId: null });
    expect(watcher.take(MANY).progress).toEqual([]);
  });
});

test("events are told once, those of before at first", async () => {
  await create("a", 2);
  const watcher = watch({ events: true });
  const messages = (): string[] => watcher.take(MANY).events.map(({ message }) => message);
  expect(messages()).toEqual(["a was made, with 2 partitions"]);
  await broker.createPartitions("a", 3, false);
  await broker.alterTopicConfig("a", new Map([["retention.ms", "1000"]]), false);
  await broker.alterTopicConfig("a", new Map([["retention.ms", null]]), false);
  await broker.deleteTopic("a");
  expect(messages()).toEqual([
    "a has 3 partitions now",
    "a: retention.ms is 1000 now",
    "a: retention.ms has the broker's value again",
    "a was deleted",
  ]);
  expect(messages()).toEqual([]);
});

test("a watcher that was closed is told nothing", async () => {
  const watcher = watch({ topics: true });
  watcher.take(MANY);
  watcher.close();
  await create("a", 1);
  expect(watcher.take(MANY).topics).toEqual([]);
});
