import type { CoordinatorOptions } from "../coordination/coordinator.ts";
import type { MetadataStore } from "../metadata/metadata-store.ts";
import type { Platform } from "../platform/platform.ts";
import { unrepeatedLog } from "../platform/unrepeated-log.ts";
import { usualMinFreeBytes } from "../storage/limits.ts";
import { LogStore } from "../storage/log-store.ts";
import type { BrokerOptions, FixedOptions } from "./broker-options.ts";
import { groupTopics } from "./groups/group-topics.ts";
import { LagTimes } from "./groups/lag-times.ts";
import { CopyRepairs } from "./membership/copy-repairs.ts";
import type { Links } from "./membership/links.ts";
import { type CurrentView, loneView } from "./membership/partitions-view.ts";
import { EventFile } from "./observability/event-file.ts";
import { EventLog } from "./observability/event-log.ts";
import { RefusalCounts } from "./observability/refusal-counts.ts";
import { BrokerConfig } from "./settings/broker-config.ts";
import { storeOptions } from "./store-options.ts";
import { Changes } from "./topics/changes.ts";
import { Topics } from "./topics/topics.ts";

/** What a broker has before it knows whom it belongs to. */
export interface BaseParts {
  readonly options: FixedOptions;
  /** With the settings that were changed in an earlier life. */
  readonly config: BrokerConfig;
  readonly events: EventLog;
  readonly repairs: CopyRepairs;
  readonly store: LogStore;
}

/** Opens the storage, of which nothing more is committed than was known to be: nobody leads yet. */
export async function openBase(
  platform: Platform,
  started: BrokerOptions,
  links: Links,
): Promise<BaseParts> {
  const { clock, disk } = platform;
  const { config: given, ...fixed } = started;
  const config = new BrokerConfig(disk, fixed.dataDirectory, given);
  // What is tried until it works fills no disk with why it doesn't.
  const options = { ...fixed, log: unrepeatedLog(fixed.log, clock) };
  const events = new EventLog(clock, fixed.log);
  const repairs = new CopyRepairs({ clock, events, links });
  const store = await LogStore.open(
    storeOptions(platform, options, config.settings, events, () => repairs.found()),
  );
  const spareBytes = usualMinFreeBytes(disk.capacityBytes(options.dataDirectory));
  config.derive("storage.min.free.bytes", `${spareBytes}`);
  events.keepIn(new EventFile(disk, options.dataDirectory));
  store.opened = (log) => {
    log.commitRule = () => log.highWatermark;
  };
  return { options, config, events, repairs, store };
}

/** What a broker has when it knows who it is, and where topics are kept. */
export interface TopicParts {
  readonly changes: Changes;
  /** The broker is alone in it, until another one is put here. */
  readonly view: CurrentView;
  readonly topics: Topics;
  readonly lagTimes: LagTimes;
  readonly refusals: RefusalCounts;
  /** What groups are coordinated with. */
  readonly groupOptions: Omit<CoordinatorOptions, "offsetsTopic">;
}

/** Brings the topics of `metadata` together with the logs that there are. */
export async function openTopics(
  { clock, random }: Platform,
  base: BaseParts,
  metadata: MetadataStore,
  brokerId: number,
): Promise<TopicParts> {
  const { config, store } = base;
  config.derive("broker.id", `${brokerId}`);
  const changes = new Changes();
  const view: CurrentView = { current: loneView(brokerId) };
  const topics = await Topics.open({ random, store, metadata, config, changes, view });
  config.onChange = () => topicsFollow(topics, config.values, changes);
  const lagTimes = new LagTimes(clock, (topic, index) => topics.get(topic)?.used(index));
  changes.listen(lagTimes);
  const refusals = new RefusalCounts();
  const groupOptions: TopicParts["groupOptions"] = {
    clock,
    random,
    store,
    topics: groupTopics(metadata, changes),
    settings: config.settings.groups,
    applied: (change) => lagTimes.groupChanged(change),
    limited: (code) => refusals.add(code),
  };
  return { changes, view, topics, lagTimes, refusals, groupOptions };
}

/** Topics go by the broker's settings as they are now. */
function topicsFollow(topics: Topics, config: ReadonlyMap<string, string>, changes: Changes): void {
  for (const topic of topics.states()) {
    topic.update(topic.metadata, config);
    changes.topicChanged(topic, topic.metadata);
  }
}
