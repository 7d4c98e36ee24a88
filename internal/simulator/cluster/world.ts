import { metadata } from "../../doors/kafka/protocol/messages/03-metadata.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Network } from "../../platform/network.ts";
import type { SimulatedRandom } from "../random.ts";
import { ClientsWorld } from "../shared/clients-world.ts";
import { KafkaClient } from "../shared/kafka-client.ts";
import type { TopicPlan } from "./climate.ts";
import type { Member } from "./member.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";

/** A topic that was made, and may be gone again. */
export interface MadeTopic {
  readonly plan: TopicPlan;
  /** How many partitions it has at least. */
  partitionCount: number;
}

/** What all clients of a simulated cluster share. */
export class ClusterWorld extends ClientsWorld<SimulatedCluster> {
  readonly topics = new Map<string, MadeTopic>();
  /** How often a topic of this name was to be deleted. */
  readonly deletions = new Map<string, number>();
  /** The broker that leads a partition, as the last answer said. */
  readonly leaders = new Map<string, Member>();
  readonly producerIds = new Set<number>();
  groupCount = 0;
  readonly #network: Network;
  readonly #clock: Clock;

  constructor(cluster: SimulatedCluster, random: SimulatedRandom) {
    super(cluster, random);
    const [{ machine }] = cluster.members;
    const host = machine.clientHost();
    this.#network = machine.network.of(host);
    this.#clock = host.clock;
  }

  /** A connection to a broker, which isn't open yet. */
  makeClient(member: Member): KafkaClient {
    const numbered = () => ++this.connectionCount;
    return new KafkaClient(this.#network, this.#clock, member.address, numbered);
  }

  /** Asks a broker who leads what. */
  async learn(client: KafkaClient): Promise<void> {
    const answer = await client.call(metadata, 8, {
      topics: null,
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
    for (const { name, partitions } of answer?.topics ?? []) {
      for (const { partitionIndex, leaderId } of partitions) {
        const member = this.members.find(({ id }) => id === leaderId);
        if (member) this.leaders.set(`${name}-${partitionIndex}`, member);
        else this.leaders.delete(`${name}-${partitionIndex}`);
      }
    }
  }
}
