import type { TopicMetadata } from "../metadata-store.ts";
import type { ClusterChange, LiveBroker, PartitionState } from "./cluster-state.ts";

/** The layout of keys and values that this version writes, and the only one that it reads. */
export const FORMAT_VERSION = 1;

/**
 * What a cluster keeps in etcd, all below `/weir/NAME/`; values are JSON:
 *
 *     format                    {"version":1,"clusterId":"..."}          for ever
 *     disks/ID                  {"disk":"..."}                           a broker's data directory
 *     live/ID                   {"host":"b1","port":9092,"rack":"r"}     while its lease lasts
 *                               and "stopping":true, "deaf":true, "cutOff":true, "failed":true
 *     controller                {"broker":1}                             while its lease lasts
 *     topics/NAME               {"id":"...","partitions":6,"config":{}}
 *     partitions/TOPICID/INDEX  {"replicas":[1,2],"isr":[1,2],"leader":1,"session":"...","epoch":3}
 *                               and "adding":[2],"removing":[3] while copies move
 *     drained/ID                {}                                       while it is to be empty
 *     copying                   {"bytesPerSecond":50000000}              a bound for new copies
 *     producer-ids              {"next":2000}
 */
export interface ClusterKeys {
  /** All keys of the cluster begin with it. */
  readonly prefix: string;
  readonly format: string;
  readonly controller: string;
  readonly producerIds: string;
  readonly copying: string;
  disk(brokerId: number): string;
  live(brokerId: number): string;
  drained(brokerId: number): string;
  topic(name: string): string;
  partition(topicId: string, index: number): string;
  /** All partitions of a topic begin with it. */
  partitions(topicId: string): string;
}

/** The keys of the cluster `name`. */
export function clusterKeys(name: string): ClusterKeys {
  const prefix = `/weir/${name}/`;
  return {
    prefix,
    format: `${prefix}format`,
    controller: `${prefix}controller`,
    producerIds: `${prefix}producer-ids`,
    copying: `${prefix}copying`,
    disk: (brokerId) => `${prefix}disks/${brokerId}`,
    live: (brokerId) => `${prefix}live/${brokerId}`,
    drained: (brokerId) => `${prefix}drained/${brokerId}`,
    topic: (topic) => `${prefix}topics/${topic}`,
    partition: (topicId, index) => `${prefix}partitions/${topicId}/${index}`,
    partitions: (topicId) => `${prefix}partitions/${topicId}/`,
  };
}

/** What the key `format` says. */
export function formatValue(clusterId: string): string {
  return JSON.stringify({ version: FORMAT_VERSION, clusterId });
}

/** Which data directory is a broker's. */
export function diskValue(diskId: string): string {
  return JSON.stringify({ disk: diskId });
}

/** Where a broker is that is there. */
export function liveValue(broker: Omit<LiveBroker, "id" | "session">): string {
  const { host, port, rack, isStopping, isDeaf, isCutOff, hasFailed } = broker;
  const hearing = { ...(isDeaf && { deaf: true }), ...(isCutOff && { cutOff: true }) };
  const ending = { ...(isStopping && { stopping: true }), ...(hasFailed && { failed: true }) };
  const standing = { ...hearing, ...ending };
  return JSON.stringify({ host, port, rack, ...standing });
}

/** Who the controller is. */
export function controllerValue(brokerId: number): string {
  return JSON.stringify({ broker: brokerId });
}

/** A topic, without its name. */
export function topicValue({ id, partitionCount, config }: TopicMetadata): string {
  return JSON.stringify({ id, partitions: partitionCount, config: Object.fromEntries(config) });
}

/** How a partition stands. */
export function partitionValue(state: PartitionState): string {
  const { replicas, adding, removing, isr, leader, session, epoch } = state;
  const moving = adding.length + removing.length > 0 ? { adding, removing } : {};
  return JSON.stringify({ replicas, ...moving, isr, leader, session, epoch });
}

/** A broker is to have no copies: its key says it. */
export const DRAINED_VALUE = "{}";

/** How fast a broker may send to copies that are new, in all. */
export function copyingValue(bytesPerSecond: number): string {
  return JSON.stringify({ bytesPerSecond });
}

/** The first producer id that nobody has reserved. */
export function producerIdsValue(next: number): string {
  return JSON.stringify({ next });
}

/** A key or its value isn't what any version of this program writes: somebody else has put it. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/**
 * What a key, without the cluster's prefix, says; null: nothing that this version knows, as a later
 * one may have put there. Throws `UnreadableError`.
 */
export function readChange(
  path: string,
  value: string | null,
  session: string,
): ClusterChange | null {
  const [kind, first = "", second = ""] = path.split("/");
  // The key says it all.
  if (kind === "drained") return { kind, brokerId: idOf(path, first), isDrained: value !== null };
  const fields = value === null ? null : objectOf(path, parsed(path, value));
  switch (kind) {
    case "format":
      return { kind, clusterId: textOf(fields?.clusterId), version: numberOf(fields?.version) };
    case "disks":
      return { kind: "disk", brokerId: idOf(path, first), diskId: fields && textOf(fields.disk) };
    case "live": {
      const brokerId = idOf(path, first);
      return { kind, brokerId, broker: fields && liveOf(brokerId, fields, session) };
    }
    case "controller":
      return { kind, brokerId: numberOf(fields?.broker), session };
    case "topics":
      return { kind: "topic", name: first, topic: fields && topicOf(first, fields) };
    case "partitions": {
      const state = fields && partitionOf(fields);
      return { kind: "partition", topicId: first, index: idOf(path, second), state };
    }
    case "copying": {
      const bytesPerSecond = numberOf(fields?.bytesPerSecond);
      return { kind, bytesPerSecond: bytesPerSecond > 0 ? bytesPerSecond : Infinity };
    }
    case "producer-ids":
      return { kind, next: Math.max(0, numberOf(fields?.next)) };
    default:
      return null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function liveOf(id: number, fields: Fields, session: string): LiveBroker {
  const { rack, stopping, deaf, cutOff, failed } = fields;
  return {
    id,
    host: textOf(fields.host),
    port: numberOf(fields.port),
    rack: typeof rack === "string" ? rack : null,
    session,
    isStopping: stopping === true,
    isDeaf: deaf === true,
    isCutOff: cutOff === true,
    hasFailed: failed === true,
  };
}

function topicOf(name: string, { id, partitions, config }: Fields): TopicMetadata {
  const entries = Object.entries(objectOf(`topics/${name}`, config)).map(
    ([key, text]) => [key, `${text}`] as const,
  );
  return { name, id: textOf(id), partitionCount: numberOf(partitions), config: new Map(entries) };
}

function partitionOf(fields: Fields): PartitionState {
  const { replicas, adding, removing, isr, leader, session, epoch } = fields;
  return {
    replicas: numbersOf(replicas),
    adding: numbersOf(adding),
    removing: numbersOf(removing),
    isr: numbersOf(isr),
    leader: numberOf(leader),
    session: textOf(session),
    epoch: numberOf(epoch),
  };
}

/** A broker's id, or a partition's number, in a key. */
function idOf(path: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UnreadableError(`${path} names no broker, or partition`);
}

function parsed(path: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new UnreadableError(`the value of ${path} is no JSON`, { cause: error });
  }
}

function objectOf(path: string, value: unknown): Fields {
  if (isFields(value)) return value;
  throw new UnreadableError(`the value of ${path} has no object where one has to be`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : -1;
}

function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(numberOf) : [];
}
