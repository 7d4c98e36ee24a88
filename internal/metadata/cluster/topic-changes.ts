import {
  type EtcdChange,
  type EtcdCondition,
  EtcdError,
  MAX_COMMIT_CHANGES,
} from "../../platform/etcd.ts";
import type { TopicMetadata } from "../metadata-store.ts";
import type { ClusterImage } from "./cluster-image.ts";
import { type ClusterKeys, partitionValue, topicValue } from "./cluster-keys.ts";
import type { LiveBroker, PartitionState } from "./cluster-state.ts";
import { isWell } from "./elect.ts";
import { place } from "./place.ts";
import { targetOf } from "./reassign.ts";

/** A new partition of a topic. */
export interface AddedPartition {
  readonly index: number;
  readonly state: PartitionState;
}

/** What is to be changed at once. */
export interface ChangeStep {
  readonly conditions: readonly EtcdCondition[];
  readonly changes: readonly EtcdChange[];
}

/**
 * The partitions that a topic gets besides those that it has, with `copies` each, or as many as
 * there are brokers; a topic that grows keeps to the number that it has.
 */
export function addPartitions(
  image: ClusterImage,
  { id, partitionCount }: TopicMetadata,
  copies: number,
): readonly AddedPartition[] {
  const before = image.topicsById.get(id)?.partitionCount ?? 0;
  const first = image.partition(id, 0);
  const usual = first ? targetOf(first).length : copies;
  const live = [...image.live.values()].filter((broker) => {
    return isWell(broker) && !image.drained.has(broker.id);
  });
  const existing = [...image.partitions()].map(({ state }) => state);
  const rows = place(partitionCount - before, usual, live, existing);
  return rows.map((row, at) => ({ index: before + at, state: firstState(row) }));
}

/** All copies are in sync: there is nothing yet that they could lack. */
function firstState(row: readonly LiveBroker[]): PartitionState {
  const ids = row.map(({ id }) => id);
  const [first] = row;
  return {
    replicas: ids,
    adding: [],
    removing: [],
    isr: ids,
    leader: first?.id ?? -1,
    session: first?.session ?? "",
    epoch: 1,
  };
}

/**
 * The steps that put a topic there: the last one makes it, or its new partitions, known. Each is
 * refused when another broker has changed the topic, and may lead partitions of these numbers.
 */
export function topicChanges(
  image: ClusterImage,
  keys: ClusterKeys,
  topic: TopicMetadata,
  partitions: readonly AddedPartition[],
): readonly ChangeStep[] {
  const puts = partitions.map(({ index, state }): EtcdChange => {
    return { kind: "put", key: keys.partition(topic.id, index), value: partitionValue(state) };
  });
  const key = keys.topic(topic.name);
  const conditions = [{ key, revision: image.revisionOf(key) }];
  const steps: ChangeStep[] = [];
  while (puts.length >= MAX_COMMIT_CHANGES) {
    steps.push({ conditions, changes: puts.splice(0, MAX_COMMIT_CHANGES) });
  }
  const put = { kind: "put", key, value: topicValue(topic) } as const;
  return [...steps, { conditions, changes: [...puts, put] }];
}

/**
 * Who asks for so many copies, or has a topic grow that has, gets no partitions with fewer. Throws
 * `EtcdError`.
 */
export function checkCopies(
  image: ClusterImage,
  { id, name }: TopicMetadata,
  added: readonly AddedPartition[],
  least: number,
): void {
  const wanted = image.partition(id, 0)?.replicas.length ?? least;
  if (added.every(({ state }) => state.replicas.length >= wanted)) return;
  const what = `partitions of ${name} are to have ${wanted} copies`;
  throw new EtcdError("refused", `${what}, and there are fewer brokers now`);
}
