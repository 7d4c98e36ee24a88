import { encodeRequest } from "../protocol/frames.ts";
import type { Api } from "../protocol/message.ts";
import { metadata } from "../protocol/messages/03-metadata.ts";
import type { ByteRange, Decoded, Encodable, Fields } from "../protocol/table.ts";
import { Writer } from "../protocol/writer.ts";

const SIZE_BYTES = 4;

/** Sends a request to a broker and resolves with its answer; rejects if there is none. */
export type Call = <K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q>,
) => Promise<Decoded<R>>;

/** A request that brokers are asked one after the other, in an order that matters. */
export interface Question {
  readonly title: string;
  /** What differs from Apache Kafka's answer, and why, where it is meant to. */
  readonly differs: string | null;
  /** The request without a size in front, with ids that no topic has. */
  frame(): Uint8Array;
  /** The answer, without what differs from broker to broker. */
  ask(call: Call): Promise<unknown>;
}

/** An id that no topic has. */
export const UNKNOWN_ID = "AAAAAAAAAAAAAAAAAAAABA";

/** The id of a topic by its name; `UNKNOWN_ID` if there is none of that name. */
export type IdOf = (topic: string) => string;

/** A question; `body` may ask for topics' ids, which are those of the broker that is asked. */
export function question<K extends number, Q extends Fields, R extends Fields>(
  about: string,
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q> | ((idOf: IdOf) => Encodable<Q>),
  differs: string | null = null,
): Question {
  const bodyFor = (idOf: IdOf) => (typeof body === "function" ? body(idOf) : body);
  return {
    title: `${api.name} ${version}: ${about}`,
    differs,
    frame() {
      const writer = new Writer();
      const place = { correlationId: 1, clientId: "fuzz" };
      encodeRequest(
        writer,
        api,
        version,
        place,
        bodyFor(() => UNKNOWN_ID),
      );
      return Buffer.concat(writer.take()).subarray(SIZE_BYTES);
    },
    async ask(call) {
      const ids = await topicIds(call);
      const idOf = (topic: string) => ids.get(topic) ?? UNKNOWN_ID;
      const answer = await call(api, version, bodyFor(idOf));
      for (const [name, id] of await topicIds(call)) ids.set(name, id);
      return comparable(answer, new Map([...ids].map(([name, id]) => [id, name])));
    },
  };
}

async function topicIds(call: Call): Promise<Map<string, string>> {
  const request = { topics: null, allowAutoTopicCreation: false };
  const { topics } = await call(metadata, 12, {
    ...request,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });
  return new Map(topics.map(({ name, topicId }) => [name ?? "", topicId]));
}

/** Fields that are each broker's own: words, addresses, sizes. */
const OWN_FIELDS = new Set([
  ...["errorMessage", "batchIndexErrorMessage", "documentation", "throttleTimeMs"],
  ...["clusterId", "host", "clientHost", "clientId", "port", "logDir", "totalBytes", "usableBytes"],
]);

/**
 * An answer with names for topics' ids and without what is each broker's own; lists that have no
 * order are put into one.
 */
function comparable(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return names.has(value) ? `id of ${names.get(value)}` : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, names));
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isByteRange(value)) return comparable(value.buffer.slice(value.from, value.to), names);
  const kept = Object.entries(value).filter(([field]) => !OWN_FIELDS.has(field));
  return Object.fromEntries(kept.map(([field, inner]) => [field, comparable(inner, names)]));
}

function isByteRange(value: object): value is ByteRange {
  return "buffer" in value && "from" in value && "to" in value;
}
