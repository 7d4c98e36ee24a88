import { crc32c } from "../../../record/crc32c.ts";
import { ATTRIBUTES_AT, CONTROL_BIT, CRC_AT, MAGIC_AT } from "../../../record/layout.ts";
import { batchOf } from "../fixture.testing.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import { fetch } from "../protocol/messages/01-fetch.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type Question, question } from "./question.testing.ts";

interface Appended {
  readonly acks?: number;
  readonly partition?: number;
  readonly topic?: string;
  readonly version?: number;
}

function append(
  about: string,
  records: Uint8Array | null,
  appended: Appended = {},
  differs: string | null = null,
): Question {
  const { acks = -1, partition: index = 0, topic: name = "t", version = 12 } = appended;
  return question(
    about,
    produce,
    version,
    (idOf) => ({
      acks,
      timeoutMs: 10_000,
      topicData: [
        {
          name,
          topicId: version < 13 ? ZERO_UUID : idOf(name),
          partitionData: [{ index, records }],
        },
      ],
    }),
    differs,
  );
}

interface Read {
  readonly topic?: string;
  readonly partition?: number;
  readonly epoch?: number;
  readonly version?: number;
  readonly isolationLevel?: number;
}

function read(
  about: string,
  fetchOffset: number,
  place: Read = {},
  differs: string | null = null,
): Question {
  const { topic = "t", partition = 0, epoch = -1, version = 12, isolationLevel = 0 } = place;
  return question(
    about,
    fetch,
    version,
    (idOf) => ({
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      isolationLevel,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        {
          topic: version < 13 ? topic : "",
          topicId: version < 13 ? ZERO_UUID : idOf(topic),
          partitions: [
            { partition, fetchOffset, partitionMaxBytes: 1_000_000, currentLeaderEpoch: epoch },
          ],
        },
      ],
      forgottenTopicsData: [],
      rackId: "",
    }),
    differs,
  );
}

/** A batch of three records, a second apart. */
function threeRecords(): Uint8Array {
  return batchOf(["a", "b", "c"]);
}

/** A batch whose checksum fits, with a byte of it changed. */
function changed(at: number, byte: number): Uint8Array {
  const batch = threeRecords();
  batch[at] = byte;
  const crc = crc32c(batch, ATTRIBUTES_AT, batch.length);
  new DataView(batch.buffer, batch.byteOffset).setUint32(CRC_AT, crc);
  return batch;
}

function damaged(): Uint8Array {
  const batch = threeRecords();
  batch[batch.length - 1] = 0x7f;
  return batch;
}

const CODEC_5 = 5;

const NO_LIST =
  "the aborted transactions are null, as with all errors; Kafka has an empty list here";
const NO_START = "who sends a wrong batch is not told where the log starts";

/** Appends three records to partition 0 of `t`, and nothing else. */
export const records: readonly Question[] = [
  append("three records", threeRecords()),
  append("a damaged batch", damaged()),
  append("an older format", changed(MAGIC_AT, 1)),
  append("a control batch", changed(ATTRIBUTES_AT + 1, CONTROL_BIT), {}, NO_START),
  append(
    "a codec that isn't known",
    changed(ATTRIBUTES_AT + 1, CODEC_5),
    {},
    "UNSUPPORTED_COMPRESSION_TYPE, where Kafka answers UNKNOWN_SERVER_ERROR",
  ),
  append("two batches", Buffer.concat([threeRecords(), threeRecords()])),
  append("no records", null, {}, "Kafka gives no answer at all"),
  append("empty records", new Uint8Array(0)),
  append("too large a batch", batchOf(["x".repeat(1_100_000)])),
  append("acks that aren't known", threeRecords(), { acks: 5 }),
  append("to a partition that isn't there", threeRecords(), { partition: 9 }),
  append("to a negative partition", threeRecords(), { partition: -1 }),
  append("to a topic that isn't there", threeRecords(), { topic: "nope" }),
  append("to an id that isn't there", threeRecords(), { topic: "nope", version: 13 }),
  append("a time from the far future", batchOf(["a"], { timestampMs: 32_000_000_000_000 })),
  read("from the start", 0),
  read("from the start, by id", 0, { version: 18 }),
  read("the middle of a batch", 2),
  read("only what is committed", 0, { isolationLevel: 1 }),
  read("the end", 3),
  read("beyond the end", 4),
  read("a negative offset", -1),
  read("with a leader from the future", 0, { epoch: 9 }),
  read("a partition that isn't there", 0, { partition: 9 }, NO_LIST),
  read("a topic that isn't there", 0, { topic: "nope" }, NO_LIST),
];
