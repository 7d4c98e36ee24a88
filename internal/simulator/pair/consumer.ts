import { metadata } from "../../doors/kafka/protocol/messages/03-metadata.ts";
import { checkRead, fetchPartition } from "../shared/reading.ts";
import { TurnActor } from "./actor.ts";
import { checkPairError } from "./answers.ts";

/** Somebody who reads from either broker, and holds what comes against what was committed. */
export class PairConsumer extends TurnActor {
  /** The next offset of each partition. */
  readonly #positions = new Map<string, number>();
  /** The leader epoch that it was told of; -1: it doesn't ask. */
  #knownEpoch = -1;

  protected async turn(): Promise<void> {
    const { random, made } = this.world;
    const chosen = random.below(10);
    if (chosen === 0) this.client.moveOn();
    else if (chosen === 1) await this.#askWhoLeads();
    else if (made.size > 0) {
      const topic = random.pick([...made]);
      await this.#fetch(topic.name, random.below(topic.partitionCount));
    }
  }

  async #askWhoLeads(): Promise<void> {
    const answer = await this.client.call(metadata, 8, {
      topics: null,
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
    for (const { partitions } of answer?.topics ?? []) {
      for (const { leaderId, leaderEpoch } of partitions) {
        this.world.witness.checkClaim(leaderId, leaderEpoch);
        this.#knownEpoch = this.world.random.chance(0.5) ? leaderEpoch : -1;
      }
    }
  }

  async #fetch(topic: string, partition: number): Promise<void> {
    const { random, witness } = this.world;
    const name = `${topic}-${partition}`;
    const fetchOffset = this.#positions.get(name) ?? 0;
    const place = { topic, partition, fetchOffset, currentLeaderEpoch: this.#knownEpoch };
    const fetched = await fetchPartition(this.client, random, place);
    if (!fetched) return;
    const { errorCode, records } = fetched;
    if (errorCode !== 0) {
      checkPairError(this.world, errorCode, "Fetch");
      this.#knownEpoch = -1;
      this.#positions.delete(name);
      if (random.chance(0.5)) this.client.moveOn();
      return;
    }
    if (!records || records.to === records.from) return;
    const bytes = records.buffer.subarray(records.from, records.to);
    this.#positions.set(name, checkRead(name, bytes, witness.ledgersOf(name)));
    this.world.reads++;
  }
}
