import { fetch } from "../../doors/kafka/protocol/messages/01-fetch.ts";
import { metadata } from "../../doors/kafka/protocol/messages/03-metadata.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { baseOffset, batchSizeBytes, lastOffset, storedCrc } from "../../record/batch.ts";
import { must } from "../failure.ts";
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
    const { random } = this.world;
    const name = `${topic}-${partition}`;
    const fetchOffset = this.#positions.get(name) ?? 0;
    const partitionMaxBytes = random.pick([1, 2000, 100_000]);
    const currentLeaderEpoch = this.#knownEpoch;
    const partitions = [{ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch }];
    const answer = await this.client.call(fetch, 12, {
      maxWaitMs: random.pick([0, 5, 300]),
      minBytes: 1,
      maxBytes: 1_000_000,
      topics: [{ topic, topicId: ZERO_UUID, partitions }],
      forgottenTopicsData: [],
      rackId: "",
    });
    const fetched = answer?.responses[0]?.partitions[0];
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
    this.#take(name, records.buffer.subarray(records.from, records.to));
    this.world.reads++;
  }

  #take(name: string, bytes: Uint8Array): void {
    const ledgers = this.world.witness.ledgersOf(name);
    for (let at = 0; at < bytes.length; at += batchSizeBytes(bytes, at)) {
      const offset = baseOffset(bytes, at);
      const crc = storedCrc(bytes, at);
      const text = () => `${name}: ${offset} was read, which never was committed so`;
      must(
        ledgers.some((ledger) => ledger.wasCommitted(offset, crc)),
        text,
      );
      this.#positions.set(name, lastOffset(bytes, at) + 1);
    }
  }
}
