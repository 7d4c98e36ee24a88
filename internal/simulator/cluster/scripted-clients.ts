import type { Api } from "../../doors/kafka/protocol/message.ts";
import { produce } from "../../doors/kafka/protocol/messages/00-produce.ts";
import { createTopics } from "../../doors/kafka/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../doors/kafka/protocol/messages/20-delete-topics.ts";
import {
  type Decoded,
  type Encodable,
  type Fields,
  ZERO_UUID,
} from "../../doors/kafka/protocol/table.ts";
import { storedCrc } from "../../record/batch.ts";
import { makeBatch, noteAck } from "../brokers/batches.ts";
import { must } from "../failure.ts";
import { errorName } from "./answers.ts";
import type { Member } from "./member.ts";
import type { ClusterWorld } from "./world.ts";

const RETRY_MS = 50;
const PATIENCE_MS = 30_000;

/** A batch that was acked by all. */
interface Written {
  readonly log: string;
  readonly offset: number;
  readonly crc: number;
}

/** Those who use a cluster in a scenario. */
export class ScriptedClients {
  readonly #world: ClusterWorld;
  #written: Written[] = [];

  constructor(world: ClusterWorld) {
    this.#world = world;
  }

  /** Makes a topic, through this broker; returns what it answers, `NONE` if that is done. */
  async make(name: string, by: Member, partitionCount = 1): Promise<string> {
    const sizes = { numPartitions: partitionCount, replicationFactor: -1, assignments: [] };
    const answer = await this.#ask(by, createTopics, 7, {
      topics: [{ name, ...sizes, configs: [] }],
    });
    return this.#told("make", name, answer?.topics[0]?.errorCode);
  }

  /** Deletes a topic, through this broker; returns what it answers. */
  async delete(name: string, by: Member): Promise<string> {
    this.#written = this.#written.filter(({ log }) => !log.startsWith(`${name}-`));
    const answer = await this.#ask(by, deleteTopics, 6, {
      topics: [{ name, topicId: ZERO_UUID }],
      topicNames: [],
      timeoutMs: 1000,
    });
    return this.#told("delete", name, answer?.responses[0]?.errorCode);
  }

  /** Writes a batch to a topic's first partition, until its leader has acked one for all. */
  async write(name: string): Promise<void> {
    const { stage } = this.#world;
    for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
      const leader = this.#leaderOf(name);
      if (leader && (await this.writeTo(name, leader)) === "NONE") return;
      must(waitedMs < PATIENCE_MS, () => `nobody can write to ${name}`);
      await stage.sleep(RETRY_MS);
    }
  }

  /** Has a broker take a new batch for a topic's first partition; returns what it answers. */
  async writeTo(topic: string, broker: Member): Promise<string> {
    const log = `${topic}-0`;
    const attempt = makeBatch(this.#world, log, null, 1);
    const partitionData = [{ index: 0, records: attempt.bytes }];
    const topicData = [{ name: topic, topicId: ZERO_UUID, partitionData }];
    const answer = await this.#ask(broker, produce, 9, { acks: -1, timeoutMs: 1000, topicData });
    const answered = answer?.responses[0]?.partitionResponses[0];
    const told = this.#told("write", `${log} at ${broker.name}`, answered?.errorCode);
    if (!answered || told !== "NONE") return told;
    noteAck(this.#world, attempt, -1, answered.baseOffset);
    this.#written.push({ log, offset: answered.baseOffset, crc: storedCrc(attempt.bytes, 0) });
    return told;
  }

  /** All that was acked is in the logs that the topics have now. */
  checkWritten(): void {
    const { ledgers, registry } = this.#world.witness;
    for (const { log, offset, crc } of this.#written) {
      const topic = registry.image.topics.get(log.slice(0, log.lastIndexOf("-")));
      const isThere = ledgers.get(`${log}/${topic?.id}`)?.wasCommitted(offset, crc) ?? false;
      must(isThere, () => `${log}: ${offset} was acked, and isn't there any more`);
    }
  }

  #leaderOf(topic: string): Member | undefined {
    const { image } = this.#world.witness.registry;
    const state = image.partition(image.topics.get(topic)?.id ?? "", 0);
    return this.#world.members.find(({ id }) => id === state?.leader);
  }

  async #ask<K extends number, Q extends Fields, R extends Fields>(
    broker: Member,
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R> | null> {
    const client = this.#world.makeClient(broker);
    await client.connect();
    const answer = await client.call(api, version, body);
    client.close();
    return answer;
  }

  #told(what: string, whom: string, code: number | undefined): string {
    const told = code === undefined ? "no answer" : code === 0 ? "NONE" : errorName(code);
    this.#world.trace(what, whom, told);
    return told;
  }
}
