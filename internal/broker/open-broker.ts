import { LocalGroupCoordinator } from "../coordination/coordinator.ts";
import { EmbeddedMetadataStore } from "../metadata/embedded-store.ts";
import type { Platform } from "../platform/platform.ts";
import { LogStore } from "../storage/log-store.ts";
import type { BrokerOptions } from "./broker-options.ts";
import { brokerSettings } from "./broker-settings.ts";
import { Changes } from "./changes.ts";
import { EventLog } from "./event-log.ts";
import { offsetsTopic } from "./groups-topic.ts";
import { LocalBroker } from "./local-broker.ts";
import { storeOptions } from "./store-options.ts";
import { Topics } from "./topics.ts";

/** Starts a broker on its data directory. Rejects with `StorageError` if that can't be used. */
export async function openBroker(platform: Platform, options: BrokerOptions): Promise<LocalBroker> {
  const { clock, random } = platform;
  const settings = brokerSettings(options.config);
  const events = new EventLog(clock, options.log);
  const store = await LogStore.open(storeOptions(platform, options, events));
  const metadata = await EmbeddedMetadataStore.open(clock, random, store);
  const changes = new Changes();
  const topics = await Topics.open(random, store, metadata, options.config, changes);
  const groups = await LocalGroupCoordinator.open({
    clock,
    random,
    store,
    partitionCountOf: (topic) => metadata.topic(topic)?.partitionCount ?? 0,
    offsetsTopic: offsetsTopic(topics, store, settings),
    settings: settings.groups,
  });
  return new LocalBroker(platform, options, { store, metadata, topics, groups, changes, events });
}
