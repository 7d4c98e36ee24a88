import { EmbeddedMetadataStore, METADATA_LOG } from "../metadata/embedded-store.ts";
import type { TopicMetadata } from "../metadata/metadata-store.ts";
import { restoreTopics } from "../metadata/restore-topics.ts";
import type { Log } from "../platform/log.ts";
import type { Platform } from "../platform/platform.ts";
import { LogStore } from "../storage/log-store.ts";
import type { Loss } from "../storage/recovery/losses.ts";
import type { DamagedRange } from "../storage/segments/damaged-range.ts";
import { offsetsTopicRequest } from "./groups/groups-topic.ts";
import { EventLog } from "./observability/event-log.ts";
import { brokerSettings } from "./settings/broker-settings.ts";
import { storeOptions } from "./store-options.ts";

/** What was given up, and what was made anew. */
export interface Repaired {
  /** What checkpoint and journal have lost. */
  readonly losses: readonly Loss[];
  /** What segments have lost: readers pass by there from now on. */
  readonly givenUp: readonly { readonly log: string; readonly range: DamagedRange }[];
  readonly restoredTopics: readonly TopicMetadata[];
}

/**
 * Brings a data directory to where a broker starts on it, without what is lost for good. Done again
 * after a crash it goes on.
 *
 * Rejects with `StorageError` `locked` while a broker runs on it, `full`, `newer-format`
 * or `older-format`.
 */
export async function repairData(
  platform: Platform,
  dataDirectory: string,
  log: Log,
): Promise<Repaired> {
  const { clock, random } = platform;
  const settings = brokerSettings(new Map());
  const events = new EventLog(clock, log);
  const store = await LogStore.open({
    ...storeOptions(platform, { dataDirectory, log }, settings, events),
    acceptLosses: true,
  });
  try {
    await store.checkpoint();
    const givenUp: { log: string; range: DamagedRange }[] = [];
    for (const each of [...store.logs.values()]) {
      for (const range of await store.mend(each)) givenUp.push({ log: each.name, range });
    }
    const metadata = await EmbeddedMetadataStore.open(clock, store);
    const isMetadataWhole = givenUp.every((range) => range.log !== METADATA_LOG);
    const isWhole = store.losses.length === 0 && isMetadataWhole;
    const usual = [offsetsTopicRequest(settings)];
    const restoredTopics = isWhole ? [] : await restoreTopics(random, store, metadata, usual);
    return { losses: store.losses, givenUp, restoredTopics };
  } finally {
    await store.close();
  }
}
