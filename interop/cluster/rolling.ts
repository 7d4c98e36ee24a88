import path from "node:path";
import {
  type EndlessProducer,
  endlessClients,
  produceEndlessly,
} from "../faults/endless-producer.ts";
import { end, restart } from "../faults/member.ts";
import { brokenAtEnd } from "./rounds.ts";
import { inSync, makeTopic, startCluster, stopCluster } from "./running-cluster.ts";
import { medianAndWorst, Silence } from "./silence.ts";

/**
 * Clients, and how many partitions the topic of each has. One send of kafkajs (2.2.4) to several
 * brokers loses what it had for a partition whose lead moves to a broker that has answered already:
 * it doesn't send that again, and says that all was sent (its issue 1303).
 */
const CLIENTS = { librdkafka: 3, kafkajs: 1, java: 3 } as const;
/** Clients have this time to see a restart through. */
const REST_MS = 1000;
/**
 * The same broker isn't stopped again before this time is over: with each end of a connection that
 * was made within its reconnect.backoff.max.ms (10 s), librdkafka waits twice as long as the time
 * before until it connects to that broker again, and that many restarts aren't what is measured.
 */
const ROUND_REST_MS = 11_000;
const LOAD = {
  recordBytes: [100],
  recordsPerSecond: 500,
  idempotent: true,
  usualRetries: true,
} as const;

/** A client under load. */
interface Running {
  readonly client: keyof typeof CLIENTS;
  readonly producer: EndlessProducer;
  readonly silencesMs: number[];
}

/**
 * Restarts one broker after the other, again and again, under clients that have a topic each. A
 * record that one of them gives up ends it. Resolves with what was broken, in words.
 */
export async function rollingRestarts(
  directory: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<string[]> {
  const cluster = await startCluster({ home: path.join(directory, "rolling") });
  const running: Running[] = [];
  const broken: string[] = [];
  try {
    for (const client of ["librdkafka", "kafkajs", "java"] as const) {
      if (!endlessClients[client].isInstalled) continue;
      const partitions = CLIENTS[client];
      await makeTopic(cluster, client, partitions);
      const producer = produceEndlessly(cluster.bootstrap, client, { client, partitions, ...LOAD });
      running.push({ client, producer, silencesMs: [] });
      await producer.ackedMoreThan(0);
    }
    for (let round = 0; round < rounds; round++) {
      if (round > 0) await Bun.sleep(ROUND_REST_MS);
      for (const member of cluster.members) {
        const silences = running.map(({ producer }) => {
          return new Silence(() => producer.acked.map(({ length }) => length));
        });
        await end(member, "SIGTERM");
        await Promise.all(silences.map((each) => each.over()));
        await restart(member);
        for (const { client } of running) await inSync(cluster, client);
        await Bun.sleep(REST_MS);
        for (const [at, silence] of silences.entries()) running[at]?.silencesMs.push(silence.end());
      }
    }
    for (const { client, producer, silencesMs } of running) {
      await producer.finish().catch((error: unknown) => broken.push(`${client}: ${error}`));
      broken.push(...(await brokenAtEnd(cluster, client, producer.acked)));
      const silence = medianAndWorst(silencesMs);
      const times = `${silencesMs.length} restarts`;
      tell(`${client}: ${times}, ${producer.ackedCount} acked, no acks for ${silence}`);
    }
    return broken;
  } finally {
    for (const { producer } of running) producer.kill();
    await stopCluster(cluster);
  }
}
