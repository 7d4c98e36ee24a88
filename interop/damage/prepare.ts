import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { produce } from "../../internal/doors/kafka/protocol/messages/00-produce.ts";
import { offsetCommit } from "../../internal/doors/kafka/protocol/messages/08-offset-commit.ts";
import * as producerIds from "../../internal/doors/kafka/protocol/messages/22-init-producer-id.ts";
import { ZERO_UUID } from "../../internal/doors/kafka/protocol/table.ts";
import { BatchBuilder, type BatchProducer } from "../../internal/record/builder.ts";
import { CODECS, type Codec } from "../../internal/record/layout.ts";
import { output } from "../command.ts";
import { executable, startWeir } from "../weir.ts";
import { type Content, contentOf, GROUP } from "./content.ts";
import { type Talk, talkTo } from "./talk.ts";

/** A batch of an idempotent producer, to be sent again: the broker has to know it. */
export interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Uint8Array;
  readonly baseOffset: number;
}

/** A data directory that a killed broker has left, and what it had acknowledged. */
export interface Prepared {
  readonly data: string;
  readonly content: Content;
  readonly lastIdempotent: SentBatch;
}

/** Small segments, so that there are many; nothing goes on in the background. */
export const SETTINGS = {
  "log.segment.bytes": "65536",
  "log.cleaner.backoff.ms": "3600000",
};

const PRODUCE_VERSION = 9;
const ZEROS_KEPT_BYTES = 256 * 1024;
const topics = [
  { name: "plain", partitions: 3, config: [] },
  { name: "idempotent", partitions: 2, config: [] },
  { name: "latest", partitions: 2, config: ["cleanup.policy=compact"] },
  { name: "late", partitions: 1, config: [] },
] as const;
const encoder = new TextEncoder();

/**
 * Makes a data directory as brokers leave it that work for long: rolled segments of all codecs, a
 * compacted topic that has been compacted, an idempotent producer, group offsets, a checkpoint, and
 * a journal with what came since, some of it for a topic that the checkpoint doesn't know.
 */
export async function prepare(data: string): Promise<Prepared> {
  const first = await startWeir({
    data,
    settings: { ...SETTINGS, "log.cleaner.backoff.ms": "200" },
  });
  for (const { name, partitions, config } of topics.slice(0, 3)) {
    const settings = config.flatMap((each) => ["--config", each]);
    const create = ["topic", "create", name, "-p", String(partitions), ...settings];
    await output([executable, "-b", first.address, ...create]);
  }
  const load = new Load(await talkTo(first.address));
  await load.begin();
  for (let round = 0; round < 120; round++) await load.round(round);
  await Bun.sleep(1500); // for compaction
  load.end();
  await first.end("SIGTERM");

  const second = await startWeir({ data, settings: SETTINGS });
  const create = ["topic", "create", "late", "-p", "1"];
  await output([executable, "-b", second.address, ...create]);
  load.talk = await talkTo(second.address);
  for (let round = 120; round < 180; round++) await load.round(round);
  for (let i = 0; i < 20; i++) await load.send("late", 0, "none", 3);
  await Bun.sleep(400); // for the journal's mark
  const content = await contentOf(load.talk);
  load.end();
  await second.end("SIGKILL");
  cutZeros(path.join(data, "journal"));
  return { data, content, lastIdempotent: load.lastIdempotent };
}

/** Cuts most of the zeros that files were filled with beforehand, so that a case is quick. */
function cutZeros(directory: string): void {
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const used = readFileSync(file).findLastIndex((byte) => byte !== 0) + 1;
    truncateSync(file, Math.min(statSync(file).size, used + ZEROS_KEPT_BYTES));
  }
}

/** What is sent, in an order that is always the same. */
class Load {
  talk: Talk;
  lastIdempotent: SentBatch = { topic: "", partition: 0, batch: new Uint8Array(0), baseOffset: 0 };
  #producerId = -1;
  #sequence = 0;
  #count = 0;

  constructor(talk: Talk) {
    this.talk = talk;
  }

  async begin(): Promise<void> {
    const request = { transactionalId: null, transactionTimeoutMs: 1000 };
    this.#producerId = (await this.talk.ask(producerIds.initProducerId, 4, request)).producerId;
  }

  end(): void {
    this.talk[Symbol.dispose]();
  }

  /** A batch of some sizes and a codec for each kind of topic, and now and then a commit. */
  async round(round: number): Promise<void> {
    const codec: Codec = CODECS[round % CODECS.length] ?? "none";
    await this.send("plain", round % 3, codec, 1 + (round % 30));
    if (round % 10 === 0) await this.send("plain", 0, "none", 800);
    await this.send("plain", 0, "none", 60);
    await this.send("latest", round % 2, "none", 25);
    const producer = { producerId: this.#producerId, producerEpoch: 0, transactional: false };
    const baseSequence = this.#sequence;
    this.#sequence += 5;
    await this.send("idempotent", 1, codec, 5, { ...producer, baseSequence });
    if (round % 4 === 0) await this.#commit(round);
  }

  async send(
    topic: string,
    partition: number,
    codec: Codec,
    recordCount: number,
    producer?: BatchProducer,
  ): Promise<void> {
    const builder = new BatchBuilder();
    for (let i = 0; i < recordCount; i++) {
      const count = this.#count++;
      const value = encoder.encode(`${count} `.padEnd(20 + ((count * 37) % 150), "abcdefg"));
      const key = encoder.encode(`k${count % 13}`);
      builder.append({ timestampMs: Date.now(), key, value, headers: [] });
    }
    const batch = builder.build(codec, producer).slice();
    const baseOffset = await sendBatch(this.talk, topic, partition, batch);
    if (producer) this.lastIdempotent = { topic, partition, batch, baseOffset };
  }

  async #commit(round: number): Promise<void> {
    const partitions = [0, 1, 2].map((partitionIndex) => {
      return { partitionIndex, committedOffset: round + partitionIndex, committedMetadata: "" };
    });
    const topics = [{ name: "plain", topicId: ZERO_UUID, partitions }];
    await this.talk.ask(offsetCommit, 7, { groupId: GROUP, memberId: "", topics });
  }
}

/** Produces a batch; resolves with its base offset. */
export async function sendBatch(
  talk: Talk,
  topic: string,
  partition: number,
  batch: Uint8Array,
): Promise<number> {
  const topicData = [
    { name: topic, topicId: ZERO_UUID, partitionData: [{ index: partition, records: batch }] },
  ];
  const body = { acks: -1, timeoutMs: 10_000, topicData };
  const { responses } = await talk.ask(produce, PRODUCE_VERSION, body);
  const answer = responses[0]?.partitionResponses[0];
  if (answer?.errorCode !== 0) {
    throw new Error(
      `producing to ${topic} was refused: ${answer?.errorCode}, ${answer?.errorMessage}`,
    );
  }
  return answer.baseOffset;
}
