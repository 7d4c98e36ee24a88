import { kafka } from "./kafka.ts";
import { nats } from "./nats.ts";
import { rabbitMq } from "./rabbitmq.ts";
import { reference } from "./reference.ts";
import { rocketMq } from "./rocketmq.ts";
import type { System } from "./system.ts";
import { weir, weirCluster, weirPair } from "./weir.ts";

/** Everything that can be measured. */
export const systems = {
  "weir-fsync": weir("fsync"),
  "weir-memory": weir("memory"),
  "weir-pair-sync": weirPair("sync"),
  "weir-pair-async": weirPair("async"),
  "weir-cluster": weirCluster,
  c: reference("cache"),
  "c-files": reference("files"),
  "c-journal": reference("journal"),
  kafka: kafka("Kafka", "the record is in the page cache: Kafka's default", {}),
  "kafka-synced": kafka("Kafka, synced", "its file is synced: log.flush.interval.messages=1", {
    "log.flush.interval.messages": "1",
  }),
  nats: nats("NATS JetStream", "the message is in the page cache: its default", []),
  "nats-synced": nats("NATS JetStream, synced", "it is synced: sync_interval=always", [
    "sync_interval: always",
  ]),
  rocketmq: rocketMq("RocketMQ", "the message is in the page cache: its default", "ASYNC_FLUSH"),
  "rocketmq-synced": rocketMq(
    "RocketMQ, synced",
    "it is synced, one sync for some: flushDiskType=SYNC_FLUSH",
    "SYNC_FLUSH",
  ),
  "rabbitmq-classic": rabbitMq("classic", "the message is synced, one sync for some"),
  "rabbitmq-quorum": rabbitMq("quorum", "it is synced in a log that all queues share"),
} as const satisfies Record<string, System>;

export type SystemId = keyof typeof systems;
