import { produceService } from "./handlers/00-produce.ts";
import { fetchService } from "./handlers/01-fetch.ts";
import { listOffsetsService } from "./handlers/02-list-offsets.ts";
import { metadataService } from "./handlers/03-metadata.ts";
import { offsetCommitService } from "./handlers/08-offset-commit.ts";
import { offsetFetchService } from "./handlers/09-offset-fetch.ts";
import { findCoordinatorService } from "./handlers/10-find-coordinator.ts";
import { joinGroupService } from "./handlers/11-join-group.ts";
import { heartbeatService } from "./handlers/12-heartbeat.ts";
import { leaveGroupService } from "./handlers/13-leave-group.ts";
import { syncGroupService } from "./handlers/14-sync-group.ts";
import { describeGroupsService } from "./handlers/15-describe-groups.ts";
import { listGroupsService } from "./handlers/16-list-groups.ts";
import { apiVersionsService } from "./handlers/18-api-versions.ts";
import { createTopicsService } from "./handlers/19-create-topics.ts";
import { deleteTopicsService } from "./handlers/20-delete-topics.ts";
import { deleteRecordsService } from "./handlers/21-delete-records.ts";
import { initProducerIdService } from "./handlers/22-init-producer-id.ts";
import { offsetForLeaderEpochService } from "./handlers/23-offset-for-leader-epoch.ts";
import { describeConfigsService } from "./handlers/32-describe-configs.ts";
import { alterConfigsService } from "./handlers/33-alter-configs.ts";
import { describeLogDirsService } from "./handlers/35-describe-log-dirs.ts";
import { createPartitionsService } from "./handlers/37-create-partitions.ts";
import { deleteGroupsService } from "./handlers/42-delete-groups.ts";
import { electLeadersService } from "./handlers/43-elect-leaders.ts";
import { incrementalAlterConfigsService } from "./handlers/44-incremental-alter-configs.ts";
import { alterPartitionReassignmentsService } from "./handlers/45-alter-reassignments.ts";
import { listPartitionReassignmentsService } from "./handlers/46-list-reassignments.ts";
import { offsetDeleteService } from "./handlers/47-offset-delete.ts";
import { describeClusterService } from "./handlers/60-describe-cluster.ts";
import { describeProducersService } from "./handlers/61-describe-producers.ts";
import { consumerGroupHeartbeatService } from "./handlers/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribeService } from "./handlers/69-consumer-group-describe.ts";
import { listConfigResourcesService } from "./handlers/74-list-config-resources.ts";
import { describeTopicPartitionsService } from "./handlers/75-describe-topic-partitions.ts";
import { refusedAcls } from "./handlers/refused/acls.ts";
import { refusedQuotas } from "./handlers/refused/quotas.ts";
import { refusedLogins } from "./handlers/refused/sasl.ts";
import { refusedTransactions } from "./handlers/refused/transactions.ts";
import type { Service } from "./service.ts";

const offered: readonly Service[] = [
  produceService,
  fetchService,
  listOffsetsService,
  metadataService,
  offsetCommitService,
  offsetFetchService,
  findCoordinatorService,
  joinGroupService,
  heartbeatService,
  leaveGroupService,
  syncGroupService,
  describeGroupsService,
  listGroupsService,
  apiVersionsService,
  createTopicsService,
  deleteTopicsService,
  deleteRecordsService,
  initProducerIdService,
  offsetForLeaderEpochService,
  describeConfigsService,
  alterConfigsService,
  describeLogDirsService,
  createPartitionsService,
  deleteGroupsService,
  electLeadersService,
  incrementalAlterConfigsService,
  alterPartitionReassignmentsService,
  listPartitionReassignmentsService,
  offsetDeleteService,
  describeClusterService,
  describeProducersService,
  consumerGroupHeartbeatService,
  consumerGroupDescribeService,
  listConfigResourcesService,
  describeTopicPartitionsService,
];

const refused: readonly Service[] = [
  ...refusedLogins,
  ...refusedTransactions,
  ...refusedAcls,
  ...refusedQuotas,
];

/** Every API that is offered, by its key, in the order of the keys. */
export const services: ReadonlyMap<number, Service> = byKey(offered);

/** Every API that isn't offered, yet answered with its own error, by its key. */
export const refusals: ReadonlyMap<number, Service> = byKey(refused);

function byKey(list: readonly Service[]): ReadonlyMap<number, Service> {
  return new Map(list.map((service) => [service.key, service]));
}
