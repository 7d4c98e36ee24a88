import type { Broker, PartitionStatus, Topic } from "../../broker/api.ts";
import { BrokerError } from "../../broker/errors.ts";
import { commitOffsets, deleteGroup, setGroupOffsets } from "../../broker/groups/group-changes.ts";
import { beatHeart, joinGroup, leaveGroup } from "../../broker/groups/group-membership.ts";
import { groupStatus, groupSummaries } from "../../broker/groups/group-status.ts";
import { clusterAdminOf } from "../../broker/membership/cluster-admin.ts";
import { clusterStatus } from "../../broker/membership/cluster-status.ts";
import { copyPlacements } from "../../broker/membership/copy-placement.ts";
import { findLeaders } from "../../broker/membership/find-leaders.ts";
import { pairAdminOf } from "../../broker/membership/pair-admin.ts";
import { reassignAll } from "./move-handlers.ts";
import * as clusters from "./protocol/cluster-operations.ts";
import type { Frame } from "./protocol/frame.ts";
import * as groups from "./protocol/group-operations.ts";
import * as members from "./protocol/member-operations.ts";
import * as copies from "./protocol/move-operations.ts";
import type { Operation } from "./protocol/operation.ts";
import * as operations from "./protocol/operations.ts";
import * as pairs from "./protocol/pair-operations.ts";
import type { TopicDescription } from "./protocol/topic-operations.ts";
import * as topics from "./protocol/topic-operations.ts";

/**
 * Does what a request asks, and gives its answer's fields as the encoder takes them. `remote` is
 * where its client connects from.
 */
export type Handler = (broker: Broker, request: Frame, remote: string) => Promise<unknown>;

/** The operations that have one answer each and nothing before it, by their names. */
export const handlers: ReadonlyMap<string, Handler> = new Map([
  handler(operations.produce, (broker, head, { buffer, payloadFrom, payloadTo }) =>
    broker
      .produce({ ...head, buffer, from: payloadFrom, to: payloadTo })
      .then((receipt) => ({ topic: head.topic, partition: head.partition, ...receipt })),
  ),
  handler(operations.restore, (broker, head, { buffer, payloadFrom, payloadTo }) =>
    broker
      .restore({ ...head, acks: -1, buffer, from: payloadFrom, to: payloadTo })
      .then((receipt) => ({ ...head, ...receipt })),
  ),
  handler(operations.findOffset, (broker, { topic, partition, position }) =>
    broker.findOffset(topic, partition, position),
  ),
  handler(operations.deleteRecords, async (broker, { topic, partition, offset }) => ({
    logStartOffset: await broker.deleteRecords(topic, partition, offset),
  })),
  handler(topics.listTopics, async (broker) => ({
    topics: [...broker.topicActivities()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  })),
  handler(topics.describeTopic, async (broker, { name }) => {
    const topic = broker.topic(name);
    if (topic !== undefined) return describe(broker, topic);
    throw new BrokerError("unknown-topic-or-partition", `there is no topic ${name}`);
  }),
  handler(topics.createTopic, (broker, request) => broker.createTopic(request)),
  handler(topics.deleteTopic, async (broker, { name }) => {
    await broker.deleteTopic(name);
    return {};
  }),
  handler(topics.createPartitions, async (broker, request) => {
    await broker.createPartitions(request.name, request.partitionCount, request.validateOnly);
    return {};
  }),
  handler(topics.topicConfig, async (broker, { name }) => ({
    entries: broker.topicConfig(name),
  })),
  handler(topics.brokerConfig, async (broker) => ({ entries: broker.brokerConfig() })),
  handler(topics.alterTopicConfig, async (broker, { name, changes, validateOnly }) => {
    await broker.alterTopicConfig(name, changes, validateOnly);
    return {};
  }),
  handler(topics.alterBrokerConfig, async (broker, { changes, validateOnly }) => {
    await broker.alterBrokerConfig(changes, validateOnly);
    return {};
  }),
  handler(groups.listGroups, async (broker) => ({ groups: await groupSummaries(broker) })),
  handler(groups.describeGroup, (broker, { groupId }) => groupStatus(broker, groupId)),
  handler(groups.deleteGroup, async (broker, { groupId }) => {
    await deleteGroup(broker, groupId);
    return {};
  }),
  handler(groups.setGroupOffsets, async (broker, { groupId, offsets }) => {
    await setGroupOffsets(broker, groupId, offsets);
    return {};
  }),
  handler(members.joinGroup, (broker, request, _, remote) =>
    joinGroup(broker, { ...request, clientHost: remote }),
  ),
  handler(members.heartbeat, async (broker, claim) => {
    beatHeart(broker, claim);
    return {};
  }),
  handler(members.commitOffsets, async (broker, { offsets, ...claim }) => {
    await commitOffsets(broker, claim, offsets);
    return {};
  }),
  handler(members.leaveGroup, async (broker, member) => {
    await leaveGroup(broker, member);
    return {};
  }),
  handler(clusters.findLeaders, findLeaders),
  handler(clusters.allocateProducerId, (broker) => broker.allocateProducerId(null)),
  handler(clusters.describeCluster, async (broker) => clusterStatus(broker)),
  handler(copies.listCopies, async (broker, { movingOnly }) => ({
    partitions: copyPlacements(broker, movingOnly),
  })),
  handler(copies.reassign, (broker, { moves }) => reassignAll(broker, moves)),
  handler(copies.drainBroker, async (broker, { brokerId, drained }) => {
    await clusterAdminOf(broker).drain(brokerId, drained);
    return {};
  }),
  handler(copies.removeBroker, async (broker, { brokerId }) => {
    await clusterAdminOf(broker).remove(brokerId);
    return {};
  }),
  handler(copies.limitCopying, async (broker, { bytesPerSecond }) => {
    await clusterAdminOf(broker).limitCopying(bytesPerSecond);
    return {};
  }),
  handler(operations.status, async (broker) => broker.status()),
  handler(pairs.announceLeader, async (broker, announcement) => {
    await pairAdminOf(broker).announced(announcement);
    return {};
  }),
  handler(pairs.reserveProducerIds, async (broker) => {
    return { firstId: await broker.replication.reserveProducerIds() };
  }),
  handler(pairs.describePromotion, async (broker) => pairAdminOf(broker).promotionReport()),
  handler(pairs.promote, (broker) => pairAdminOf(broker).promote()),
  handler(pairs.switchOver, (broker) => pairAdminOf(broker).switchOver()),
]);

function handler<Request, Answer>(
  operation: Operation<Request, Answer>,
  handle: (broker: Broker, request: Request, frame: Frame, remote: string) => Promise<Answer>,
): [string, Handler] {
  const run: Handler = async (broker, frame, remote) => {
    const request = readRequest(operation, frame);
    return operation.answer.write(await handle(broker, request, frame, remote));
  };
  return [operation.name, run];
}

/**
 * Reads the fields of a request.
 *
 * Throws `FieldError`, also for a field that the operation does not have: what it asks for would
 * not be done, and nobody would know.
 */
export function readRequest<Request>(
  { request }: Operation<Request, unknown>,
  { fields }: Frame,
): Request {
  return request.read(fields, true);
}

function partitionsOf(broker: Broker, topic: Topic): PartitionStatus[] {
  const partitions: PartitionStatus[] = [];
  for (let number = 0; number < topic.partitionCount; number++) {
    const partition = broker.partition(topic.name, number);
    if (partition !== undefined) partitions.push(partition);
  }
  return partitions;
}

function describe(broker: Broker, topic: Topic): TopicDescription {
  return { ...topic, partitions: partitionsOf(broker, topic) };
}
