import { producerIdsValue } from "../../metadata/cluster/cluster-keys.ts";
import type { ClusterStore, PartitionChange } from "../../metadata/cluster/cluster-store.ts";
import { topicChanges } from "../../metadata/cluster/topic-changes.ts";
import type { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import type { TopicMetadata } from "../../metadata/metadata-store.ts";
import { logNameOf } from "../../metadata/partition-names.ts";
import { EtcdError, MAX_COMMIT_CHANGES } from "../../platform/etcd.ts";
import type { LogStore } from "../../storage/log-store.ts";
import { BrokerError } from "../errors.ts";

/** The data of a lone broker, or of one of a pair, that is to be taken into a cluster. */
export interface AdoptedData {
  readonly metadata: EmbeddedMetadataStore;
  readonly store: LogStore;
  /** Whether another broker of its pair leads, as far as this one knows. */
  readonly follows: number | null;
}

/**
 * How a directory is taken in: the `first` brings the topics, and its copies are all that is
 * committed; a pair's other one brings `copies` of these, cut where they have other records.
 */
export type AdoptionKind = "first" | "copies";

/** How data can be taken into a cluster. Throws `BrokerError` where it can't. */
export function adoptionKind(
  { image }: ClusterStore,
  { metadata, store, follows }: AdoptedData,
): AdoptionKind {
  if (image.clusterId === "") {
    if (follows === null) return "first";
    const what = `this broker follows broker ${follows}`;
    throw refused(`${what}: take that one's directory in first, or promote this one before`);
  }
  if (image.clusterId !== metadata.clusterId) {
    const what = `the cluster is ${image.clusterId}, and this is the data of ${metadata.clusterId}`;
    throw refused(`${what}: only a new cluster can take it in`);
  }
  for (const { topicId, index, state } of image.partitions()) {
    const log = logOf(store, image.topicsById.get(topicId), index);
    if (!log || log.epochs.last <= state.epoch) continue;
    const what = `${log.name} has records of epoch ${log.epochs.last}`;
    throw refused(`${what}, and the cluster is at ${state.epoch}: another directory came first`);
  }
  return "copies";
}

/**
 * Brings data into the cluster; it may be brought again when it was only done in part. Rejects with
 * `EtcdError`.
 */
export async function adopt(
  cluster: ClusterStore,
  data: AdoptedData,
  kind: AdoptionKind,
  brokerId: number,
): Promise<void> {
  if (kind === "copies") {
    await addCopies(cluster, data.metadata, brokerId);
    return;
  }
  const { image, keys } = cluster;
  const { metadata, store } = data;
  const epoch = Math.max(1, metadata.leadership?.epoch ?? 0, ...lastEpochs(store));
  for (const topic of metadata.topics()) {
    if (image.topics.has(topic.name)) continue;
    const state = { replicas: [brokerId], isr: [brokerId], adding: [], removing: [] };
    const partitions = Array.from({ length: topic.partitionCount }, (_, index) => {
      return { index, state: { ...state, leader: -1, session: "", epoch } };
    });
    for (const { conditions, changes } of topicChanges(image, keys, topic, partitions)) {
      await commit(cluster, conditions, changes);
    }
  }
  if (image.nextProducerId >= metadata.nextProducerId) return;
  const key = keys.producerIds;
  const value = producerIdsValue(metadata.nextProducerId);
  await commit(cluster, [{ key, revision: image.revisionOf(key) }], [{ kind: "put", key, value }]);
}

/**
 * Has this broker's partitions be copies, outside of the ISR, until leaders know what they have:
 * also those that nothing was ever written to, of which there is no log.
 */
async function addCopies(
  cluster: ClusterStore,
  metadata: EmbeddedMetadataStore,
  brokerId: number,
): Promise<void> {
  const { image } = cluster;
  const added: PartitionChange[] = [];
  for (const { topicId, index, state } of image.partitions()) {
    const name = image.topicsById.get(topicId)?.name ?? "";
    if (metadata.topic(name)?.id !== topicId) continue;
    if (state.replicas.includes(brokerId)) continue;
    const { revision: _, ...known } = state;
    const next = { ...known, replicas: [...known.replicas, brokerId] };
    added.push({ topicId, index, state, next });
  }
  for (let from = 0; from < added.length; from += MAX_COMMIT_CHANGES) {
    const { done } = await cluster.commitPartitions(added.slice(from, from + MAX_COMMIT_CHANGES));
    if (!done) throw changedMeanwhile();
  }
}

async function commit(
  cluster: ClusterStore,
  ...[conditions, changes]: Parameters<ClusterStore["commit"]>
): Promise<void> {
  const { done } = await cluster.commit(conditions, changes);
  if (!done) throw changedMeanwhile();
}

/** It is tried again. */
function changedMeanwhile(): EtcdError {
  return new EtcdError("unavailable", "another broker changes the cluster at the same time");
}

/** The log of a partition, if it is that topic's and not of another one of the same name. */
function logOf({ logs }: LogStore, topic: TopicMetadata | undefined, index: number) {
  const log = topic && logs.get(logNameOf({ topic: topic.name, partition: index }));
  return log?.incarnation === topic?.id ? log : undefined;
}

function* lastEpochs({ logs }: LogStore): Generator<number> {
  for (const { epochs } of logs.values()) yield epochs.last;
}

function refused(message: string): BrokerError {
  return new BrokerError("invalid-config", message);
}
