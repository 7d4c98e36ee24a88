import type { Clock } from "../platform/clock.ts";
import { BatchBuilder } from "../record/builder.ts";
import { partitionOfKey } from "../record/partitioner.ts";
import type { WrittenRecord } from "../record/record-line.ts";
import type { Broker, ProduceReceipt, Topic } from "./api.ts";
import { BrokerError } from "./errors.ts";
import { unknownPartition } from "./refusals.ts";
import { topicToWrite } from "./topics/topic-to-write.ts";

/** A batch takes no more records when it is so large: brokers take 1 MiB, unless told otherwise. */
const MAX_BATCH_BYTES = 1024 * 1024 - 64;

/** So many records are written at a time: making batches of them holds up others. */
const MAX_RECORDS = 100_000;

/** Records for a topic, from a client that knows no batches. */
export interface RecordsToWrite {
  readonly topic: string;
  /** null: by the records' keys, as Kafka's clients do it. */
  readonly partition: number | null;
  readonly records: Iterable<WrittenRecord>;
}

/** What became of one of the batches that the records were written in. */
export interface WrittenBatch {
  readonly partition: number;
  readonly recordCount: number;
  readonly outcome: ProduceReceipt | BrokerError;
}

interface Batch {
  readonly partition: number;
  readonly builder: BatchBuilder;
}

/** Writes for clients that have records, and leave partitions and batches to the broker. */
export class RecordWriter {
  readonly #broker: Broker;
  readonly #clock: Clock;
  /** Records without a key go to one partition at a time, and the next time to another. */
  #turn = 0;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  /**
   * Writes records with acks of all, in as many batches as it takes; a missing topic is made where
   * that is allowed. Rejects with a `BrokerError` where nothing was written, because it is known
   * before that some can't be here.
   */
  async write({ topic: name, partition, records }: RecordsToWrite): Promise<WrittenBatch[]> {
    // Those that can't be read make no topic.
    const taken = takeAll(records);
    const topic = await topicToWrite(this.#broker, name);
    const keyless = partition ?? this.#keylessPartition(topic);
    const batches = this.#gather(taken, (key) => {
      return partition ?? (key === null ? keyless : partitionOfKey(key, topic.partitionCount));
    });
    this.#checkLeads(name, batches);
    return Promise.all(batches.map((batch) => this.#produce(name, batch)));
  }

  /** The next partition that is led here; where there is none, whose leader is to be asked. */
  #keylessPartition({ name, partitionCount }: Topic): number {
    const first = this.#turn++;
    const { brokerId } = this.#broker.identity;
    for (let step = 0; step < partitionCount; step++) {
      const partition = (first + step) % partitionCount;
      if (this.#broker.partition(name, partition)?.leader === brokerId) return partition;
      if (this.#broker.replication.role === "slave") break;
    }
    return first % partitionCount;
  }

  #gather(
    records: readonly WrittenRecord[],
    partitionFor: (key: Uint8Array | null) => number,
  ): Batch[] {
    const nowMs = this.#clock.nowMs();
    const batches: Batch[] = [];
    const filling = new Map<number, BatchBuilder>();
    for (const { timestampMs = nowMs, ...rest } of records) {
      const record = { ...rest, timestampMs };
      const partition = partitionFor(record.key);
      let builder = filling.get(partition);
      if (builder === undefined || builder.sizeBytesWith(record) > MAX_BATCH_BYTES) {
        builder = new BatchBuilder();
        filling.set(partition, builder);
        batches.push({ partition, builder });
      }
      builder.append(record);
    }
    return batches;
  }

  #checkLeads(topic: string, batches: readonly Batch[]): void {
    const leaders = new Set<number>();
    for (const { partition } of batches) {
      const found = this.#broker.partition(topic, partition);
      if (found === undefined) throw unknownPartition(topic, partition);
      leaders.add(found.leader);
    }
    const { brokerId } = this.#broker.identity;
    if (leaders.size === 0 || (leaders.size === 1 && leaders.has(brokerId))) return;
    const message = `of ${topic}, these partitions are led by broker ${[...leaders].join(", ")}`;
    throw new BrokerError("not-leader", message, { brokers: [...leaders] });
  }

  async #produce(topic: string, { partition, builder }: Batch): Promise<WrittenBatch> {
    const buffer = builder.build("none");
    const place = { topic, partition, buffer, from: 0, to: buffer.length };
    const { recordCount } = builder;
    try {
      return {
        partition,
        recordCount,
        outcome: await this.#broker.produce({ ...place, acks: -1 }),
      };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return { partition, recordCount, outcome: error };
    }
  }
}

function takeAll(records: Iterable<WrittenRecord>): WrittenRecord[] {
  const taken: WrittenRecord[] = [];
  for (const record of records) {
    if (taken.length === MAX_RECORDS) {
      throw new BrokerError("batch-too-large", `${MAX_RECORDS} records are taken at a time`);
    }
    taken.push(record);
  }
  return taken;
}
