import { LocalGroupCoordinator } from "../coordination/coordinator.ts";
import { EmbeddedMetadataStore } from "../metadata/embedded-store.ts";
import type { Platform } from "../platform/platform.ts";
import { StorageError } from "../storage/errors.ts";
import { LogStore } from "../storage/log-store.ts";
import { BrokerConfig } from "./broker-config.ts";
import { saveBrokerId, savedBrokerId } from "./broker-id.ts";
import type { BrokerOptions } from "./broker-options.ts";
import { brokerSettings } from "./broker-settings.ts";
import { Changes } from "./changes.ts";
import { ClusterStanding } from "./cluster-standing.ts";
import { CopyRepairs } from "./copy-repairs.ts";
import { CurrentGroups } from "./current-groups.ts";
import { EventFile } from "./event-file.ts";
import { EventLog } from "./event-log.ts";
import { savedFollowedLeader, saveFollowedLeader } from "./followed-leader.ts";
import { groupTopics } from "./group-topics.ts";
import { offsetsTopic } from "./groups-topic.ts";
import { LagTimes } from "./lag-times.ts";
import { type Links, noLinks } from "./links.ts";
import { type BrokerParts, LocalBroker } from "./local-broker.ts";
import { Pair } from "./pair.ts";
import { pairTopics } from "./pair-topics.ts";
import { RefusalCounts } from "./refusal-counts.ts";
import { storeOptions } from "./store-options.ts";
import { Topics } from "./topics.ts";

/**
 * Starts a broker on its data directory. `links` reach other brokers; without them it stays alone.
 *
 * Rejects with `StorageError` if the directory can't be used.
 */
export async function openBroker(
  platform: Platform,
  started: BrokerOptions,
  links: Links = noLinks,
): Promise<LocalBroker> {
  const { options, parts } = await openParts(platform, started, links);
  return new LocalBroker(platform, options, parts);
}

/** What `openBroker` puts a broker together of. */
export interface OpenedParts {
  /** With the settings that were changed in an earlier life. */
  readonly options: BrokerOptions;
  readonly parts: BrokerParts;
}

/** Opens what a broker is put together of; it doesn't work for itself yet. */
export async function openParts(
  platform: Platform,
  started: BrokerOptions,
  links: Links,
): Promise<OpenedParts> {
  const { clock, random, disk } = platform;
  const brokerConfig = new BrokerConfig(disk, started.dataDirectory, started.config);
  const options = { ...started, config: brokerConfig.values };
  const { config, dataDirectory, slaveOf = null } = options;
  const settings = brokerSettings(config);
  const events = new EventLog(clock, options.log);
  const repairs = new CopyRepairs({ clock, events, links });
  const store = await openStore(platform, options, events, repairs);
  events.keepIn(new EventFile(disk, dataDirectory));
  const metadata = await EmbeddedMetadataStore.open(clock, store);
  const brokerId = await brokerIdOf(platform, options, links, metadata);
  await saveBrokerId(disk, dataDirectory, brokerId);
  const changes = new Changes();
  const cluster = new ClusterStanding(brokerId, settings.replication, clock);
  const topics = await Topics.open(random, store, metadata, config, changes, cluster);
  brokerConfig.onChange = () => topicsFollow(topics, config, changes);
  const groups = new CurrentGroups();
  const catalog = groupTopics(metadata, changes);
  const lagTimes = new LagTimes(clock, (topic, index) => topics.get(topic)?.used(index));
  changes.listen(lagTimes);
  const refusals = new RefusalCounts();
  const openGroups = () =>
    LocalGroupCoordinator.open({
      clock,
      random,
      store,
      topics: catalog,
      offsetsTopic: offsetsTopic(topics, store, settings),
      settings: settings.groups,
      applied: (change) => lagTimes.groupChanged(change),
      limited: (code) => refusals.add(code),
    });
  const pair = new Pair({
    clock,
    log: options.log,
    events,
    store,
    metadata,
    topics,
    links,
    brokerId,
    advertised: options.advertised,
    rack: settings.rack,
    slaveOf,
    followed: savedFollowedLeader(disk, dataDirectory),
    saveFollowed: (leader) => saveFollowedLeader(disk, dataDirectory, leader),
    mode: settings.replication,
    lagTimeMaxMs: settings.lagTimeMaxMs,
    fenceAfterMs: settings.fenceAfterMs,
    roleChanged: (role) => {
      lagTimes.forgetGroups();
      return groups.change(role === "master" ? openGroups : null);
    },
  });
  cluster.pair = pair;
  changes.listen(pairTopics(pair));
  await pair.start();
  repairs.begin(store, pair);
  if (pair.role === "master") await metadata.found(random);
  const data = { groups, store, topics, metadata, lagTimes, refusals };
  const parts = { ...data, brokerId, changes, events, pair, config: brokerConfig, repairs };
  return { options, parts };
}

/** The storage, of which nothing more is committed than was known to be: nobody leads yet. */
async function openStore(
  platform: Platform,
  options: BrokerOptions,
  events: EventLog,
  repairs: CopyRepairs,
) {
  const store = await LogStore.open(
    storeOptions(platform, options, events, (log, range) => repairs.found(log, range)),
  );
  store.opened = (log) => {
    log.commitRule = () => log.highWatermark;
  };
  return store;
}

/** Topics go by the broker's settings as they are now. */
function topicsFollow(topics: Topics, config: ReadonlyMap<string, string>, changes: Changes): void {
  for (const topic of topics.states()) {
    topic.update(topic.metadata, config);
    changes.topicChanged(topic, topic.metadata);
  }
}

/** The id that is set, or that was before; a new slave takes one that isn't its master's. */
async function brokerIdOf(
  { disk }: Platform,
  { config, dataDirectory, slaveOf }: BrokerOptions,
  links: Links,
  metadata: EmbeddedMetadataStore,
): Promise<number> {
  const { brokerId } = brokerSettings(config);
  if (config.has("broker.id")) return brokerId;
  const saved = savedBrokerId(disk, dataDirectory);
  if (saved === "damaged") return lostId(dataDirectory, brokerId, metadata);
  if (saved !== null || !slaveOf || metadata.clusterId !== "") return saved ?? brokerId;
  const master = await links.ask(slaveOf).catch(() => null);
  return master?.leaderId === 2 ? 1 : 2;
}

/** A broker that was always alone has the id that it was given; of others two may have the same. */
function lostId(directory: string, usualId: number, { brokers }: EmbeddedMetadataStore): number {
  if (brokers.size === 0) return usualId;
  const ids = [...brokers.keys()].join(" and ");
  const what = `${directory}/broker-id is damaged: it said which of the brokers ${ids} this one is`;
  throw new StorageError("damaged", `${what}; start it once with '--set broker.id=N'`);
}
