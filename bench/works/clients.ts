import { type Limits, type Load, loads, runLoad } from "../loads.ts";
import type { Work } from "../measures/measure.ts";
import type { Protocol } from "../systems/system.ts";
import { tools } from "../tools.ts";
import * as kafka from "./kafka.ts";
import { kafkaTool } from "./kafka-tools.ts";
import { clientOutput, type Done, type Life } from "./life.ts";
import { deleteStream, prepareNats } from "./nats.ts";

/** What drives the systems of a protocol. */
export interface Client {
  /** Makes a topic, and fills it if it is to be read; resolves with the work that counts. */
  prepare(work: Work, life: Life): Promise<() => Promise<Done>>;
  /** Deletes the topic again. */
  clean(life: Life): Promise<void>;
  /** Keeps a system busy for about so long, before anything counts. */
  warmUp(life: Life, seconds: number): Promise<void>;
}

export const clients: Readonly<Record<Protocol, Client>> = {
  kafka: { prepare: prepareKafka, clean: deleteTopic, warmUp: warmUpKafka },
  "kafka-cluster": { prepare: prepareKafka, clean: deleteTopic, warmUp: warmUpCluster },
  nats: { prepare: prepareNats, clean: deleteStream, warmUp: warmUpBy(prepareNats) },
};

async function prepareKafka(work: Work, life: Life): Promise<() => Promise<Done>> {
  switch (work.kind) {
    case "load":
      return await kafka.load(life, work);
    case "produce":
      return await kafka.produce(life, work);
    case "consume":
      return await kafka.consume(life, work);
    case "both":
      return await kafka.both(life, work);
    case "latency":
      return await kafka.latency(life, work);
    case "kafka-tool":
      return await kafkaTool(life, work);
    default:
      throw new Error(`${work.kind} has a life of its own`);
  }
}

async function deleteTopic({ running, topic }: Life): Promise<void> {
  await clientOutput([tools.load, running.address, topic, "delete"]);
}

async function warmUpKafka({ running, topic }: Life, seconds: number): Promise<void> {
  const half: Limits = { seconds: seconds / 2, bytes: 400e6 };
  for (const load of [loads.small, loads.batches]) {
    await runLoad(running.address, topic, load, half);
  }
}

async function warmUpCluster(life: Life): Promise<void> {
  const values = { count: 20_000, bytes: 1024, sameness: 100 };
  await (await kafka.produce(life, { kind: "produce", values, settings: ["acks=all"] }))();
}

/** Clients that wait for their acks. */
function warmUpBy(prepare: Client["prepare"]): Client["warmUp"] {
  return async (life, seconds) => {
    const load: Load = { ...loads.small, connections: 20 };
    await (await prepare({ kind: "load", load, limits: { seconds, bytes: 0 } }, life))();
  };
}
