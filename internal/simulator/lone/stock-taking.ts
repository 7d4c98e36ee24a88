import type { LocalBroker } from "../../broker/local-broker.ts";
import { baseOffset, batchSizeBytes } from "../../record/batch.ts";
import { must } from "../failure.ts";
import type { FoundBatch } from "../model/log-model.ts";
import type { BrokerLife } from "./life.ts";
import type { TopicModel } from "./topic-model.ts";
import type { World } from "./world.ts";

const READ_BYTES = 5000;

/**
 * Reads everything that is there after a start: it must be what may be there, and is taken for
 * what is there from now on. Ends early if the process crashes.
 */
export async function takeStock({ broker, process }: BrokerLife, world: World): Promise<void> {
  const found = broker.topics().filter(({ internal }) => !internal);
  for (const { name, id, partitionCount } of found) {
    const topic = world.topics.get(name);
    must(topic !== undefined, () => `${name} has come back`);
    must(topic.id === null || topic.id === id, () => `${name} is ${id}, it was ${topic.id}`);
    must(topic.partitionCount === partitionCount, () => `${name}: ${partitionCount} partitions`);
    topic.id = id;
  }
  const names = new Set(found.map(({ name }) => name));
  for (const topic of world.topics.values()) {
    if (!names.has(topic.name)) {
      must(topic.existence !== "there", () => `${topic.name} is gone`);
      continue;
    }
    for (const [index, log] of topic.logs.entries()) {
      const batches = await readAll(world, broker, topic, index);
      if (!batches || process.disk.left) return;
      const status = broker.partition(topic.name, index);
      log.recovered(batches, status?.highWatermark ?? 0);
      log.askedStarts = [];
      log.lastStart = log.startOffset;
      log.lastHighWatermark = status?.highWatermark ?? 0;
    }
  }
}

/** All batches of a partition; null if the process crashed before they were read. */
async function readAll(
  world: World,
  broker: LocalBroker,
  topic: TopicModel,
  partition: number,
): Promise<FoundBatch[] | null> {
  const { name } = topic;
  const log = topic.logs[partition];
  const status = broker.partition(name, partition);
  must(log !== undefined && status !== undefined, () => `${name}-${partition} is not there`);
  const { logStartOffset, highWatermark, logEndOffset } = status;
  must(highWatermark === logEndOffset, () => `${log.name}: not all that was found is durable`);
  log.takeStart(logStartOffset);
  const fetcher = broker.openFetcher();
  const batches: FoundBatch[] = [];
  const limits = { minBytes: 1, maxBytes: READ_BYTES, maxWaitMs: 0, includeUnchanged: false };
  for (let offset = logStartOffset; offset < highWatermark; ) {
    const position = { topic: name, partition, offset, maxBytes: READ_BYTES };
    fetcher.watch({ ...position, currentLeaderEpoch: -1 });
    const process = world.machine.process;
    const fetched = process && (await world.stage.untilCrash(process, fetcher.poll(limits)));
    if (!fetched) return null;
    const error = fetched[0]?.error;
    must(!error, () => `${log.name}: ${error?.message}`);
    const chunks = fetched[0]?.records ?? [];
    must(chunks.length > 0, () => `${log.name}: nothing at ${offset} of ${highWatermark}`);
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        const attempt = world.attempts.find(chunk, at);
        const base = baseOffset(chunk, at);
        must(attempt !== undefined, () => `${log.name}: unknown bytes at offset ${base}`);
        const follows = batches.length === 0 || base === offset;
        must(follows, () => `${log.name}: offset ${base} where ${offset} comes next`);
        batches.push({ attempt, offset: base });
        offset = base + attempt.recordCount;
      }
    }
  }
  fetcher.close();
  return batches;
}
