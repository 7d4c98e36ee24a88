import path from "node:path";
import { produceEndlessly } from "../faults/endless-producer.ts";
import { brokenPromises } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { cause, type FaultName } from "./faults.ts";
import {
  alive,
  inSync,
  type Member,
  partitionsOf,
  type RunningCluster,
  startCluster,
  stopCluster,
} from "./running-cluster.ts";

const TOPIC = "acked";
const MAX_LOAD_MS = 500;
const LOOK_MS = 5;

/** How long no record was acked after a fault had begun. */
export interface Pause {
  readonly fault: FaultName;
  readonly ms: number;
}

/** What is to be done. */
export interface Plan {
  readonly rounds: number;
  readonly partitions: number;
  readonly faults: readonly FaultName[];
}

/** What came of it. */
export interface Outcome {
  readonly pauses: readonly Pause[];
  readonly ackedCount: number;
  /** Promises that were broken, in words. */
  readonly broken: readonly string[];
}

/** Lets one fault after the other happen to a cluster under load, then looks for what was acked. */
export async function clusterRounds(
  home: string,
  { rounds, partitions, faults }: Plan,
  tell: (text: string) => void,
): Promise<Outcome> {
  const cluster = await startCluster(path.join(home, "data"), { name: TOPIC, partitions });
  const load = { partitions, recordBytes: [100], recordsPerSecond: 2000, idempotent: true };
  const producer = produceEndlessly(cluster.bootstrap, TOPIC, { client: "librdkafka", ...load });
  const pauses: Pause[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await producer.ackedMoreThan(producer.ackedCount);
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      const fault = faults[round % faults.length] ?? "kill";
      const victim = await leaderOf(cluster);
      const silence = new Silence(() => producer.ackedCount);
      const mend = await cause(cluster, fault, victim);
      await producer.ackedMoreThan(producer.ackedCount);
      await mend();
      for (const member of cluster.members) await inSync(member, TOPIC);
      const ms = silence.end();
      pauses.push({ fault, ms });
      tell(`round ${round + 1}: ${fault}: no acks for ${ms.toFixed(0)} ms`);
    }
    await producer.finish();
    const broken = await brokenAtEnd(cluster, partitions, producer.acked);
    return { pauses, ackedCount: producer.ackedCount, broken };
  } finally {
    producer.kill();
    await stopCluster(cluster);
  }
}

/** The longest time without an ack, as far as can be seen every few milliseconds. */
class Silence {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #count: () => number;
  #seen: number;
  #sinceMs = performance.now();
  #longestMs = 0;

  constructor(count: () => number) {
    this.#count = count;
    this.#seen = count();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  end(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#longestMs;
  }

  #look(): void {
    const nowMs = performance.now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#sinceMs);
    if (this.#count() === this.#seen) return;
    this.#seen = this.#count();
    this.#sinceMs = nowMs;
  }
}

/** Who leads the first partition. */
async function leaderOf({ members }: RunningCluster): Promise<Member> {
  const [first] = members;
  if (!first) throw new Error("there are no brokers");
  const [row] = await partitionsOf(first, TOPIC);
  return members.find(({ id }) => id === row?.leader) ?? first;
}

async function brokenAtEnd(
  { members: [first] }: RunningCluster,
  partitions: number,
  acked: ReturnType<typeof produceEndlessly>["acked"],
): Promise<string[]> {
  if (!first) throw new Error("there are no brokers");
  const logs = await readLogs(alive(first).address, TOPIC, partitions);
  return acked.flatMap((records, partition) =>
    brokenPromises(logs[partition] ?? [], records, false).map((each) => {
      return `partition ${partition}: ${each}`;
    }),
  );
}
