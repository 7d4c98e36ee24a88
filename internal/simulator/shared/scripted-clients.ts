import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import type { Api } from "../../doors/kafka/protocol/message.ts";
import { produce } from "../../doors/kafka/protocol/messages/00-produce.ts";
import { fetch } from "../../doors/kafka/protocol/messages/01-fetch.ts";
import { offsetCommit } from "../../doors/kafka/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../doors/kafka/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../doors/kafka/protocol/messages/10-find-coordinator.ts";
import { createTopics } from "../../doors/kafka/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../doors/kafka/protocol/messages/20-delete-topics.ts";
import { alterReassignments } from "../../doors/kafka/protocol/messages/45-alter-reassignments.ts";
import {
  type Decoded,
  type Encodable,
  type Fields,
  ZERO_UUID,
} from "../../doors/kafka/protocol/table.ts";
import type { Address } from "../../platform/network.ts";
import { storedCrc } from "../../record/batch.ts";
import type { Machine } from "../machine.ts";
import { makeBatch, noteAck, type ProducersWorld } from "./batches.ts";
import { KafkaClient } from "./kafka-client.ts";
import { checkRead } from "./reading.ts";

const NAMES = new Map(Object.entries(kafkaErrors).map(([name, { code }]) => [code, name]));
const ALL = -1;

/** What a broker answers: an error's name as clients have it, `NONE`, or `no answer`. */
export type Told = string;

/** A broker that clients ask. */
export interface AskedBroker {
  readonly id: number;
  readonly name: string;
  readonly address: Address;
}

/** A batch that was acked by all. */
export interface WrittenBatch {
  readonly log: string;
  readonly offset: number;
  readonly crc: number;
}

/** What a topic of a scenario is made with. */
export interface ScriptedTopic {
  readonly partitionCount?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** Those who use brokers in a scenario: each call is one, to one broker. */
export class ScriptedClients {
  /** What was acked, of topics that weren't deleted. */
  written: readonly WrittenBatch[] = [];
  readonly #world: ProducersWorld;
  readonly #open: (broker: AskedBroker) => KafkaClient;

  /** `machine`: any of those where the brokers are. */
  constructor(world: ProducersWorld, machine: Machine) {
    this.#world = world;
    const host = machine.clientHost();
    const network = machine.network.of(host);
    let connectionCount = 0;
    const numbered = () => ++connectionCount;
    this.#open = ({ address }) => new KafkaClient(network, host.clock, address, numbered);
  }

  /** Makes a topic. */
  async make(name: string, by: AskedBroker, topic: ScriptedTopic = {}): Promise<Told> {
    const { partitionCount: numPartitions = 1, config = {} } = topic;
    const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    const sizes = { numPartitions, replicationFactor: -1, assignments: [] };
    const answer = await this.#ask(by, createTopics, 7, { topics: [{ name, ...sizes, configs }] });
    return this.#told("make", name, answer?.topics[0]?.errorCode);
  }

  /** Deletes a topic. */
  async delete(name: string, by: AskedBroker): Promise<Told> {
    this.written = this.written.filter(({ log }) => !log.startsWith(`${name}-`));
    const answer = await this.#ask(by, deleteTopics, 6, {
      topics: [{ name, topicId: ZERO_UUID }],
      topicNames: [],
      timeoutMs: 1000,
    });
    return this.#told("delete", name, answer?.responses[0]?.errorCode);
  }

  /** Has a topic's first partition moved to these brokers. */
  async move(name: string, by: AskedBroker, to: readonly AskedBroker[]): Promise<Told> {
    const replicas = to.map(({ id }) => id);
    const answer = await this.#ask(by, alterReassignments, 1, {
      timeoutMs: 1000,
      allowReplicationFactorChange: true,
      topics: [{ name, partitions: [{ partitionIndex: 0, replicas }] }],
    });
    const code = answer?.responses[0]?.partitions[0]?.errorCode;
    return this.#told("move", `${name}-0 to ${replicas}`, code);
  }

  /** Has a broker take a new batch for a topic's first partition, with acks of all. */
  async write(name: string, broker: AskedBroker, sizeBytes = 100): Promise<Told> {
    const log = `${name}-0`;
    const attempt = makeBatch(this.#world, log, null, 1, sizeBytes);
    const partitionData = [{ index: 0, records: attempt.bytes }];
    const topicData = [{ name, topicId: ZERO_UUID, partitionData }];
    const answer = await this.#ask(broker, produce, 9, { acks: ALL, timeoutMs: 1000, topicData });
    const answered = answer?.responses[0]?.partitionResponses[0];
    const told = this.#told("write", `${log} at ${broker.name}`, answered?.errorCode);
    if (!answered || told !== "NONE") return told;
    const { baseOffset: offset } = answered;
    noteAck(this.#world, attempt, ALL, offset);
    this.written = [...this.written, { log, offset, crc: storedCrc(attempt.bytes, 0) }];
    return told;
  }

  /** Reads a topic's first partition: what comes has to be what was committed. */
  async read(topic: string, broker: AskedBroker, fetchOffset = 0): Promise<Told> {
    const log = `${topic}-0`;
    const place = { partition: 0, fetchOffset, currentLeaderEpoch: -1, partitionMaxBytes: 100_000 };
    const answer = await this.#ask(broker, fetch, 12, {
      ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, forgottenTopicsData: [], rackId: "" },
      topics: [{ topic, topicId: ZERO_UUID, partitions: [place] }],
    });
    const answered = answer?.responses[0]?.partitions[0];
    const records = answered?.records;
    if (records) {
      const bytes = records.buffer.subarray(records.from, records.to);
      checkRead(log, bytes, this.#world.witness.ledgersOf(log));
    }
    return this.#told("read", `${log} at ${broker.name}`, answered?.errorCode);
  }

  /** The broker that coordinates a group, by its id; -1 where none does now. */
  async coordinatorOf(groupId: string, by: AskedBroker): Promise<number> {
    const keys = { key: groupId, coordinatorKeys: [] };
    const answer = await this.#ask(by, findCoordinator, 3, keys);
    return answer?.nodeId ?? -1;
  }

  /** Has a coordinator keep a group's offset in a topic's first partition. */
  async commit(groupId: string, topic: string, offset: number, by: AskedBroker): Promise<Told> {
    const partition = { partitionIndex: 0, committedOffset: offset, committedMetadata: null };
    const answer = await this.#ask(by, offsetCommit, 8, {
      groupId,
      memberId: "",
      topics: [{ name: topic, topicId: ZERO_UUID, partitions: [partition] }],
    });
    const code = answer?.topics[0]?.partitions[0]?.errorCode;
    return this.#told("commit", `${offset} at ${by.name}`, code);
  }

  /** The offset that a coordinator has kept; null where it doesn't say. */
  async committed(groupId: string, topic: string, by: AskedBroker): Promise<number | null> {
    const topics = [{ name: topic, partitionIndexes: [0] }];
    const request = { groupId, topics, groups: [], requireStable: true };
    const answer = await this.#ask(by, offsetFetch, 7, request);
    const found = answer?.errorCode === 0 ? answer.topics[0]?.partitions[0] : undefined;
    return found?.errorCode === 0 ? found.committedOffset : null;
  }

  async #ask<K extends number, Q extends Fields, R extends Fields>(
    broker: AskedBroker,
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R> | null> {
    const client = this.#open(broker);
    await client.connect();
    const answer = await client.call(api, version, body);
    client.close();
    return answer;
  }

  #told(what: string, whom: string, code: number | undefined): Told {
    const told = code === undefined ? "no answer" : (NAMES.get(code) ?? `${code}`);
    this.#world.trace(what, whom, told);
    return told;
  }
}
