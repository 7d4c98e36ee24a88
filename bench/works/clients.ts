import { type Limits, loads, runLoad } from "../loads.ts";
import type { Work } from "../measures/measure.ts";
import { java, rabbitMqJars, rocketMqJars } from "../systems/jars.ts";
import { natsLoad } from "../systems/nats.ts";
import type { Protocol } from "../systems/system.ts";
import { tools } from "../tools.ts";
import * as kafka from "./kafka.ts";
import { kafkaTool } from "./kafka-tools.ts";
import { clientOutput, type Done, type Life } from "./life.ts";
import * as ownLoad from "./own-load.ts";

/** What drives the systems of a protocol. */
export interface Client {
  /** Makes a topic, and fills it if it is to be read; resolves with the work that counts. */
  prepare(work: Work, life: Life): Promise<() => Promise<Done>>;
  /** Deletes the topic again. */
  clean(life: Life): Promise<void>;
  /** Keeps a system busy for about so long, before anything counts. */
  warmUp(life: Life, seconds: number): Promise<void>;
  /** Makes a topic and has a first record acked; resolves with the ms that it took. */
  first(life: Life): Promise<number>;
}

const kafkaClient: Client = {
  prepare: prepareKafka,
  clean: deleteTopic,
  warmUp: warmUpKafka,
  first: async ({ running, topic }) => await kafka.firstAck(running.address, topic, 1),
};

const HEAP = "-Xmx1g";

export const clients: Readonly<Record<Protocol, Client>> = {
  kafka: kafkaClient,
  "kafka-cluster": { ...kafkaClient, warmUp: warmUpCluster },
  nats: ownClient({ name: "NATS", command: () => [natsLoad] }),
  rocketmq: ownClient({
    name: "RocketMQ",
    command: (directory) => java(rocketMqJars, [HEAP, `-Duser.home=${directory}`], "RocketMq"),
  }),
  "rabbitmq-classic": rabbitMqClient("classic"),
  "rabbitmq-quorum": rabbitMqClient("quorum"),
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

/** The client that a load of ours is; it warms up by waiting for its acks. */
function ownClient(load: ownLoad.OwnLoad): Client {
  const prepare: Client["prepare"] = async (work, life) => await ownLoad.prepare(load, work, life);
  return {
    prepare,
    clean: async (life) => await ownLoad.clean(load, life),
    warmUp: async (life, seconds) => {
      const limits = { seconds, bytes: 0 };
      await (
        await prepare({ kind: "load", load: { ...loads.small, connections: 20 }, limits }, life)
      )();
    },
    first: async (life) => await ownLoad.first(load, life, loads.small.recordBytes),
  };
}

function rabbitMqClient(queueType: "classic" | "quorum"): Client {
  const command = java(rabbitMqJars, [HEAP, `-DqueueType=${queueType}`], "RabbitMq");
  return ownClient({ name: "RabbitMQ", command: () => command });
}
