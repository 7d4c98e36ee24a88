import { OFFSETS_TOPIC } from "../../coordination/offsets-topic.ts";
import type { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import type { Etcd } from "../../platform/etcd.ts";
import type { Platform } from "../../platform/platform.ts";
import { type BaseParts, openBase, openTopics, type TopicParts } from "../base-parts.ts";
import { saveBrokerId, savedBrokerId } from "../broker-id.ts";
import type { BrokerOptions } from "../broker-options.ts";
import type { BrokerParts } from "../broker-parts.ts";
import { BrokerError } from "../errors.ts";
import { offsetsTopicRequest } from "../groups/groups-topic.ts";
import type { Links } from "../membership/links.ts";
import { savedFollowedLeader } from "../pair/followed-leader.ts";
import type { AdoptedData } from "./adopt.ts";
import { Cluster } from "./cluster.ts";
import { ClusterGroups } from "./cluster-groups.ts";
import { joinCluster } from "./join.ts";
import { savedMember, saveMember } from "./member-file.ts";

/** The name of a cluster that was given none. */
const USUAL_NAME = "main";

/** One copy that is lost leaves two, of which one may be away for a moment. */
const USUAL_COPIES = 3;

/** What a broker of a cluster is put together of. */
export interface ClusterParts extends BrokerParts {
  readonly metadata: ClusterStore;
  readonly membership: Cluster;
}

/** Opens a broker of the cluster that `etcd` keeps; it isn't there for others yet. */
export async function openCluster(
  platform: Platform,
  started: BrokerOptions,
  links: Links,
  etcd: Etcd,
): Promise<ClusterParts> {
  const { clock, disk } = platform;
  const base = await openBase(platform, started, links);
  const { options, config, events, repairs, store } = base;
  config.derive("default.replication.factor", `${USUAL_COPIES}`);
  const { dataDirectory, advertised, log, clusterName = USUAL_NAME } = options;
  const saved = savedBrokerId(disk, dataDirectory);
  const savedId = saved === "damaged" ? null : saved;
  const { metadata, brokerId, diskId } = await joinCluster(platform, etcd, {
    name: clusterName,
    dataDirectory,
    brokerId: config.settings.givenId ?? savedId,
    hasLogs: store.logs.size > 0,
    adopted: await adoptedData(platform, base, savedId),
    log,
  });
  await saveBrokerId(disk, dataDirectory, brokerId);
  const parts = await openTopics(platform, base, metadata, brokerId);
  const { topics, changes, view } = parts;
  const groups = clusterGroups(base, parts);
  const { rack, lagTimeMaxMs, leaseMs } = config.settings;
  const { clusterId } = metadata;
  const membership = new Cluster(
    {
      ...{ clock, log, events, etcd, store, metadata, topics, links, brokerId, diskId },
      ...{ advertised, rack, lagTimeMaxMs, leaseMs, brokerConfig: config.values },
      saveRevision: (revision) => {
        return saveMember(disk, dataDirectory, { clusterId, diskId, revision });
      },
    },
    { ledChanged: (partition, leads) => groups.ledChanged(partition, leads) },
  );
  view.current = membership.partitions;
  changes.listen({
    partitionChanged() {},
    topicAdded() {},
    topicChanged() {},
    topicRemoved(topic) {
      membership.topicRemoved(topic.partitions());
      void groups.topicDeleted(topic.metadata.name);
    },
  });
  membership.start();
  repairs.begin(store, membership);
  return { ...base, ...parts, brokerId, metadata, membership, groups };
}

/** What a lone broker, or one of a pair, has left here; null: that isn't to be taken in. */
async function adoptedData(
  { clock, disk }: Platform,
  { options, store }: BaseParts,
  brokerId: number | null,
): Promise<AdoptedData | null> {
  const { dataDirectory } = options;
  const saved = savedMember(disk, dataDirectory);
  if (saved ? !saved.adopting : !options.adopt || store.logs.size === 0) return null;
  const metadata = await EmbeddedMetadataStore.open(clock, store);
  const { leadership } = metadata;
  const followed = savedFollowedLeader(disk, dataDirectory);
  const isNewer = followed !== null && followed.epoch > (leadership?.epoch ?? 0);
  const leaderId = isNewer ? followed.brokerId : leadership?.brokerId;
  const follows = leaderId === undefined || leaderId === brokerId ? null : leaderId;
  return { metadata, store, follows };
}

function clusterGroups(
  { events, config }: BaseParts,
  { topics, groupOptions }: TopicParts,
): ClusterGroups {
  return new ClusterGroups({
    events,
    partitionCount: () => topics.get(OFFSETS_TOPIC)?.metadata.partitionCount ?? 0,
    makeTopic: async () => {
      try {
        await topics.create(offsetsTopicRequest(config.settings));
        return null;
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        return error.code === "topic-exists" ? null : "coordinator-not-available";
      }
    },
    options: groupOptions,
  });
}
