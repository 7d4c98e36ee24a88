import type { Broker } from "../api.ts";
import type { BrokerNode } from "./replication-api.ts";

/** The names of topics and groups whose brokers a client looks for. */
export interface LeadersWanted {
  readonly topics: readonly string[];
  readonly groups: readonly string[];
}

/** Where a broker is reached. */
export type BrokerAddress = { readonly brokerId: number } & Pick<BrokerNode, "host" | "port">;

/** Who leads the partitions of a topic, in their order; -1 where nobody does. */
export interface TopicLeaders {
  readonly name: string;
  readonly leaders: readonly number[];
}

/** Who coordinates a group; -1 while nobody does. */
export interface GroupCoordinatorId {
  readonly groupId: string;
  readonly coordinator: number;
}

/** Whom to ask what. Topics that there aren't are left out. */
export interface FoundLeaders {
  readonly brokers: readonly BrokerAddress[];
  readonly topics: readonly TopicLeaders[];
  readonly groups: readonly GroupCoordinatorId[];
}

/** Who leads topics, and who coordinates groups; what keeps groups is made if it isn't there. */
export async function findLeaders(broker: Broker, wanted: LeadersWanted): Promise<FoundLeaders> {
  const { replication } = broker;
  if (wanted.groups.length > 0) await broker.groups.ready();
  return {
    brokers: replication
      .brokers()
      .map(({ id: brokerId, host, port }) => ({ brokerId, host, port })),
    topics: wanted.topics.flatMap((name) => leadersOf(broker, name)),
    groups: wanted.groups.map((groupId) => {
      return { groupId, coordinator: replication.coordinatorOf(groupId) };
    }),
  };
}

function leadersOf(broker: Broker, name: string): TopicLeaders[] {
  const topic = broker.topic(name);
  if (topic === undefined) return [];
  const indexes = Array.from({ length: topic.partitionCount }, (_, index) => index);
  return [{ name, leaders: indexes.map((index) => broker.partition(name, index)?.leader ?? -1) }];
}
