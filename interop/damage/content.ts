import { fetch } from "../../internal/doors/kafka/protocol/messages/01-fetch.ts";
import { metadata } from "../../internal/doors/kafka/protocol/messages/03-metadata.ts";
import { offsetFetch } from "../../internal/doors/kafka/protocol/messages/09-offset-fetch.ts";
import { type ByteRange, ZERO_UUID } from "../../internal/doors/kafka/protocol/table.ts";
import { batchSizeBytes, lastOffset } from "../../internal/record/batch.ts";
import { recordsOf } from "../../internal/record/records.ts";
import type { Talk } from "./talk.ts";

/** The records of a partition by their offsets, each as text. */
export type Records = ReadonlyMap<number, string>;

/** What a broker serves. */
export interface Content {
  readonly brokerId: number;
  /** By `topic-partition`. */
  readonly partitions: ReadonlyMap<string, Records>;
  /** What the group has committed, by `topic-partition`; null if that can't be had. */
  readonly committed: ReadonlyMap<string, number> | null;
}

export const GROUP = "readers";
const LIMIT_BYTES = 64 * 1024 * 1024;
const OFFSET_OUT_OF_RANGE = 1;
const decoder = new TextDecoder();

interface Cursor {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  /** Behind its last record. */
  end: number;
  readonly records: Map<number, string>;
}

/** Reads everything. What can't be read is tried offset by offset, as far as was `known` before. */
export async function contentOf(talk: Talk, known?: Content): Promise<Content> {
  const { brokerId, cursors } = await cursorsOf(talk);
  for (const cursor of cursors) {
    const offsets = known?.partitions.get(`${cursor.topic}-${cursor.partition}`)?.keys();
    cursor.end = 1 + Math.max(-1, ...(offsets ?? []));
  }
  for (let open = cursors; open.length > 0; ) open = await advance(talk, open);
  const partitions = cursors.map(({ topic, partition, records }) => {
    return [`${topic}-${partition}`, records] as const;
  });
  return { brokerId, partitions: new Map(partitions), committed: await committedOffsets(talk) };
}

async function cursorsOf(talk: Talk): Promise<{ brokerId: number; cursors: Cursor[] }> {
  const { topics, brokers } = await talk.ask(metadata, 9, {
    topics: null,
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });
  const cursors = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex: partition }) => {
      return {
        topic: name ?? "",
        partition,
        offset: 0,
        end: 0,
        records: new Map<number, string>(),
      };
    }),
  );
  return { brokerId: brokers[0]?.nodeId ?? -1, cursors };
}

/** Reads on in each partition; resolves with those that haven't ended. */
async function advance(talk: Talk, cursors: readonly Cursor[]): Promise<Cursor[]> {
  const topics = cursors.map(({ topic, partition, offset: fetchOffset }) => {
    const partitions = [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }];
    return { topic, topicId: ZERO_UUID, partitions };
  });
  const rest = { forgottenTopicsData: [], rackId: "", maxWaitMs: 0, minBytes: 0 };
  const { responses } = await talk.ask(fetch, 12, { topics, ...rest });
  const open: Cursor[] = [];
  for (const { topic, partitions } of responses) {
    for (const { partitionIndex, errorCode, highWatermark, records } of partitions) {
      const cursor = cursors.find(
        (each) => each.topic === topic && each.partition === partitionIndex,
      );
      if (!cursor) throw new Error(`${topic}-${partitionIndex} was not asked for`);
      if (highWatermark >= 0) cursor.end = highWatermark;
      if (errorCode === OFFSET_OUT_OF_RANGE) cursor.offset = Math.max(cursor.end, cursor.offset);
      else if (errorCode !== 0) cursor.offset++;
      else if (records && records.to > records.from) take(cursor, records);
      else if (cursor.offset < cursor.end) {
        throw new Error(`${topic}-${partitionIndex} has nothing at ${cursor.offset}, and no error`);
      }
      if (cursor.offset < cursor.end) open.push(cursor);
    }
  }
  return open;
}

function take(cursor: Cursor, { buffer, from, to }: ByteRange): void {
  for (let at = from; at < to; at += batchSizeBytes(buffer, at)) {
    for (const { offset, key, value } of recordsOf(buffer, at, LIMIT_BYTES)) {
      if (offset >= cursor.offset) cursor.records.set(offset, `${text(key)}=${text(value)}`);
    }
    cursor.offset = lastOffset(buffer, at) + 1;
  }
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? "null" : decoder.decode(bytes);
}

async function committedOffsets(talk: Talk): Promise<ReadonlyMap<string, number> | null> {
  const request = { groupId: GROUP, topics: null, groups: [] };
  const { topics, errorCode } = await talk.ask(offsetFetch, 5, request);
  if (errorCode !== 0) return null;
  const offsets = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset }) => {
      return [`${name}-${partitionIndex}`, committedOffset] as const;
    }),
  );
  return new Map(offsets);
}
