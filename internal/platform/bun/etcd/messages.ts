import { type EtcdChange, type EtcdCondition, type EtcdEntry, EtcdError } from "../../etcd.ts";

/**
 * The messages of etcd's JSON gateway (https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway): keys
 * and values are base64, 64-bit numbers are texts, and fields that are zero are left out.
 */
export type Fields = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A key or value as the gateway has it. */
export function encoded(text: string): string {
  return encoder.encode(text).toBase64();
}

/** The range of all keys that begin with `prefix`. */
export function rangeOf(prefix: string): Fields {
  return { key: encoded(prefix), range_end: endOfRange(prefix) };
}

/** The first key behind all that begin with `prefix`. */
function endOfRange(prefix: string): string {
  const end = encoder.encode(prefix);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1; // no byte of UTF-8 is 0xff
  return end.toBase64();
}

/** A condition on a key's revision. */
export function compareOf({ key, revision }: EtcdCondition): Fields {
  return { key: encoded(key), target: "MOD", result: "EQUAL", mod_revision: `${revision}` };
}

/** A change as one of a transaction's requests. */
export function requestOf(change: EtcdChange): Fields {
  switch (change.kind) {
    case "put": {
      const { key, value, leaseId } = change;
      const lease = leaseId === undefined ? {} : { lease: leaseId };
      return { request_put: { key: encoded(key), value: encoded(value), ...lease } };
    }
    case "delete":
      return { request_delete_range: { key: encoded(change.key) } };
    case "delete-all":
      return { request_delete_range: rangeOf(change.prefix) };
  }
}

/** A key as the gateway tells it. */
export function entryOf(value: unknown): EtcdEntry {
  const fields = fieldsOf(value);
  const { lease } = fields;
  return {
    key: textOf(fields.key),
    value: textOf(fields.value),
    revision: numberOf(fields.mod_revision),
    leaseId: typeof lease === "string" && lease !== "0" ? lease : null,
  };
}

/** The revision at which an answer was given. */
export function revisionOf(answer: Fields): number {
  return numberOf(fieldsOf(answer.header).revision);
}

/** An object; a field that is left out is one without fields. */
export function fieldsOf(value: unknown): Fields {
  if (value === undefined) return {};
  if (isFields(value)) return value;
  throw new EtcdError("refused", "etcd's answer isn't what its gateway says");
}

/** A list; one that is left out is empty. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A 64-bit number, which here is never beyond 2^53. */
export function numberOf(value: unknown): number {
  return value === undefined ? 0 : Number(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? decoder.decode(Uint8Array.fromBase64(value)) : "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
