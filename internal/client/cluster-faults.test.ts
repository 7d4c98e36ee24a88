/** Seeded lives of a cluster: whatever happens to it, what all had acked is there in the end. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { Cluster } from "../broker/cluster/cluster.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Random } from "../platform/random.ts";
import { batchSizeBytes } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { recordsOf } from "../record/records.ts";
import { type ClusterMember, type TestCluster, testCluster } from "./cluster.testing.ts";
import { seededRandom } from "./pair.testing.ts";

const TOPIC = "orders";
const PARTITIONS = 2;
const BROKERS = 4;
const COPIES = 3;
const STEPS = 120;
const SEEDS = Number(process.env.CLUSTER_SEEDS ?? "6");
const FIRST_SEED = Number(process.env.CLUSTER_SEED ?? "1");

/** Simulated time passes at the pace of the machine. */
setDefaultTimeout(120_000);

let cluster: TestCluster;

afterEach(() => cluster.close());

for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
  test(`what was acked by all stays, and one leads at a time (seed ${seed})`, () => live(seed));
}

async function live(seed: number): Promise<void> {
  const random = seededRandom(seed);
  cluster = testCluster(BROKERS, {}, seed);
  for (const member of cluster.members) await member.start();
  const request = { name: TOPIC, partitionCount: PARTITIONS, replicationFactor: null };
  const config = new Map([["min.insync.replicas", "2"]]);
  const made = cluster.members[0]?.broker?.createTopic({ ...request, config, validateOnly: false });
  if (made) await cluster.settled(made, "a topic is made");
  const writer = new Writer(random);
  for (let step = 0; step < STEPS; step++) {
    writer.step();
    await disturb(random);
    for (let turn = random.below(40); turn > 0; turn--) {
      cluster.clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
      checkLeaders();
    }
  }
  await heal();
  await cluster.until(() => writer.isIdle && isWhole(), "all is well again");
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const texts: string[] = [];
    for (const member of cluster.members) {
      if (!hasCopy(member, partition)) expect(endOf(member, partition)).toBe("0 0");
      else texts.push((await valuesOf(member, partition)).join());
    }
    expect(new Set(texts).size).toBe(1);
    const there = new Set(texts[0]?.split(","));
    expect(writer.acked(partition).filter((value) => !there.has(value))).toEqual([]);
  }
}

/** Lets one of the things happen that happen to machines. */
async function disturb(random: Random): Promise<void> {
  const member = cluster.members[random.below(cluster.members.length)];
  if (!member) return;
  switch (random.below(16)) {
    case 7:
    case 8:
      moveSome(member, random);
      return;
    case 0:
      return member.crash(random.below(2) === 0 ? "kill" : "power-loss");
    case 1:
      member.etcdIsAway = !member.etcdIsAway;
      return;
    case 2:
      member.isCutOff = !member.isCutOff;
      return;
    case 3:
      cluster.etcd.endWatches();
      return;
    case 4:
      cluster.etcd.compact();
      cluster.etcd.endWatches();
      return;
    case 5:
      if (member.broker && !member.etcdIsAway) await member.stop();
      return;
    case 6:
      // Nothing runs, and time passes.
      cluster.clock.advance(random.below(8000));
      return;
    default:
      if (!member.broker) {
        member.etcdIsAway = false;
        await member.start();
      }
  }
}

/** Has the copies of a partition moved, or calls a move off; that may be refused, or get lost. */
function moveSome({ broker }: ClusterMember, random: Random): void {
  const brokers = cluster.members.map(({ id }) => id);
  const target = Array.from({ length: COPIES }, () => {
    return brokers.splice(random.below(brokers.length), 1)[0] ?? 0;
  });
  const replicas = random.below(4) === 0 ? null : target;
  const move = { topic: TOPIC, partition: random.below(PARTITIONS), replicas };
  broker?.replication.clusterAdmin?.reassign([move]).catch((error: unknown) => {
    if (!(error instanceof BrokerError)) throw error;
  });
}

async function heal(): Promise<void> {
  for (const member of cluster.members) {
    member.etcdIsAway = false;
    member.isCutOff = false;
    if (!member.broker) await member.start();
  }
}

/** Whether a broker takes records of a partition, and acks them. */
function takes(member: ClusterMember, partition: number): boolean {
  const membership = member.broker?.replication;
  if (!(membership instanceof Cluster) || membership.leader.isFenced) return false;
  const status = member.broker?.partition(TOPIC, partition);
  const topicId = member.broker?.topic(TOPIC)?.id ?? "";
  const part = membership.partitions.partOf({ topicId, index: partition });
  return status !== undefined && part === "lead";
}

function checkLeaders(): void {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const leaders = cluster.members.filter((member) => takes(member, partition));
    expect(leaders.map(({ id }) => id).length).toBeLessThanOrEqual(1);
  }
}

function hasCopy({ id, broker }: ClusterMember, partition: number): boolean {
  return broker?.partition(TOPIC, partition)?.replicas.includes(id) ?? false;
}

function endOf({ broker }: ClusterMember, partition: number): string {
  const status = broker?.partition(TOPIC, partition);
  return `${status?.highWatermark} ${status?.logEndOffset}`;
}

/** Whether nothing is on its way, and all copies are the same, and are all that there is. */
function isWhole(): boolean {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const statuses = cluster.members.map((each) => each.broker?.partition(TOPIC, partition));
    const isQuiet = statuses.every((status) => {
      const moving = [...(status?.adding ?? []), ...(status?.removing ?? [])];
      return status?.isr.length === COPIES && moving.length === 0;
    });
    const [first] = cluster.members.filter((member) => hasCopy(member, partition));
    if (!isQuiet || !first) return false;
    const [high, end] = endOf(first, partition).split(" ");
    if (high !== end) return false;
    for (const member of cluster.members) {
      const wanted = hasCopy(member, partition) ? `${end} ${end}` : "0 0";
      if (endOf(member, partition) !== wanted) return false;
    }
  }
  return cluster.members.some((member) => takes(member, 0));
}

/** Someone who writes, and tries again until each record is acked by all. */
class Writer {
  readonly #random: Random;
  readonly #acked: string[][] = [[], []];
  #count = 0;
  #underWay = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  acked(partition: number): readonly string[] {
    return this.#acked[partition] ?? [];
  }

  step(): void {
    const partition = this.#random.below(PARTITIONS);
    const leader = cluster.members.find((member) => takes(member, partition));
    if (!leader?.broker) return;
    const value = `v${++this.#count}`;
    const buffer = batchOf(value);
    const place = { topic: TOPIC, partition, buffer, from: 0, to: buffer.length };
    this.#underWay++;
    leader.broker.produce({ ...place, acks: -1 }).then(
      () => {
        this.#underWay--;
        this.#acked[partition]?.push(value);
      },
      (error: unknown) => {
        this.#underWay--;
        if (!(error instanceof BrokerError)) throw error;
      },
    );
  }
}

function batchOf(value: string): Uint8Array {
  const builder = new BatchBuilder();
  const bytes = new TextEncoder().encode(value);
  builder.append({ timestampMs: 1, key: null, value: bytes, headers: [] });
  return builder.build("none");
}

async function valuesOf(member: ClusterMember, partition: number): Promise<string[]> {
  const fetcher = member.broker?.openFetcher();
  const end = member.broker?.partition(TOPIC, partition)?.highWatermark ?? 0;
  const limits = { minBytes: 1, maxBytes: 1 << 20, maxWaitMs: 0, includeUnchanged: true };
  const values: string[] = [];
  for (let offset = 0; fetcher && offset < end; ) {
    fetcher.watch({ topic: TOPIC, partition, offset, maxBytes: 1 << 20, currentLeaderEpoch: -1 });
    const [found] = await cluster.settled(fetcher.poll(limits), "a poll");
    if (!found || found.error) throw found?.error ?? new Error(`nothing is at ${offset}`);
    for (const chunk of found.records) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        for (const record of recordsOf(chunk, at, 1 << 20)) {
          values.push(new TextDecoder().decode(record.value ?? undefined));
          offset = record.offset + 1;
        }
      }
    }
  }
  fetcher?.close();
  return values;
}
