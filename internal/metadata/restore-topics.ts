import type { Random } from "../platform/random.ts";
import type { LogStore } from "../storage/log-store.ts";
import { type PartitionLog, UNKNOWN_INCARNATION } from "../storage/partition-log.ts";
import type { EmbeddedMetadataStore } from "./embedded-store.ts";
import type { TopicMetadata } from "./metadata-store.ts";
import { partitionOfLog } from "./partition-names.ts";
import { randomUuid } from "./uuid.ts";

/** A topic that the broker makes itself, always alike. */
export type UsualTopic = Pick<TopicMetadata, "name" | "partitionCount" | "config">;

const PLAIN = { partitionCount: 1, config: new Map<string, string>() };

/**
 * After a part of the metadata log was lost: makes topics anew whose logs are there, and sees that
 * no producer gets an id that one of them knows. Resolves with the topics that were made.
 */
export async function restoreTopics(
  random: Random,
  store: LogStore,
  metadata: EmbeddedMetadataStore,
  usual: readonly UsualTopic[],
): Promise<TopicMetadata[]> {
  const restored: TopicMetadata[] = [];
  for (const [name, logs] of logsByTopic(store, metadata)) {
    const known = metadata.topic(name);
    const id = known?.id ?? idOf(random, logs);
    const found = 1 + Math.max(...logs.map(({ index }) => index));
    for (const { log } of logs) {
      if (log.incarnation === UNKNOWN_INCARNATION) store.openLog(log.name, id, log.config);
    }
    if (known) continue;
    const { partitionCount, config } = usual.find((each) => each.name === name) ?? PLAIN;
    const topic = { name, id, partitionCount: Math.max(found, partitionCount), config };
    await metadata.putTopic(topic);
    restored.push(topic);
  }
  await reserveKnownProducers(store, metadata);
  return restored;
}

interface IndexedLog {
  readonly index: number;
  readonly log: PartitionLog;
}

function logsByTopic(store: LogStore, { logName }: EmbeddedMetadataStore) {
  const topics = new Map<string, IndexedLog[]>();
  for (const log of store.logs.values()) {
    const named = partitionOfLog(log.name);
    if (log.name === logName || named === null) continue;
    const { topic, partition: index } = named;
    topics.set(topic, [...(topics.get(topic) ?? []), { index, log }]);
  }
  return topics;
}

/** The id that a topic's logs know; a new one if they know none. */
function idOf(random: Random, logs: readonly IndexedLog[]): string {
  const known = logs.find(({ log }) => log.incarnation !== UNKNOWN_INCARNATION);
  return known?.log.incarnation ?? randomUuid(random);
}

async function reserveKnownProducers(
  store: LogStore,
  metadata: EmbeddedMetadataStore,
): Promise<void> {
  let lastId = -1;
  for (const { producers } of store.logs.values()) {
    for (const [id] of producers.entries()) lastId = Math.max(lastId, id);
  }
  await metadata.reserveProducerIds(0, lastId + 1);
}
