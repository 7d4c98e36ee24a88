/** The table of docs/guarantees.md, cell by cell: what a fault takes of what was acked. */
import { expect, test } from "bun:test";
import { memoryDisk } from "../platform/testing/memory-disk.ts";
import { BatchBuilder } from "../record/builder.ts";
import { ClientError } from "./errors.ts";
import { type Member, pairWithTopic, settled, type TestPair, valuesOf } from "./pair.testing.ts";

const TOPIC = "orders";

/** What may be lost: nothing, what was acked while the other was away, or what wasn't synced. */
type Loss = "none" | "alone" | "unsynced";

interface Row {
  readonly name: string;
  readonly acks: -1 | 1;
  readonly settings: Readonly<Record<string, string>>;
  readonly losses: Readonly<Record<Fault, Loss>>;
}

const FAULTS = [
  "kill of the slave",
  "kill of the master, which restarts",
  "power loss of the master, which restarts",
  "loss of the master, promotion of the slave",
  "power loss of both",
  "loss of the slave's disk",
  "cut network, promotion of the slave",
] as const;
type Fault = (typeof FAULTS)[number];

const NONE = Object.fromEntries(FAULTS.map((fault) => [fault, "none"])) as Record<Fault, Loss>;
const ALONE = {
  "loss of the master, promotion of the slave": "alone",
  "cut network, promotion of the slave": "alone",
} as const;
const UNSYNCED = {
  "power loss of the master, which restarts": "unsynced",
  "power loss of both": "unsynced",
} as const;
const MEMORY = { durability: "memory" };
const REFUSE = { "replication.policy": "refuse" };
const FENCE = { "replication.fence.after.ms": "500" };
const ASYNC = { replication: "async" };

const ROWS: readonly Row[] = [
  { name: "1, fsync", acks: 1, settings: {}, losses: { ...NONE, ...ALONE } },
  { name: "1, memory", acks: 1, settings: MEMORY, losses: { ...NONE, ...ALONE, ...UNSYNCED } },
  { name: "all, fsync, async", acks: -1, settings: ASYNC, losses: { ...NONE, ...ALONE } },
  {
    name: "all, memory, async",
    acks: -1,
    settings: { ...MEMORY, ...ASYNC },
    losses: { ...NONE, ...ALONE, ...UNSYNCED },
  },
  { name: "all, fsync, degrade", acks: -1, settings: {}, losses: { ...NONE, ...ALONE } },
  {
    name: "all, memory, degrade",
    acks: -1,
    settings: MEMORY,
    losses: { ...NONE, ...ALONE, ...UNSYNCED },
  },
  { name: "all, fsync, refuse", acks: -1, settings: REFUSE, losses: NONE },
  {
    name: "all, memory, refuse",
    acks: -1,
    settings: { ...MEMORY, ...REFUSE },
    losses: { ...NONE, ...UNSYNCED },
  },
  { name: "all, fsync, degrade, fenced", acks: -1, settings: FENCE, losses: NONE },
];

for (const { name, acks, settings, losses } of ROWS) {
  for (const fault of FAULTS) {
    const loss = losses[fault];
    test(`${name}: ${fault} takes ${loss}`, () => check(acks, settings, fault, loss));
  }
}

async function check(acks: -1 | 1, settings: Row["settings"], fault: Fault, loss: Loss) {
  const { pair } = await pairWithTopic(TOPIC, {
    "replica.lag.time.max.ms": "1000",
    ...settings,
  });
  const together = await send(pair, pair.one, ["a", "b", "c"], acks);
  await copied(pair, pair.one);
  const alone: string[] = [];
  const isPromotion = fault.endsWith("promotion of the slave");
  if (isPromotion) {
    // The worst moment: the master has just gone on without its slave, if it may.
    pair.cut();
    alone.push(...(await send(pair, pair.one, ["d", "e"], acks)));
  }
  await FAULT_STEPS[fault](pair);
  const master = isPromotion ? pair.two : pair.one;
  const values = [...(await valuesOf(pair, master, TOPIC)).values()];
  if (loss !== "unsynced") expect(values.slice(0, together.length)).toEqual(together);
  if (loss === "none") expect(values.slice(0, 3 + alone.length)).toEqual([...together, ...alone]);
  if (loss === "alone") expect(alone).not.toEqual([]);
  await pair.close();
}

const FAULT_STEPS: Readonly<Record<Fault, (pair: TestPair) => Promise<void>>> = {
  "kill of the slave": async ({ two }) => {
    await two.crash("kill");
    await two.start();
  },
  "kill of the master, which restarts": async (pair) => {
    await pair.one.crash("kill");
    await pair.one.start();
    await copied(pair, pair.one);
  },
  "power loss of the master, which restarts": async (pair) => {
    await pair.one.crash("power-loss");
    await pair.one.start();
    await copied(pair, pair.one);
  },
  "loss of the master, promotion of the slave": async (pair) => {
    await pair.one.crash("power-loss");
    await promote(pair);
  },
  "power loss of both": async (pair) => {
    await pair.one.crash("power-loss");
    await pair.two.crash("power-loss");
    await pair.two.start();
    await pair.one.start();
    await copied(pair, pair.one);
  },
  "loss of the slave's disk": async (pair) => {
    await pair.two.crash("kill");
    pair.two.disk = memoryDisk();
    await pair.two.start(pair.one);
    await copied(pair, pair.one);
    expect((await valuesOf(pair, pair.two, TOPIC)).size).toBe(3);
  },
  "cut network, promotion of the slave": async (pair) => {
    await promote(pair);
    pair.heal();
    const follows = () => pair.one.broker?.replication.role === "slave";
    await pair.until(follows, "the old master follows");
  },
};

/** Sends records one after the other; returns those that were acked. */
async function send(pair: TestPair, to: Member, values: readonly string[], acks: -1 | 1) {
  const acked: string[] = [];
  const client = await to.connect();
  for (const value of values) {
    const builder = new BatchBuilder();
    const bytes = new TextEncoder().encode(value);
    builder.append({ timestampMs: 1_700_000_000_000, key: null, value: bytes, headers: [] });
    const request = { topic: TOPIC, partition: 0, batch: builder.build("none"), acks };
    const sent = client.produce(request, { timeoutMs: 60_000 });
    const outcome = await settled(pair, sent, "an outcome");
    if (!(outcome instanceof ClientError)) acked.push(value);
  }
  return acked;
}

/** Waits until the slave has all, and both know that it is committed. */
async function copied({ until, two }: TestPair, master: Member): Promise<void> {
  await until(() => {
    const status = master.broker?.partition(TOPIC, 0);
    const copy = two.broker?.partition(TOPIC, 0);
    const end = status?.logEndOffset ?? -1;
    const isCommitted = status?.highWatermark === end && copy?.highWatermark === end;
    return isCommitted && status?.copies[0]?.endOffset === end;
  }, "the slave has all");
}

async function promote(pair: TestPair): Promise<void> {
  const promoting = pair.two.broker?.replication.pairAdmin?.promote() ?? Promise.reject();
  await settled(pair, promoting, "the promotion");
}
