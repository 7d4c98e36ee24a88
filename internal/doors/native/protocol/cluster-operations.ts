/** The requests about the brokers that belong together, and their answers. */

import type { ProducerIdentity } from "../../../broker/api.ts";
import type { BrokerShare, ClusterStatus } from "../../../broker/membership/cluster-status.ts";
import type {
  BrokerAddress,
  FoundLeaders,
  GroupCoordinatorId,
  LeadersWanted,
  TopicLeaders,
} from "../../../broker/membership/find-leaders.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { flag, int32, int53, list, nullable, optional, record, text } from "./shapes.ts";

/** More brokers than any cluster has. */
const MAX_BROKERS = 10_000;

/** Every broker, in the order of ids. */
export const describeCluster: Operation<Nothing, ClusterStatus> = {
  name: "describe-cluster",
  request: nothing,
  answer: record<ClusterStatus>({
    clusterId: text,
    controllerId: int32(-1),
    brokers: list(
      record<BrokerShare>({
        brokerId: int32(),
        host: nullable(text),
        port: nullable(int32()),
        rack: nullable(text),
        live: flag,
        stopping: flag,
        drained: flag,
        leaderCount: int32(),
        replicaCount: int32(),
        inSyncCount: int32(),
      }),
      MAX_BROKERS,
    ),
  }),
};

/** How many topics and groups are asked for at a time. */
export const MAX_WANTED = 1000;

/** More partitions than any topic has; the bound of a frame is reached before. */
const MANY = 1_000_000;

/** Who leads, and who coordinates: what a client has to know to ask the right broker. */
export const findLeaders: Operation<LeadersWanted, FoundLeaders> = {
  name: "find-leaders",
  request: record<LeadersWanted>({
    topics: optional(list(text, MAX_WANTED), []),
    groups: optional(list(text, MAX_WANTED), []),
  }),
  answer: record<FoundLeaders>({
    brokers: list(
      record<BrokerAddress>({ brokerId: int32(), host: text, port: int32() }),
      MAX_BROKERS,
    ),
    topics: list(record<TopicLeaders>({ name: text, leaders: list(int32(-1), MANY) }), MAX_WANTED),
    groups: list(record<GroupCoordinatorId>({ groupId: text, coordinator: int32(-1) }), MAX_WANTED),
  }),
};

/** A producer id that no other producer ever has, for batches that may be sent twice. */
export const allocateProducerId: Operation<Nothing, ProducerIdentity> = {
  name: "allocate-producer-id",
  request: nothing,
  answer: record<ProducerIdentity>({ producerId: int53(), producerEpoch: int32() }),
};
