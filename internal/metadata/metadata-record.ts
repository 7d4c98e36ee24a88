import { BatchBuilder } from "../record/builder.ts";
import type { BrokerMetadata, Leadership, TopicMetadata } from "./metadata-store.ts";

/**
 * The metadata log's records: the key names a thing, the value is all that is known of it, null
 * when it is gone. So the last record of each key is the present state.
 *
 *     {"type":"cluster"}                  {"clusterId":"..."}
 *     {"type":"producer-ids"}             {"next":2000}
 *     {"type":"topic","name":"orders"}    {"id":"...","partitions":6,"config":{"retention.ms":"1"}}
 *     {"type":"broker","id":2}            {"host":"b2","port":9,"rack":"r","replication":"sync"}
 *     {"type":"leadership"}               {"broker":1,"epoch":3}
 */
export type MetadataChange =
  | { readonly type: "cluster"; readonly clusterId: string }
  | { readonly type: "producer-ids"; readonly next: number }
  | { readonly type: "topic"; readonly name: string; readonly topic: TopicMetadata | null }
  | { readonly type: "broker"; readonly broker: BrokerMetadata }
  | { readonly type: "leadership"; readonly leadership: Leadership };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A batch with one record that tells the change. */
export function encodeChange(change: MetadataChange, timestampMs: number): Uint8Array {
  const builder = new BatchBuilder();
  const value = contentOf(change);
  builder.append({
    timestampMs,
    key: encoder.encode(JSON.stringify(keyOf(change))),
    value: value === null ? null : encoder.encode(JSON.stringify(value)),
    headers: [],
  });
  return builder.build("none");
}

/** The change that a record tells. Throws when it isn't one that this version knows. */
export function decodeChange(key: Uint8Array | null, value: Uint8Array | null): MetadataChange {
  const parsedKey = parseObject(key);
  const parsedValue = value === null ? null : parseObject(value);
  const { type, name } = parsedKey;
  if (type === "cluster" && typeof parsedValue?.clusterId === "string") {
    return { type, clusterId: parsedValue.clusterId };
  }
  if (type === "producer-ids" && typeof parsedValue?.next === "number") {
    return { type, next: parsedValue.next };
  }
  if (type === "topic" && typeof name === "string") {
    return { type, name, topic: parsedValue && topicOf(name, parsedValue) };
  }
  if (type === "broker" && typeof parsedKey.id === "number" && parsedValue) {
    return { type, broker: brokerOf(parsedKey.id, parsedValue) };
  }
  if (type === "leadership" && parsedValue) {
    const { broker, epoch } = parsedValue;
    if (typeof broker === "number" && typeof epoch === "number") {
      return { type, leadership: { brokerId: broker, epoch } };
    }
  }
  throw new Error(`the metadata log has a record of an unknown kind: ${JSON.stringify(parsedKey)}`);
}

function keyOf(change: MetadataChange) {
  if (change.type === "topic") return { type: change.type, name: change.name };
  if (change.type === "broker") return { type: change.type, id: change.broker.id };
  return { type: change.type };
}

function contentOf(change: MetadataChange) {
  if (change.type === "cluster") return { clusterId: change.clusterId };
  if (change.type === "producer-ids") return { next: change.next };
  if (change.type === "broker") {
    const { host, port, rack, replication } = change.broker;
    return { host, port, rack, replication };
  }
  if (change.type === "leadership") {
    return { broker: change.leadership.brokerId, epoch: change.leadership.epoch };
  }
  if (change.topic === null) return null;
  const { id, partitionCount, config } = change.topic;
  return { id, partitions: partitionCount, config: Object.fromEntries(config) };
}

function topicOf(name: string, value: Record<string, unknown>): TopicMetadata {
  const { id, partitions, config } = value;
  if (typeof id !== "string" || typeof partitions !== "number" || !isObject(config)) {
    throw new Error(`the metadata log's record of topic ${name} lacks a field`);
  }
  const entries = Object.entries(config).map(([key, text]): [string, string] => [key, `${text}`]);
  return { name, id, partitionCount: partitions, config: new Map(entries) };
}

function brokerOf(id: number, value: Record<string, unknown>): BrokerMetadata {
  const { host, port, rack, replication } = value;
  if (typeof host !== "string" || typeof port !== "number") {
    throw new Error(`the metadata log's record of broker ${id} lacks a field`);
  }
  return {
    id,
    host,
    port,
    rack: typeof rack === "string" ? rack : null,
    replication: replication === "async" ? "async" : "sync",
  };
}

function parseObject(bytes: Uint8Array | null): Record<string, unknown> {
  const parsed: unknown = bytes === null ? null : JSON.parse(decoder.decode(bytes));
  if (isObject(parsed)) return parsed;
  throw new Error("the metadata log has a record that is no object");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
