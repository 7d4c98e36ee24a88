import path from "node:path";
import { produceEndlessly } from "../faults/endless-producer.ts";
import { hasNetworks, makeNetwork } from "../faults/network.ts";
import { brokenPromises } from "../faults/promises.ts";
import { readLogs } from "../faults/read-log.ts";
import { cause, type FaultName } from "./faults.ts";
import { brokenOfGroup, startGroup } from "./group-watch.ts";
import { leadTimesMs } from "./leads.ts";
import {
  anyOf,
  inSync,
  leaderOf,
  makeTopic,
  type RunningCluster,
  startCluster,
  stopCluster,
} from "./running-cluster.ts";
import { Silence } from "./silence.ts";

const TOPIC = "acked";
const MAX_LOAD_MS = 500;

/** What a fault did. */
export interface Pause {
  readonly fault: FaultName;
  /** How long no record of some partition was acked. */
  readonly ms: number;
  /** When, from its beginning on, others began to lead; null: none did. */
  readonly ledMs: number | null;
}

/** What is to be done. */
export interface Plan {
  readonly rounds: number;
  readonly partitions: number;
  readonly faults: readonly FaultName[];
  /** How long the producer waits for an answer; left out: as long as it does by itself. */
  readonly answerMs?: number;
}

/** What came of it. */
export interface Outcome {
  readonly pauses: readonly Pause[];
  readonly ackedCount: number;
  readonly committedCount: number;
  /** Promises that were broken, in words. */
  readonly broken: readonly string[];
}

/** Lets one fault after the other happen to a cluster under load, then looks for what was acked. */
export async function clusterRounds(
  directory: string,
  { rounds, partitions, faults, answerMs }: Plan,
  tell: (text: string) => void,
): Promise<Outcome> {
  await using network = hasNetworks ? await makeNetwork(4) : null;
  const cluster = await startCluster({ home: path.join(directory, "data"), network });
  await makeTopic(cluster, TOPIC, partitions);
  const load = {
    ...{ partitions, recordBytes: [100], recordsPerSecond: 2000, idempotent: true },
    ...(answerMs !== undefined && { answerMs }),
  };
  const producer = produceEndlessly(cluster.bootstrap, TOPIC, { client: "librdkafka", ...load });
  const group = await startGroup(cluster, TOPIC);
  const pauses: Pause[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await producer.ackedMoreThan(producer.ackedCount);
      await Bun.sleep(Math.random() * MAX_LOAD_MS);
      const fault = faults[round % faults.length] ?? "kill";
      const partition = Math.floor(Math.random() * partitions);
      const victim = (await leaderOf(cluster, TOPIC, partition)) ?? anyOf(cluster.members);
      const silence = new Silence(() => producer.acked.map(({ length }) => length));
      const atMs = Date.now();
      const mend = await cause(fault, { cluster, network, victim });
      await silence.over();
      await mend();
      await silence.over();
      const [ledMs = null] = await leadTimesMs(cluster, atMs);
      await inSync(cluster, TOPIC);
      const ms = silence.end();
      pauses.push({ fault, ms, ledMs });
      const led = ledMs === null ? "" : `, led anew after ${ledMs} ms`;
      tell(`round ${round + 1}: ${fault}: no acks for ${ms.toFixed(0)} ms${led}`);
    }
    await producer.finish();
    const broken = await brokenAtEnd(cluster, TOPIC, producer.acked);
    broken.push(...(await brokenOfGroup(cluster, TOPIC, group)));
    const committedCount = group.ledger.ackedCommits.size;
    return { pauses, ackedCount: producer.ackedCount, committedCount, broken };
  } finally {
    producer.kill();
    await group.end();
    await stopCluster(cluster);
  }
}

/** What the logs of a topic lack of what was acked. */
export async function brokenAtEnd(
  { bootstrap }: RunningCluster,
  topic: string,
  acked: ReturnType<typeof produceEndlessly>["acked"],
): Promise<string[]> {
  const logs = await readLogs(bootstrap, topic, acked.length);
  return acked.flatMap((records, partition) =>
    brokenPromises(logs[partition] ?? [], records, false).map((each) => {
      return `${topic}-${partition}: ${each}`;
    }),
  );
}
