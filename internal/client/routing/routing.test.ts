import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { BatchReceipt, Client } from "../api.ts";
import { connect } from "../client.ts";
import { type ClusterMember, type TestCluster, testCluster } from "../cluster.testing.ts";
import type { ClientError } from "../errors.ts";
import type { GroupEvent } from "../group-reader-api.ts";
import type { ReaderEvent } from "../reader-api.ts";

setDefaultTimeout(60_000);

const TOPIC = "orders";
const PARTITIONS = 6;
const START = { kind: "earliest" } as const;

let cluster: TestCluster;
let clients: Client[] = [];

afterEach(async () => {
  for (const client of clients) await client.close();
  clients = [];
  await cluster.close();
});

async function startAll(copies: number, config: Record<string, string> = {}): Promise<void> {
  cluster = testCluster(3, { "group.initial.rebalance.delay.ms": "0" });
  for (const member of cluster.members) await member.start();
  const request = { name: TOPIC, partitionCount: PARTITIONS, replicationFactor: copies };
  const client = await clientOf(1);
  const topic = { ...request, config: new Map(Object.entries(config)) };
  await cluster.settled(client.createTopic(topic), "a topic is made");
  await cluster.until(
    () => cluster.members.every(({ broker }) => broker?.topic(TOPIC) !== undefined),
    "all know it",
  );
}

async function clientOf(id: number): Promise<Client> {
  const options = { timeoutMs: 5000, clientName: "test" };
  const address = { host: `b${id}`, port: 9092 };
  const client = await cluster.settled(connect(cluster.outside, address, options), "a client");
  clients.push(client);
  return client;
}

function member(id: number): ClusterMember {
  const found = cluster.members[id - 1];
  if (!found) throw new Error(`there is no member ${id}`);
  return found;
}

/** Produces records to each partition, each in a batch of its own; resolves with the receipts. */
async function produceAll(client: Client, values: readonly string[]): Promise<BatchReceipt[]> {
  const receipts: BatchReceipt[] = [];
  const failures: ClientError[] = [];
  const work = async (): Promise<void> => {
    const producer = await client.openProducer(TOPIC, {
      batchBytes: 1,
      onReceipt: (receipt) => receipts.push(receipt),
      onFailure: (error) => failures.push(error),
    });
    for (const text of values) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const value = new TextEncoder().encode(`${partition}:${text}`);
        await producer.send({ key: null, value, partition });
      }
    }
    await producer.close();
  };
  await cluster.settled(work(), "all is produced");
  expect(failures).toEqual([]);
  return receipts;
}

/** What a reader tells, by partition. */
async function read(
  reader: AsyncIterable<ReaderEvent | GroupEvent>,
  count: number,
  saw: (event: ReaderEvent) => void = () => {},
): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  let left = count;
  for await (const event of reader) {
    if ("partition" in event) saw(event);
    if (event.kind === "partition-failed") throw event.error;
    if (event.kind !== "records") continue;
    const values = event.records.map(({ value }) => new TextDecoder().decode(value ?? undefined));
    found.set(event.partition, [...(found.get(event.partition) ?? []), ...values]);
    left -= values.length;
    if (left <= 0) break;
  }
  return found;
}

function places(end: { kind: "latest" } | null) {
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    return { topic: TOPIC, partition, start: START, end };
  });
}

function expected(values: readonly string[]): Map<number, string[]> {
  const all = Array.from({ length: PARTITIONS }, (_, at): [number, string[]] => {
    return [at, values.map((value) => `${at}:${value}`)];
  });
  return new Map(all);
}

const sorted = <T>(found: Map<number, T>) => new Map([...found].sort(([a], [b]) => a - b));

test.each([1, 2, 3])("all is written and read through broker %i, whoever leads it", async (id) => {
  await startAll(1);
  const client = await clientOf(id);
  expect(client.hello.inCluster).toBe(true);
  const receipts = await produceAll(client, ["a", "b"]);
  expect(receipts.map(({ partition }) => partition).sort()).toEqual(
    Array.from({ length: 2 * PARTITIONS }, (_, at) => Math.floor(at / 2)),
  );
  const reading = client.openReader({ partitions: places({ kind: "latest" }) });
  const reader = await cluster.settled(reading, "a reader opens");
  expect(reader.partitions).toHaveLength(PARTITIONS);
  const found = await cluster.settled(read(reader, Number.POSITIVE_INFINITY), "all is read");
  expect(sorted(found)).toEqual(expected(["a", "b"]));
});

test("any broker tells a topic as its leaders know it", async () => {
  await startAll(1);
  const client = await clientOf(2);
  await produceAll(client, ["a", "b", "c"]);
  const topic = await cluster.settled(client.describeTopic(TOPIC), "it is described");
  expect(topic.partitions.map(({ highWatermark }) => highWatermark)).toEqual([3, 3, 3, 3, 3, 3]);
  const listed = await cluster.settled(client.listTopics(), "they are listed");
  expect(listed.find(({ name }) => name === TOPIC)).toMatchObject({
    ...{ partitionCount: PARTITIONS, replicationFactor: 1, offsetCount: 3 * PARTITIONS },
  });
  const found = await cluster.settled(client.findOffset(TOPIC, 4, { kind: "latest" }), "an end");
  expect(found.offset).toBe(3);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const deleting = client.deleteRecords(TOPIC, partition, 2);
    expect(await cluster.settled(deleting, "records go")).toBe(2);
  }
  const after = await cluster.settled(client.describeTopic(TOPIC), "it is described");
  expect(after.partitions.map(({ logStartOffset }) => logStartOffset)).toEqual([2, 2, 2, 2, 2, 2]);
});

test("what isn't there is refused, and not looked for again and again", async () => {
  await startAll(1);
  const client = await clientOf(1);
  const beganMs = cluster.clock.monotonicMs();
  for (const call of [
    () => client.describeTopic("nothing"),
    () => client.findOffset("nothing", 0, START),
    () => client.findOffset(TOPIC, PARTITIONS, START),
    () => client.openProducer("nothing"),
  ]) {
    const refused = await cluster.settled(
      call().then(
        () => null,
        (error: unknown) => error,
      ),
      "a refusal",
    );
    expect(refused).toMatchObject({ code: "unknown-topic-or-partition" });
  }
  expect(cluster.clock.monotonicMs() - beganMs).toBeLessThan(1000);
  const partitions = [{ topic: "nothing", partition: 0, start: START, end: null }];
  const reader = await cluster.settled(client.openReader({ partitions }), "a reader opens");
  const events = await cluster.settled(Array.fromAsync(reader), "it ends");
  expect(events).toMatchObject([{ kind: "partition-failed", topic: "nothing", partition: 0 }]);
});

test("reading and writing go on when brokers die and come back, with nothing twice", async () => {
  await startAll(3, { "min.insync.replicas": "2" });
  const client = await clientOf(1);
  const reading = client.openReader({ partitions: places(null) });
  const reader = await cluster.settled(reading, "a reader opens");
  const values = Array.from({ length: 30 }, (_, at) => `${at}`);
  const found = read(reader, values.length * PARTITIONS);
  found.catch(() => {});
  for (const [at, id] of [2, 1, 3].entries()) {
    const before = produceAll(client, values.slice(at * 10, at * 10 + 5));
    await cluster.settled(before, "some is produced");
    const during = produceAll(client, values.slice(at * 10 + 5, at * 10 + 10));
    await member(id).crash("kill");
    await cluster.settled(during, "the rest is produced");
    await member(id).start();
    const whole = () =>
      Array.from({ length: PARTITIONS }, (_, index) =>
        cluster.members.some(({ broker }) => broker?.partition(TOPIC, index)?.isr.length === 3),
      );
    await cluster.until(() => whole().every(Boolean), "all are in sync again");
  }
  expect(sorted(await cluster.settled(found, "all is read"))).toEqual(expected(values));
});

test("who follows a topic waits for what a broker leads that is away, from the start", async () => {
  await startAll(1);
  const client = await clientOf(1);
  await produceAll(client, ["a", "b"]);
  await member(2).crash("kill");
  const opening = client.openReader({ partitions: places(null) });
  const reader = await cluster.settled(opening, "a reader opens");
  const isOpen = new Set(reader.partitions.map(({ partition }) => partition));
  expect(isOpen.size).toBeLessThan(PARTITIONS);
  const news: string[] = [];
  const found = read(reader, 2 * PARTITIONS, ({ kind, partition }) => {
    if (kind !== "records") news.push(`${kind} ${partition}`);
  });
  await cluster.until(() => news.length > 0, "it is told who is away");
  await member(2).start();
  expect(sorted(await cluster.settled(found, "all is read"))).toEqual(expected(["a", "b"]));
  const missing = Array.from({ length: PARTITIONS }, (_, at) => at).filter((at) => !isOpen.has(at));
  const whereabouts = ["away", "back"].flatMap((is) =>
    missing.map((at) => `partition-${is} ${at}`),
  );
  expect(news.sort()).toEqual(whereabouts);
});

test("a group is read and committed through any broker, and told with its lag", async () => {
  await startAll(1);
  const writer = await clientOf(1);
  await produceAll(writer, ["a", "b"]);
  for (const id of [1, 2, 3]) {
    const client = await clientOf(id);
    const groupId = `g${id}`;
    const request = { groupId, topics: [TOPIC], clientId: "test", follow: false } as const;
    const reader = client.openGroupReader({ ...request, start: "earliest" });
    const found = await cluster.settled(read(reader, 2 * PARTITIONS), "all is read");
    expect(sorted(found)).toEqual(expected(["a", "b"]));
    const offsets = Array.from({ length: PARTITIONS }, (_, partition) => {
      return { topic: TOPIC, partition, offset: partition % 2 === 0 ? 2 : 1 };
    });
    await cluster.settled(reader.commit(offsets), "it is committed");
    await cluster.settled(reader.leave(), "it leaves");
  }
  for (const id of [1, 2, 3]) {
    const client = await clientOf(id);
    const groups = await cluster.settled(client.listGroups(), "groups are listed");
    expect(groups.map(({ groupId, lag }) => `${groupId} ${lag}`)).toEqual(["g1 3", "g2 3", "g3 3"]);
    const group = await cluster.settled(client.describeGroup("g2"), "one is described");
    expect(group.partitions.map(({ lag }) => lag)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(group.partitions.map(({ highWatermark }) => highWatermark)).toEqual([2, 2, 2, 2, 2, 2]);
  }
  const client = await clientOf(3);
  const again = client.openGroupReader({
    ...{ groupId: "g1", topics: [TOPIC], clientId: "test", follow: false, start: "earliest" },
  });
  const rest = await cluster.settled(read(again, Number.POSITIVE_INFINITY), "the rest is read");
  expect([...rest.values()].flat().sort()).toEqual(["1:b", "3:b", "5:b"]);
  await cluster.settled(again.leave(), "it leaves");
  const reset = client.setGroupOffsets("g3", [{ topic: TOPIC, partition: 0, offset: 0 }]);
  await cluster.settled(reset, "it is reset");
  await cluster.settled(client.deleteGroup("g2"), "one is deleted");
  const left = await cluster.settled(client.listGroups(), "groups are listed");
  expect(left.map(({ groupId, lag }) => `${groupId} ${lag}`)).toEqual(["g1 3", "g3 5"]);
});

test("a member goes on when the coordinator of its group dies", async () => {
  await startAll(3, { "min.insync.replicas": "2" });
  const client = await clientOf(1);
  const request = { groupId: "g", topics: [TOPIC], clientId: "test", follow: true } as const;
  const reader = client.openGroupReader({ ...request, start: "earliest" });
  const values = ["a", "b", "c", "d"];
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of reader) {
      if (event.kind !== "records") continue;
      const { topic, partition, records } = event;
      for (const { value } of records) seen.push(new TextDecoder().decode(value ?? undefined));
      await reader.commit([{ topic, partition, offset: (records.at(-1)?.offset ?? 0) + 1 }]);
      if (new Set(seen).size === values.length * PARTITIONS) return;
    }
  })();
  reading.catch(() => {});
  await produceAll(client, values.slice(0, 2));
  await cluster.until(() => seen.length >= 2 * PARTITIONS, "it has read what there is");
  const coordinator = member(1).broker?.replication.coordinatorOf("g") ?? 0;
  await member(coordinator).crash("kill");
  await produceAll(client, values.slice(2));
  await cluster.settled(reading, "the rest is read");
  expect(new Set(seen)).toEqual(new Set([...expected(values).values()].flat()));
  await cluster.settled(reader.leave(), "it leaves");
  const group = await cluster.settled(client.describeGroup("g"), "it is described");
  expect(group.partitions.map(({ committedOffset }) => committedOffset)).toEqual(
    Array.from({ length: PARTITIONS }, () => values.length),
  );
});

test("each broker can be asked for itself", async () => {
  await startAll(1);
  const client = await clientOf(2);
  const all = await cluster.settled(client.brokers(), "all answer");
  const said = await Promise.all(
    all.map(async (each) => [
      each.hello.brokerId,
      (await cluster.settled(each.status(), "it is told")).brokerId,
    ]),
  );
  expect(said.sort()).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});
