import { LocalGroupCoordinator } from "../../coordination/coordinator.ts";
import { copiedGroups } from "../../coordination/copied-groups.ts";
import { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import type { Platform } from "../../platform/platform.ts";
import { StorageError } from "../../storage/errors.ts";
import { openBase, openTopics } from "../base-parts.ts";
import { saveBrokerId, savedBrokerId } from "../broker-id.ts";
import type { BrokerOptions, FixedOptions } from "../broker-options.ts";
import type { BrokerParts } from "../broker-parts.ts";
import { savedMember } from "../cluster/member-file.ts";
import { BrokerError } from "../errors.ts";
import { CurrentGroups } from "../groups/current-groups.ts";
import { offsetsTopic } from "../groups/groups-topic.ts";
import type { Links } from "../membership/links.ts";
import type { EventLog } from "../observability/event-log.ts";
import { savedFollowedLeader, saveFollowedLeader } from "./followed-leader.ts";
import { Pair } from "./pair.ts";
import { pairTopics } from "./pair-topics.ts";

/** The id of a broker that was given none, and knows of no other. */
const USUAL_ID = 1;

/** What a broker is put together of that is alone, or one of a pair. */
export interface PairParts extends BrokerParts {
  readonly metadata: EmbeddedMetadataStore;
  readonly membership: Pair;
}

/** Opens a broker that is alone, or one of a pair; it doesn't work for itself yet. */
export async function openPair(
  platform: Platform,
  started: BrokerOptions,
  links: Links,
): Promise<PairParts> {
  const { clock, random, disk } = platform;
  const member = savedMember(disk, started.dataDirectory);
  if (member) {
    // Its topics are known by etcd alone: their logs would be taken for strays.
    const what = `${started.dataDirectory} is of cluster ${member.clusterId}`;
    throw new BrokerError("invalid-config", `${what}: start it with --etcd`);
  }
  const base = await openBase(platform, started, links);
  const { options, config, events, repairs, store } = base;
  const { settings } = config;
  const { dataDirectory, slaveOf = null, advertised, log } = options;
  const metadata = await EmbeddedMetadataStore.open(clock, store);
  const brokerId = settings.givenId ?? (await ownId(platform, options, links, metadata));
  await saveBrokerId(disk, dataDirectory, brokerId);
  const parts = await openTopics(platform, base, metadata, brokerId);
  const { topics, changes, view, lagTimes, groupOptions } = parts;
  const groupParts = { ...groupOptions, offsetsTopic: offsetsTopic(topics, store, settings) };
  const groups = new CurrentGroups({
    own: () => LocalGroupCoordinator.open(groupParts),
    copied: () => copiedGroups({ ...groupParts, unreadable: (error) => unreadable(events, error) }),
  });
  const { rack, topicDefaults, lagTimeMaxMs, fenceAfterMs } = settings;
  const pair = new Pair({
    ...{ clock, log, events, store, metadata, topics, links, brokerId, advertised, rack, slaveOf },
    ...{ mode: topicDefaults.replication, lagTimeMaxMs, fenceAfterMs },
    followed: savedFollowedLeader(disk, dataDirectory),
    saveFollowed: (leader) => saveFollowedLeader(disk, dataDirectory, leader),
    roleChanged: (role) => {
      lagTimes.forgetGroups();
      return groups.change(role);
    },
  });
  view.current = pair.partitions;
  changes.listen(pairTopics(pair));
  await pair.start();
  repairs.begin(store, pair);
  if (pair.role === "master") await metadata.found(random);
  return { ...base, ...parts, brokerId, metadata, membership: pair, groups };
}

/** Groups are told by a slave only as far as it could read its copies. */
function unreadable(events: EventLog, { message: why }: StorageError): void {
  const message = `the copies of groups can't be read: ${why}`;
  events.add("error", "groups-not-read", { subject: "", message });
}

/** The id of before, where none was given; a new slave takes one that isn't its master's. */
async function ownId(
  { disk }: Platform,
  { dataDirectory, slaveOf }: FixedOptions,
  links: Links,
  metadata: EmbeddedMetadataStore,
): Promise<number> {
  const saved = savedBrokerId(disk, dataDirectory);
  if (saved === "damaged") return lostId(dataDirectory, metadata);
  if (saved !== null || !slaveOf || metadata.clusterId !== "") return saved ?? USUAL_ID;
  const master = await links.ask(slaveOf).catch(() => null);
  return master?.leaderId === 2 ? 1 : 2;
}

/** A broker that was always alone has the id that it was given; of others two may have the same. */
function lostId(directory: string, { brokers }: EmbeddedMetadataStore): number {
  if (brokers.size === 0) return USUAL_ID;
  const ids = [...brokers.keys()].join(" and ");
  const what = `${directory}/broker-id is damaged: it said which of the brokers ${ids} this one is`;
  throw new StorageError("damaged", `${what}; start it once with '--set broker.id=N'`);
}
